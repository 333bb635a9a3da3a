internal import Postgres
internal import Report
internal import Storage
internal import Traffic

/// What a reviewer says about the two answers that lie before them.
enum ReviewAnswer: String, CaseIterable {
    case left, right, both, neither

    /// The word that is stored.
    func correctness(candidateStandsLeft: Bool) -> Correctness {
        switch self {
        case .left: candidateStandsLeft ? .candidateOnly : .productionOnly
        case .right: candidateStandsLeft ? .productionOnly : .candidateOnly
        case .both: .both
        case .neither: .neither
        }
    }
}

/// One pair as a reviewer sees it: two answers, and nothing that says whose they are.
struct ReviewSheet {
    let account: PairAccount
    /// Drawn beforehand: the judgement counts in the verdict.
    let counts: Bool
    /// Both answers agree by a tolerant rule alone.
    let isForAudit: Bool
    private let candidateStandsLeft: Bool

    init(account: PairAccount, given: ReviewedPair, who: String) {
        self.account = account
        counts = given.counts
        isForAudit = given.isForAudit
        candidateStandsLeft = ReviewSheet.candidateStandsLeft(account.pair.id, who: who)
    }

    var left: Leg { candidateStandsLeft ? account.pair.candidate : account.call.production }
    var right: Leg { candidateStandsLeft ? account.call.production : account.pair.candidate }

    func correctness(_ answer: ReviewAnswer) -> Correctness { answer.correctness(candidateStandsLeft: candidateStandsLeft) }

    private static let sides = KeyedHash(key0: 0x7265_7669_6577_2073, key1: 0x6964_6573_2064_7261)

    /// The same for a pair and a reviewer whenever it is asked, and as good as a coin's toss over pairs and over reviewers.
    static func candidateStandsLeft(_ pair: Identifier, who: String) -> Bool {
        sides.hash(Array("\(pair) \(who)".utf8)) & 1 == 1
    }
}

/// Serves pairs to one reviewer and stores what they say. How it is shown and asked is the caller's.
final class ReviewDesk {
    let workload: String
    let who: String
    /// The last look's forecast, put into words; nil where there is none.
    let outlook: String?
    private(set) var progress = ReviewProgress()
    private(set) var current: ReviewSheet?
    /// Judgements of this run, less those taken back.
    private(set) var judged = 0

    private let connection: PostgresConnection
    private let queue: ReviewQueue
    private var skipped: Set<Identifier> = []
    /// Pairs of this run, to be gone back to: those skipped and those judged.
    private var history: [(pair: Identifier, wasJudged: Bool)] = []
    /// Sheets after which the progress is counted anew: others judge too.
    private static let recount = 100
    private var sheets = 0

    init(_ connection: PostgresConnection, workload: String, trials: [StoredTrial], who: String, outlook: String?) {
        self.connection = connection
        self.workload = workload
        self.who = who
        self.outlook = outlook
        queue = ReviewQueue(connection, trials: trials.map(\.id), session: Identifier(at: now()))
    }

    /// Takes the next pair; `current` is nil when none waits that nobody else has.
    func advance() throws {
        let given = try queue.next(skipping: skipped)
        if sheets.isMultiple(of: Self.recount) { progress = try queue.progress() }
        sheets += 1
        current = try given.map(sheet)
    }

    /// Takes this very pair. False when it cannot be judged here.
    func open(_ pair: Identifier) throws -> Bool {
        progress = try queue.progress()
        guard let given = try queue.take(pair) else { return false }
        current = try sheet(given)
        return true
    }

    /// Stores an answer about the current pair.
    func judge(_ answer: ReviewAnswer) throws {
        guard let sheet = current else { return }
        let pair = sheet.account.pair.id
        try Adjudications(connection).record(pair: pair, correct: sheet.correctness(answer), who: who, at: now())
        history.append((pair, true))
        judged += 1
        move(counts: sheet.counts, isForAudit: sheet.isForAudit, by: 1)
        current = nil
    }

    /// Leaves the current pair to a later run, or to somebody else.
    func skip() {
        guard let sheet = current else { return }
        skipped.insert(sheet.account.pair.id)
        history.append((sheet.account.pair.id, false))
        current = nil
    }

    /// Goes back to the pair before. What was said about it is taken back by a further word: each is kept, and the newest counts.
    /// False when there is none, or it is not there any more.
    func undo() throws -> Bool {
        guard let last = history.last else { return false }
        guard let given = try queue.take(last.pair) else {
            history.removeLast()
            return false
        }
        if last.wasJudged {
            try Adjudications(connection).record(pair: last.pair, correct: .unknown, who: who, at: now())
            judged -= 1
            move(counts: given.counts, isForAudit: given.isForAudit, by: -1)
        }
        history.removeLast()
        skipped.remove(last.pair)
        current = try sheet(given)
        return true
    }

    /// Holds the current pair as long again: its reviewer is at work.
    func keep() throws { if let current { try queue.renew(current.account.pair.id) } }

    /// Ends the run: what is held is free for others.
    func close() {
        current = nil
        try? queue.release()
    }

    private func sheet(_ given: ReviewedPair) throws -> ReviewSheet {
        ReviewSheet(account: try PairAccount.read(given.pair, on: connection), given: given, who: who)
    }

    private func move(counts: Bool, isForAudit: Bool, by change: Int) {
        if isForAudit {
            progress.audit -= change
        } else if counts {
            progress.judged += change
            progress.waiting -= change
        } else {
            progress.unplanned -= change
        }
    }
}
