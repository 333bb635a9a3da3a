internal import Configuration
internal import EventLoop
internal import JSON
internal import Mirror
internal import ModelAPI
internal import Postgres
internal import Records
internal import Storage
internal import Synchronization
internal import Traffic

/// One run of `replay`: the desk asks on its thread, this one stores what has ended.
final class ReplayRun {
    private let file: CallFile
    private let settings: WorkloadSettings
    private let asking: AskedModels
    private let pairs: ReplayedPairs
    private let desk: ReplayDesk
    private let open: [CallFile.Entry]
    private var outcome = ReplayOutcome()
    /// Ended badly, with nothing good since: one good answer shows that they are evidence, an outage that they are not.
    private var doubtful: [ReplayDesk.Finished] = []
    private var progress: ReplayProgress

    init(
        _ file: CallFile, settings: WorkloadSettings, asking: AskedModels, keys: ReplayKeys, perSecond: Double?,
        connection: PostgresConnection
    ) throws {
        self.file = file
        self.settings = settings
        self.asking = asking
        pairs = try ReplayedPairs(connection, settings: settings, asking: asking, smallestRate: file.smallestRate, at: now())
        let known = try pairs.known(file.entries.map(\.id))
        try ReplayRun.checkTimes(file, known)
        open = file.entries.filter { known[$0.id] == nil }
        outcome.alreadyThere = file.entries.count - open.count
        progress = ReplayProgress(total: open.count, alreadyThere: outcome.alreadyThere)
        desk = try ReplayDesk(
            settings, asking: asking, keys: (keys.candidate, keys.production), perSecond: perSecond)
    }

    /// Two calls need two ids: one that is stored with another time is not this one.
    private static func checkTimes(_ file: CallFile, _ known: [String: Timestamp]) throws {
        let others = file.entries.compactMap { entry -> String? in
            guard let before = known[entry.id], let said = entry.calledAt, said != before else { return nil }
            return "line \(entry.line): called_at: this trial has the id \(entry.id) already, called at \(before), not \(said)"
        }
        guard let first = others.first else { return }
        let more = others.count > 1 ? " (and \(others.count - 1) more)" : ""
        throw CommandError.failed("\(first)\(more): give other calls other ids; nobody was asked.")
    }

    func run() throws -> ReplayOutcome {
        defer { desk.close() }
        let source = OrderSource(file, open)
        desk.start { source.next() }
        while true {
            // Asked before it is taken from: what ends in between is still seen.
            let isOver = desk.isOver
            let finished = desk.takeFinished()
            try keep(finished)
            progress.show(stored: outcome.stored)
            if finished.isEmpty {
                if isOver { break }
                if endSignalArrives(within: 0.02) { desk.stop() }
            }
        }
        outcome.stop = desk.stopReason
        try settle()
        progress.end()
        outcome.left = open.count - outcome.stored
        return outcome
    }

    /// Stores what has ended, and what was doubtful before a good answer.
    private func keep(_ finished: [ReplayDesk.Finished]) throws {
        var good: [ReplayDesk.Finished] = []
        for one in finished {
            doubtful.append(one)
            guard !one.hasFailed else { continue }
            good += doubtful
            doubtful = []
        }
        try store(good)
    }

    /// At the end of all calls the last failures are evidence too, unless nothing was ever answered.
    private func settle() throws {
        guard outcome.stop == nil else {
            outcome.discarded = doubtful.count
            return
        }
        if outcome.stored + outcome.alreadyThere == 0, let last = doubtful.last {
            outcome.discarded = doubtful.count
            let role: LegRole = last.candidate.failure == nil ? .production : .candidate
            outcome.stop = .failing(role, last.candidate.failure ?? last.production?.failure ?? .connectionFailed)
        } else {
            try store(doubtful)
        }
    }

    private func store(_ finished: [ReplayDesk.Finished]) throws {
        guard !finished.isEmpty else { return }
        try pairs.store(
            finished.map { one in
                let call = file.call(open[one.number])
                guard let production = one.production ?? call.production else {
                    preconditionFailure("production was asked, or is recorded")
                }
                return RecordedPair(call, calledAt: call.calledAt ?? one.askedAt, production: production, candidate: one.candidate)
            }, at: now())
        outcome.stored += finished.count
    }
}

/// Gives the calls that are to be asked, one after the other, on the desk's thread.
private final class OrderSource: Sendable {
    private let file: CallFile
    private let open: [CallFile.Entry]
    private let position = Mutex(0)

    init(_ file: CallFile, _ open: [CallFile.Entry]) {
        self.file = file
        self.open = open
    }

    func next() -> ReplayDesk.Order? {
        let number = position.withLock { position in
            defer { position += 1 }
            return position
        }
        guard number < open.count else { return nil }
        guard let request = try? ChatRequest(body: file.call(open[number]).request.serialised()) else {
            preconditionFailure("line \(open[number].line) was read as a chat completion before")
        }
        return ReplayDesk.Order(number: number, request: request)
    }
}

/// How far a replay is: a line that moves on a terminal, a new one now and then elsewhere.
struct ReplayProgress {
    private let total: Int
    private let alreadyThere: Int
    private let terminal: Progress
    private let begin = MonotonicClock.nanoseconds()
    private var lastLine = MonotonicClock.nanoseconds()
    private static let lineEvery: UInt64 = 10_000_000_000

    init(total: Int, alreadyThere: Int) {
        self.total = total
        self.alreadyThere = alreadyThere
        terminal = Progress("")
        if alreadyThere > 0 { writeToStandardError("\(alreadyThere) calls are stored already; \(total) are left\n") }
    }

    mutating func show(stored: Int) {
        let moment = MonotonicClock.nanoseconds()
        let seconds = Double(moment - begin) / 1e9
        guard seconds > 0.5 else { return }
        let pace = Double(stored) / seconds
        let rest = pace > 0 ? ", about \(ReplayProgress.duration(Double(total - stored) / pace)) left" : ""
        let text = "\(stored) of \(total) calls, \((pace * 10).rounded() / 10) a second\(rest)"
        if terminal.shows {
            terminal.show(text)
        } else if moment - lastLine >= ReplayProgress.lineEvery {
            lastLine = moment
            writeToStandardError(text + "\n")
        }
    }

    func end() { terminal.end() }

    private static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds.rounded())) s"
        case ..<5400: "\(Int((seconds / 60).rounded())) min"
        default: "\((seconds / 360).rounded() / 10) h"
        }
    }
}
