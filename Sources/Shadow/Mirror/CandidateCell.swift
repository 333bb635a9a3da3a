internal import Configuration
internal import Telemetry
internal import Traffic

/// One trial's candidate as the shadow thread keeps it, across changes of the settings.
final class CandidateCell {
    /// A call in the candidate's line: the call and its position in the call's plans.
    struct Ticket {
        var call: OpenCall
        var position: Int
    }

    private(set) var trial: MirrorTrial
    private(set) var key: FoundKey
    private let calendar: TrialCalendar
    var cage: CandidateCage<Ticket>
    /// Pairs handed to the spool.
    let pairs: Counter

    init(_ trial: MirrorTrial, key: FoundKey, pairs: Counter) {
        self.trial = trial
        self.pairs = pairs
        self.key = key
        calendar = TrialCalendar(timezone: trial.settings.trial.timezone)
        cage = CandidateCage(trial.settings.candidate)
    }

    var candidate: CandidateSettings { trial.settings.candidate }

    /// Takes settings that may change within a trial.
    func update(_ trial: MirrorTrial, key: FoundKey) {
        self.trial = trial
        self.key = key
        cage.update(trial.settings.candidate)
    }

    /// The trial's calendar day.
    func day(at moment: Timestamp) -> Int { calendar.day(of: moment) }
}
