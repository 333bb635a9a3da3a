internal import Configuration
internal import Postgres
public import Report
internal import Storage
public import Traffic
internal import Verdict

/// A moment of the past, in the time zone of the trials that a report is about.
public enum ReportMoment: Sendable, Hashable {
    case at(Timestamp)
    /// The end of a calendar day, `2026-11-20`.
    case day(String)
    /// The end of the week before a Monday, `2026-11-23`: what was known of it once its last day had ended.
    case weekBefore(monday: String)
}

extension ReportMaker {
    /// What the report said at a moment, word for word: it is made from what was stored then, and stays when pairs are pruned and
    /// judgements corrected.
    ///
    /// It shows the trials that a report of that moment showed, each as it was last looked at.
    /// - Throws: `WorkerError` when no look had been taken.
    public func earlierReport(workload: String, candidate: String? = nil, _ when: ReportMoment) throws -> WorkloadReport {
        let looks = try earlierLooks(workload: workload, candidate: candidate, when)
        guard !looks.isEmpty else {
            let named = candidate.map { " with the candidate \($0)" } ?? ""
            throw WorkerError("no look at \(workload)\(named) was taken by then; understudy sql \"select * from verdicts\" shows all days.")
        }
        return WorkloadReport(try looks.map { try report(on: $0) })
    }

    /// What was last said about one trial by a moment.
    public func earlierReport(trial id: Identifier, _ when: ReportMoment) throws -> WorkloadReport {
        guard let trial = try Registry(connection).trial(id) else { throw WorkerError("there is no trial \(id).") }
        guard let look = try look(trial, try bounds(when, of: trial)) else {
            throw WorkerError("no look at trial \(id) was taken by then.")
        }
        return WorkloadReport([try report(on: look)])
    }

    /// The looks that make up an earlier report; none where there was none.
    func earlierLooks(workload: String, candidate: String? = nil, _ when: ReportMoment) throws -> [TakenLook] {
        let trials = try Registry(connection).trials(workload: workload, includingEnded: true)
            .filter { candidate == nil || $0.candidate == candidate }
        guard let newest = trials.last else { return [] }
        let bounds = try bounds(when, of: newest)
        func looks(shownAt moment: Timestamp) throws -> [TakenLook] {
            try trials.filter { $0.startedAt <= moment }
                .inQuestion { trial in trial.endedAt.map { $0 > moment } ?? true }
                .compactMap { try look($0, bounds) }
        }
        let last = try looks(shownAt: bounds.until)
        if !last.isEmpty { return last }
        // The trials of that moment were never looked at: the report of before was about others.
        if let before = try trials.compactMap({ try look($0, bounds)?.at }).max() { return try looks(shownAt: before) }
        // No worker was there when the week ended; it was reported later.
        guard case .weekBefore(let monday) = when else { return [] }
        return try storedLooks(Deliveries(connection).reportedLooks(workload: workload, monday: monday)).filter {
            candidate == nil || $0.trial.candidate == candidate
        }
    }

    /// The report that these stored looks make up.
    func report(looks numbers: [Int]) throws -> WorkloadReport {
        let looks = try storedLooks(numbers)
        guard !looks.isEmpty else { throw WorkerError("the looks of this report are gone.") }
        return WorkloadReport(try looks.map { try report(on: $0) })
    }

    private func storedLooks(_ numbers: [Int]) throws -> [TakenLook] {
        try numbers.compactMap { number in
            guard let stored = try Looks(connection).look(number), let trial = try Registry(connection).trial(stored.trial) else {
                return nil
            }
            return try decided(stored, trial)
        }
    }

    private func look(_ trial: StoredTrial, _ bounds: LookBounds) throws -> TakenLook? {
        try Looks(connection).last(trial: trial.id, bounds).map { try decided($0, trial) }
    }

    private func decided(_ stored: StoredLook, _ trial: StoredTrial) throws -> TakenLook {
        TakenLook(stored, trial: trial, report: try Looks(connection).report(of: stored)) { input, latches in
            Verdict.look(at: input, after: latches)
        }
    }

    private func bounds(_ when: ReportMoment, of trial: StoredTrial) throws -> LookBounds {
        let zone = trial.settings.trial.timezone
        switch when {
        case .at(let moment): return LookBounds(until: moment)
        case .day(let day): return LookBounds(until: try Looks(connection).lastMoment(of: day, timezone: zone))
        case .weekBefore(let monday):
            return LookBounds(until: try Looks(connection).lastMoment(before: monday, timezone: zone), orClosing: monday)
        }
    }
}
