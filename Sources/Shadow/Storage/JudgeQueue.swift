internal import Configuration
public import Judge
public import Postgres
public import Traffic

/// A pair that waits for a judge's opinion, held by this worker.
public struct JudgeTask: Sendable {
    public var pair: Identifier
    public var trial: StoredTrial
    /// The pair with its call; nil when it is gone.
    public var claimed: ClaimedPair?
    /// What the judge was asked so far, by whomever.
    public var calls: [JudgedCall]
    /// It has waited too long to be waited for any more.
    public var isExpired: Bool
    var token: Identifier
}

/// One call to a judge, as it is stored.
public struct JudgeCallRecord: Sendable {
    public var ask: JudgeAsk
    public var attempt: Int
    public var calledAt: Timestamp
    public var durationMs: Double?
    /// The model's words, whether or not they were an opinion; nil where none came.
    public var answer: String?
    /// nil when `answer` is an opinion.
    public var fault: JudgeFault?
    public var usage: TokenUsage
    /// USD; nil where no price is known.
    public var cost: Double?

    public init(
        ask: JudgeAsk, attempt: Int, calledAt: Timestamp, durationMs: Double?, answer: String?, fault: JudgeFault?,
        usage: TokenUsage = TokenUsage(), cost: Double? = nil
    ) {
        self.ask = ask
        self.attempt = attempt
        self.calledAt = calledAt
        self.durationMs = durationMs
        self.answer = answer
        self.fault = fault
        self.usage = usage
        self.cost = cost
    }
}

/// The pairs that wait for a judge's opinion, shared by all workers.
///
/// A pair is put in line in the transaction that finds it different, and leaves it in the one that stores what the judge made of it: while
/// it waits the evidence stops before it. Like a batch it is claimed for a lease; every call is stored as it ends, so that whoever takes a
/// dead worker's task over goes on where it stood.
public struct JudgeQueue {
    /// What is kept of a model's words.
    private static let longestAnswer = 4_000

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Puts pairs in line that have no opinion yet. Inside the transaction that stores their comparisons.
    func enqueue(_ pairs: [Identifier], of trial: Identifier) throws {
        guard !pairs.isEmpty else { return }
        try connection.execute(JudgeQueries.enqueue, [.id(trial), .ids(pairs)])
    }

    /// Takes the oldest task for `lease` seconds, none of the trials `resting`; nil when there is nothing to do.
    public func claim(lease: Double, resting: [Identifier] = []) throws -> JudgeTask? {
        // Only its random bits matter.
        let token = Identifier(at: Timestamp(microseconds: 0))
        guard let row = try connection.query(JudgeQueries.claim, [.double(lease), .id(token), .ids(resting)]).first else { return nil }
        let (pair, trialID) = (try row.id("pair_id"), try row.id("trial"))
        guard let trial = try Registry(connection).trial(trialID) else {
            throw StorageError(.unreadable, "a judge's task belongs to trial \(trialID), which does not exist")
        }
        return JudgeTask(
            pair: pair, trial: trial, claimed: try ClaimedPair.read([pair], on: connection).first,
            calls: try connection.query(JudgeQueries.calls, [.id(pair), .int(JudgePrompt.version)]).map { try JudgedCall($0) },
            isExpired: try row.bool("is_expired"), token: token)
    }

    /// Stores a call and holds the task for `lease` seconds more. False when the lease was lost: another worker has the task, and
    /// nothing is stored.
    public func record(_ task: JudgeTask, _ call: JudgeCallRecord, model: String, lease: Double) throws -> Bool {
        try connection.transaction {
            guard try holds(task) else { return false }
            try connection.execute(
                JudgeQueries.insertCall,
                [
                    .id(task.pair), .id(task.trial.id), .moment(call.calledAt), call.durationMs.map { .double($0) } ?? .null,
                    call.cost.map { .double($0) } ?? .null, .int(call.usage.input), .int(call.usage.output), .int(JudgePrompt.version),
                    .int(call.attempt), .bool(call.usage.estimated), .text(call.ask.rawValue), .text(model),
                    .text(call.fault?.rawValue), .text(StorableText.escaped(call.answer.map(JudgeQueue.cut))),
                ])
            try hold(task, lease: lease)
            return true
        }
    }

    /// Holds the task for `lease` seconds from now.
    public func hold(_ task: JudgeTask, lease: Double) throws {
        try connection.execute(JudgeQueries.extend, [.id(task.pair), .double(lease), .id(task.token)])
    }

    /// Gives a task back, to be taken again after so many seconds.
    public func release(_ task: JudgeTask, after seconds: Double = 0) throws {
        try connection.execute(JudgeQueries.release, [.id(task.pair), .id(task.token), .double(seconds)])
    }

    /// Stores what the judge made of the pair, once for good, and has free text compared again. False when the lease was lost.
    ///
    /// - Parameters:
    ///   - name: names the question, so that the same one need not be asked again.
    ///   - reused: the opinion is that on another pair with the same question.
    public func settle(
        _ task: JudgeTask, _ result: Result<JudgeOpinion, JudgeFault>, name: Identifier? = nil, reused: Bool = false, model: String,
        at moment: Timestamp
    ) throws -> Bool {
        let opinion = try? result.get()
        var fault: JudgeFault?
        if case .failure(let why) = result { fault = why }
        return try connection.transaction {
            // Looks and stores of the trial see the pair waiting or settled, never between.
            try connection.execute(ComparisonQueries.lockTrial, [.text(task.trial.id.description)])
            guard try holds(task) else { return false }
            try connection.execute(JudgeQueries.deleteTask, [.id(task.pair)])
            try connection.execute(
                JudgeQueries.insertOpinion,
                [
                    .id(task.pair), .id(task.trial.id), .moment(moment), .double(opinion?.prediction ?? 0), .id(name),
                    .int(JudgePrompt.version), .bool(reused), .bool(opinion?.isOrderConsistent), .bool(opinion?.sameMeaning),
                    .bool(opinion?.isRepeatConsistent), .text(model), .text(opinion?.difference?.rawValue), .text(fault?.rawValue),
                ])
            if opinion != nil, [.text, .tools].contains(task.trial.settings.compare.kind) {
                try BatchWriter(connection).enqueue([(task.pair, task.trial.id)], reason: .judge)
                try connection.notify(ComparisonQueue.channel)
            }
            return true
        }
    }

    /// The opinion on a question of this name, whichever pair it was asked about.
    public func known(_ name: Identifier) throws -> JudgeOpinion? {
        try connection.query(JudgeQueries.known, [.id(name)]).first.map { try JudgeOpinion($0) }
    }

    /// USD that a trial's judge has cost on the day of a moment.
    public func spent(trial: Identifier, on moment: Timestamp) throws -> Double {
        try connection.query(JudgeQueries.spent, [.id(trial), .moment(moment)])[0].double("cost")
    }

    /// How many pairs wait, of one trial or of all.
    public func waitingPairs(trial: Identifier? = nil) throws -> Int {
        try connection.query(JudgeQueries.waiting, [.id(trial)])[0].int("pairs")
    }

    /// How a trial's judge has done, up to a moment.
    public func audit(trial: Identifier, through moment: Timestamp) throws -> JudgeAudit {
        let row = try connection.query(JudgeQueries.audit, [.id(trial), .moment(moment)])[0]
        var errors: [JudgeFault: Int] = [:]
        for row in try connection.query(JudgeQueries.errors, [.id(trial), .moment(moment)]) {
            errors[try row.word("error")] = try row.int("pairs")
        }
        return JudgeAudit(
            pairs: try row.int("pairs"), opinions: try row.int("opinions"), reused: try row.int("reused"), calls: try row.int("calls"),
            cost: try row.doubleOrNull("cost"), orders: try row.int("orders"), consistentOrders: try row.int("consistent"),
            repeats: try row.int("repeats"), flips: try row.int("flips"), judged: try row.int("judged"),
            agreeing: try row.int("agreeing"), errors: errors, waiting: try waitingPairs(trial: trial))
    }

    private func holds(_ task: JudgeTask) throws -> Bool {
        try connection.query(JudgeQueries.holdLease, [.id(task.pair), .id(task.token)]).count == 1
    }

    private static func cut(_ answer: String) -> String {
        answer.utf8.count <= longestAnswer ? answer : String(answer.unicodeScalars.prefix(longestAnswer / 4)) + "…"
    }
}

/// How a trial's judge has done.
public struct JudgeAudit: Sendable, Hashable {
    /// Pairs that are settled, with an opinion or without.
    public var pairs: Int
    /// Those with an opinion.
    public var opinions: Int
    /// Those whose opinion is another pair's with the same question.
    public var reused: Int
    public var calls: Int
    /// USD; nil where no price is known.
    public var cost: Double?
    /// Opinions from both orders of their own, and those whose orders agree.
    public var orders: Int
    public var consistentOrders: Int
    /// Opinions whose first order was asked a second time, and those where it came out otherwise.
    public var repeats: Int
    public var flips: Int
    /// Opinions on pairs of which labels or people say who was right, and those that say the same.
    public var judged: Int
    public var agreeing: Int
    /// Pairs without an opinion, by the reason.
    public var errors: [JudgeFault: Int]
    /// Pairs that wait.
    public var waiting: Int
}

extension JudgeOpinion {
    /// From the columns of `judge_opinion`.
    init(_ row: PostgresRow) throws {
        self.init(
            prediction: try row.double("prediction"), isOrderConsistent: try row.bool("order_consistent"),
            sameMeaning: try row.bool("same_meaning"), difference: try row.wordOrNull("difference"),
            isRepeatConsistent: try row.boolOrNull("repeat_consistent"))
    }
}

extension JudgedCall {
    /// A stored call. Its words are read again: under the same version they come to the same.
    fileprivate init(_ row: PostgresRow) throws {
        let fault: JudgeFault? = try row.wordOrNull("error")
        self.init(
            try row.word("ask"),
            Result { () throws(JudgeFault) in
                if let fault { throw fault }
                return try JudgeReply(row.textOrNull("answer") ?? "")
            })
    }
}

extension PostgresBind {
    fileprivate static func bool(_ truth: Bool?) -> PostgresBind { truth.map { PostgresBind.bool($0) } ?? .null }
}
