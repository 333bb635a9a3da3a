import Statistics
import Traffic

/// How many samples of the equivalent pairs the audit bets on: all of them, every second, every fourth and so on (`EvidenceCell.auditLevel`).
public let equivalenceSamples = 6

/// The audit of pairs that agree by a tolerant rule alone (`judge`, `within_tolerance`): how often is the candidate worse in them?
public struct AuditReading: Sendable, Hashable, Codable {
    /// Pass once it is shown that such pairs hide a loss of at most δ_a; never fail.
    public var status: GateStatus
    /// Pairs of the ledger that agree by such a rule alone,
    public var equivalents: Int
    /// those of them that are judged,
    public var judged: Int
    /// and those in which only production was right.
    public var worse: Int
    /// The share of the compared pairs that they are.
    public var share: Double
    /// q̄: the share that was fixed as the largest when the first day had ended; nil until then. Beyond it the audit is open.
    public var ceiling: Double?
    /// δ_a/q̄: the share of them in which the candidate may be worse; nil while q̄ is.
    public var allowed: Double?
    /// The largest log-capital so far that it is worse in fewer.
    public var logEvidence: Double
    /// The log-capital that is needed.
    public var needed: Double
    /// What they hide at most, as a share of all pairs; 1 while nothing bounds it.
    public var hiddenAtMost: Double
    /// How many more to judge, in the order in which they are served, until the audit passes if none of them is worse; nil where those
    /// that are there would not do.
    public var toJudge: Int?

    /// Takes its parts as they are.
    public init(
        status: GateStatus, equivalents: Int, judged: Int, worse: Int, share: Double, ceiling: Double?, allowed: Double?,
        logEvidence: Double,
        needed: Double, hiddenAtMost: Double, toJudge: Int?
    ) {
        self.status = status
        self.equivalents = equivalents
        self.judged = judged
        self.worse = worse
        self.share = share
        self.ceiling = ceiling
        self.allowed = allowed
        self.logEvidence = logEvidence
        self.needed = needed
        self.hiddenAtMost = hiddenAtMost
        self.toJudge = toJudge
    }

    /// More such pairs came than the share that was fixed allows for: the audit of this trial can say nothing.
    public var isOverflown: Bool { ceiling.map { share > $0 } ?? false }
}

/// q̄: the 99 % Wilson-upper share of pairs that agree by an audited rule alone, from the cells of the trial's first day (statistics §3.6).
public func equivalenceCeiling(firstDay cells: [EvidenceCell]) -> Double {
    let (share, trials) = equivalenceShare(cells)
    return wilsonInterval(rate: share, trials: trials, confidence: 0.99).upper
}

/// Their weighted share, and how many pairs of equal weight tell as much.
private func equivalenceShare(_ cells: [EvidenceCell]) -> (share: Double, trials: Double) {
    var (all, squares, equivalent) = (0.0, 0.0, 0.0)
    for cell in cells where cell.agreement != .incomparable {
        let weight = Double(cell.count) * cell.weight
        all += weight
        squares += weight * cell.weight
        if cell.needsAudit { equivalent += weight }
    }
    return all > 0 ? (equivalent / all, all * all / squares) : (0, 0)
}

/// The equivalents of the ledger as the audit's bets see them: Z = −1 where the candidate is worse, else 0 (statistics §3.6).
///
/// Nobody knows beforehand how many of them will be judged, and a pair that waits must count as worse. So the stake is spread over samples
/// drawn by a hash of the pair's id before anything was known of its outcome, each half of the one before: what is judged in the order of
/// that hash is at any time a random sample of all, and the bet on that sample carries the rest. Gold answers for all let the largest win.
///
/// The ledger may be read up to the end of any day, as an earlier time of the same process: pairs of today that wait do no harm. Such an
/// earlier day must be one on which the verdict could be said, as for every pass (`Latches`).
struct EquivalenceAudit {
    let status: GateStatus
    /// nil where no pair needs the audit.
    let reading: AuditReading?
    /// For the next look.
    let latch: Double?

    /// So many must be judged, or all where there are fewer (statistics §3.6).
    private static let leastJudged = 100

    init(_ input: LookInput, after former: Latches) {
        let terms = input.terms
        let ledger = AuditLedger(input.cells, from: terms.days)
        guard ledger.equivalents > 0 else {
            status = .pass
            reading = nil
            latch = terms.auditsEquivalents ? former.audit ?? 0 : former.audit
            return
        }
        let needed = capitalNeeded(alpha: terms.sideAlpha)
        let share = equivalenceShare(input.cells).share
        // A look of before the audit was known has no ceiling, and nothing is allowed.
        let allowed = input.equivalenceCeiling.map { terms.auditAllowance / $0 }
        let capital = allowed.map { max(former.audit ?? 0, ledger.capital(against: -$0)) } ?? 0
        let isJudged = ledger.judged >= min(EquivalenceAudit.leastJudged, ledger.equivalents)
        // Where all of them together are no more than what may be lost, none need be judged.
        let passes = allowed.map { $0 >= 1 || ($0 > 0 && isJudged && capital >= needed) } ?? false
        let isWithin = input.equivalenceCeiling.map { share <= $0 } ?? false
        status = passes && isWithin ? .pass : .open
        latch = capital
        let hidden = input.equivalenceCeiling.map { isWithin ? $0 * ledger.worseAtMost(alpha: terms.sideAlpha) : 1 } ?? 1
        reading = AuditReading(
            status: status, equivalents: ledger.equivalents, judged: ledger.judged, worse: ledger.worse, share: share,
            ceiling: input.equivalenceCeiling, allowed: allowed, logEvidence: capital, needed: needed,
            hiddenAtMost: status == .pass ? min(hidden, terms.auditAllowance) : hidden,
            toJudge: status == .pass || !isWithin
                ? nil : allowed.flatMap { ledger.toJudge(against: -$0, needed: needed, least: EquivalenceAudit.leastJudged) })
    }
}

/// The scores of the audit by sample, up to the end of each day that counts.
private struct AuditLedger {
    private let cells: [EvidenceCell]
    /// For each such day the samples, the largest first.
    private let days: [[ScoreHistogram]]
    let equivalents: Int
    private(set) var judged = 0
    private(set) var worse = 0

    /// `from`: the number of days from which on a verdict can be said.
    init(_ all: [EvidenceCell], from first: Int) {
        let known = Set(all.lazy.filter { $0.agreement != .incomparable }.map(\.day)).sorted()
        let counting = known.count <= first ? known.suffix(1) : known[(first - 1)...]
        let cells = all.filter { $0.agreement != .incomparable && $0.needsAudit }
        self.cells = cells
        equivalents = cells.reduce(0) { $0 + $1.count }
        for cell in cells {
            guard case .judged(let difference, _) = cell.adjudication else { continue }
            judged += cell.count
            if difference < 0 { worse += cell.count }
        }
        days = counting.map { day in AuditLedger.samples(cells.filter { $0.day <= day }) }
    }

    /// Pairs that wait count as worse, but for those of samples from `taken` on: as not worse.
    private static func samples(_ cells: [EvidenceCell], taken: Int = equivalenceSamples) -> [ScoreHistogram] {
        (0..<equivalenceSamples).map { level in
            ScoreHistogram(
                cells.filter { $0.auditLevel >= level }.map { cell in
                    let score: Double
                    if case .judged(let difference, _) = cell.adjudication {
                        score = difference < 0 ? -1 : 0
                    } else {
                        score = cell.auditLevel >= taken ? 0 : -1
                    }
                    return ScoreGroup(score: score, count: Double(cell.count), weight: cell.weight, lowest: -1, highest: 0)
                })
        }
    }

    /// The best of the days' log-capitals that the mean score lies above.
    func capital(against theta: Double) -> Double {
        guard theta > -1 else { return 0 }
        return max(0, days.map { sharedLogCapital($0, against: theta, .above) }.max() ?? 0)
    }

    /// The largest share in which the candidate is worse that this look leaves possible.
    func worseAtMost(alpha: Double) -> Double {
        let needed = capitalNeeded(alpha: alpha)
        var (refuted, kept) = (1.0, 0.0)
        for _ in 0..<40 {
            let middle = (refuted + kept) / 2
            if capital(against: -middle) >= needed { refuted = middle } else { kept = middle }
        }
        return refuted
    }

    /// How many of those that wait, the smallest sample first, would do if none of them is worse.
    func toJudge(against theta: Double, needed: Double, least: Int) -> Int? {
        for taken in (0..<equivalenceSamples).reversed() {
            let waiting = cells.reduce(0) { count, cell in
                if case .judged = cell.adjudication { return count }
                return cell.auditLevel >= taken ? count + cell.count : count
            }
            guard judged + waiting >= min(least, equivalents), theta > -1 else { continue }
            if sharedLogCapital(AuditLedger.samples(cells, taken: taken), against: theta, .above) >= needed { return waiting }
        }
        return nil
    }
}
