internal import Configuration
internal import Traffic

/// What a set of cases is for.
public enum ExportPurpose: String, Sendable, CaseIterable {
    /// Examples to train on: chat JSONL as OpenAI and Azure take it.
    case fineTuning = "fine-tuning"
    /// A labelled regression set.
    case evals
}

/// Why a pair, or the question that it asks, is not in a set.
public enum LeftOut: String, Sendable, CaseIterable {
    /// No worker has compared it yet.
    case notCompared = "not_compared"
    /// Production gave no whole answer, and there is no gold answer.
    case noAnswer = "no_answer"
    /// Production disagreed with itself, and there is no gold answer.
    case unstable
    /// Production is known to be wrong, and there is no gold answer.
    case refuted
    /// Nobody has said what is right.
    case unjudged
    /// The same was asked by a pair that is in the set.
    case duplicate
    /// The request cannot be said as a chat of texts and pictures.
    case notChat = "not_chat"
    /// The gold answer is not in a form that the workload's answers have.
    case unclearTarget = "unclear_target"
    /// Beyond `--limit`.
    case beyondLimit = "beyond_limit"
}

/// As much of a pair as decides whether it is exported.
struct ExportRow: Sendable, Hashable {
    var pair: Identifier
    var call: Identifier
    var calledAt: Timestamp
    /// nil where what was asked could not be read.
    var requestHash: Identifier?
    /// nil until it is compared.
    var agreement: Agreement?
    var correct: Correctness
    var failureMode: FailureMode?
    var isUnstable: Bool
    /// Production's answer is whole and may be used.
    var isUsable: Bool
    /// When the gold answer was said; nil where there is none.
    var goldSaidAt: Timestamp?
    /// What a person said last.
    var person: Correctness?

    /// Whether somebody has said that production's answer is wrong; a person's word counts before the worker has taken it in.
    var isRefuted: Bool { [correct, person].contains { $0 == .candidateOnly || $0 == .neither } }
    var isLost: Bool { correct == .productionOnly || (correct == .unknown && person == .productionOnly) }
}

/// Which pairs make up a set, in their order, and why the others do not. One pair stands for all that asked the same: what is known about
/// one of them is known about all.
struct ExportPlan: Sendable {
    /// A case of the set.
    struct Chosen: Sendable, Hashable {
        var pair: Identifier
        var usesGold: Bool
        var isLost: Bool
        var failureMode: FailureMode?
    }

    private(set) var chosen: [Chosen] = []
    private(set) var leftOut: [LeftOut: Int] = [:]

    init(_ rows: [ExportRow], for purpose: ExportPurpose, limit: Int? = nil) {
        var groups: [Identifier: [ExportRow]] = [:]
        for row in rows {
            if row.agreement == nil { count(.notCompared) } else { groups[row.requestHash ?? row.call, default: []].append(row) }
        }
        var cases: [(question: Identifier, case: Chosen, calledAt: Timestamp, rank: Int)] = []
        for (question, rows) in groups {
            let rows = rows.sorted { ($1.calledAt, $1.pair) < ($0.calledAt, $0.pair) }
            switch purpose == .evals ? ExportPlan.evalCase(rows) : ExportPlan.example(rows) {
            case .success(let row):
                let isLost = rows.contains(where: \.isLost)
                let mode = rows.lazy.compactMap { $0.agreement == .different ? $0.failureMode : nil }.first
                let one = Chosen(pair: row.pair, usesGold: row.goldSaidAt != nil, isLost: isLost, failureMode: mode)
                cases.append((question, one, row.calledAt, isLost ? 0 : mode != nil ? 1 : 2))
                count(.duplicate, rows.count - 1)
            case .failure(let reason): count(reason.why, rows.count)
            }
        }
        if purpose == .evals {
            chosen = ExportPlan.stratified(cases.map { ($0.question, $0.case) })
        } else {
            chosen = cases.sorted { ($0.rank, $0.calledAt, $0.case.pair) < ($1.rank, $1.calledAt, $1.case.pair) }.map(\.case)
        }
        if let limit, chosen.count > limit {
            count(.beyondLimit, chosen.count - limit)
            chosen.removeLast(chosen.count - limit)
        }
    }

    private mutating func count(_ reason: LeftOut, _ pairs: Int = 1) { if pairs > 0 { leftOut[reason, default: 0] += pairs } }

    private struct Reason: Error { let why: LeftOut }

    /// The pair to train on, of those that asked the same, newest first.
    private static func example(_ rows: [ExportRow]) -> Result<ExportRow, Reason> {
        if let gold = newestGold(rows) { return .success(gold) }
        guard let answered = rows.first(where: \.isUsable) else { return .failure(Reason(why: .noAnswer)) }
        if rows.contains(where: \.isRefuted) { return .failure(Reason(why: .refuted)) }
        if rows.contains(where: \.isUnstable) { return .failure(Reason(why: .unstable)) }
        return .success(answered)
    }

    /// The pair whose right answer is known: the gold one, or production's where a person says that it is right.
    private static func evalCase(_ rows: [ExportRow]) -> Result<ExportRow, Reason> {
        if let gold = newestGold(rows) { return .success(gold) }
        if rows.contains(where: \.isRefuted) { return .failure(Reason(why: .refuted)) }
        guard let judged = rows.first(where: { $0.isUsable && ($0.person == .both || $0.person == .productionOnly) }) else {
            return .failure(Reason(why: .unjudged))
        }
        return .success(judged)
    }

    private static func newestGold(_ rows: [ExportRow]) -> ExportRow? {
        rows.filter { $0.goldSaidAt != nil }.max { ($0.goldSaidAt!, $0.pair) < ($1.goldSaidAt!, $1.pair) }
    }

    private static let order = KeyedHash(key0: 0x6576_616c_2063_6173, key1: 0x6573_206f_7264_6572)

    /// One of each failure mode in turn, so that the first n of them hold every mode as far as it goes. Within a mode the order hangs on
    /// what was asked alone: a longer set holds the shorter one.
    private static func stratified(_ cases: [(question: Identifier, case: Chosen)]) -> [Chosen] {
        let strata = Dictionary(grouping: cases) { $0.case.failureMode?.rawValue ?? "" }
            .mapValues { cases in
                cases.map { (order.hash(Array($0.question.description.utf8)), $0.case) }
                    .sorted { ($0.0, $0.1.pair) < ($1.0, $1.1.pair) }.map(\.1)
            }
            // Where both agree stands last.
            .sorted { ($0.key.isEmpty ? 1 : 0, $0.key) < ($1.key.isEmpty ? 1 : 0, $1.key) }.map(\.value)
        let longest = strata.map(\.count).max() ?? 0
        return (0..<longest).flatMap { place in strata.compactMap { place < $0.count ? $0[place] : nil } }
    }
}
