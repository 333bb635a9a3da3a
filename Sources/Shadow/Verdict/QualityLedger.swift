import Statistics
import Traffic

/// Stands for infinite log-capital: a single score above the lowest possible mean refutes that mean outright.
private let boundlessCapital = 1e9

/// The ledgers from which a claim about a mean may be drawn, one list for each side; each holds at any time, so the best counts.
struct ClaimLedgers {
    /// "The mean lies above" may be concluded from any of these.
    var above: [ScoreHistogram]
    /// "The mean lies below" may be concluded from any of these.
    var below: [ScoreHistogram]

    /// The largest log-capital for each side; at most `boundlessCapital`, so that it can be stored.
    func capital(against threshold: Double) -> (above: Double, below: Double) {
        (
            above: min(above.map { logCapital($0, against: threshold, .above) }.max() ?? 0, boundlessCapital),
            below: min(below.map { logCapital($0, against: threshold, .below) }.max() ?? 0, boundlessCapital)
        )
    }
}

/// What one look says about one mean, before former looks are taken into account.
struct ClaimReading {
    var interval: Interval
    var above: Double
    var below: Double

    /// Reads a mean in `range` from its ledgers, each side with error `alpha`.
    init(_ ledgers: ClaimLedgers, threshold: Double, range: Interval, alpha: Double) {
        interval = Interval(
            ledgers.above.map { confidenceLimit($0, .above, alpha: alpha, range: range) }.max() ?? range.lower,
            ledgers.below.map { confidenceLimit($0, .below, alpha: alpha, range: range) }.min() ?? range.upper)
        (above, below) = ledgers.capital(against: threshold)
    }
}

extension ClaimLatch {
    /// The latch after one more look: it only ever tightens.
    func tightened(by reading: ClaimReading) -> ClaimLatch {
        ClaimLatch(
            lower: max(lower, reading.interval.lower), upper: min(upper, reading.interval.upper),
            above: max(above, reading.above), below: max(below, reading.below))
    }
}

/// The compared pairs of the evidence ledger, as the accuracy tests see them.
///
/// A pair that agrees has D = 0 without any label. One that differs has D once its planned adjudication is there; until then it counts
/// at its worst possible value, or the ledger is read only up to the oldest such pair: both are valid at any time, so each claim
/// takes the better (design §9, statistics §0a.2). One that was not drawn counts 0, and those drawn 1/π for it.
///
/// With a judge model κ times its prediction f stands for D, and where D is known the difference to it, as often as it was drawn for:
/// Z = κf + (R/π)(D − κf). However bad the judge is, Z has the mean of D; a good one only has it vary less (statistics §3.6).
struct QualityLedger {
    /// Pairs alike in all that matters here.
    private struct Key: Hashable {
        var score: Score
        var weight: Double
        var tier: Int?
        var beforeFirstPending: Bool

        /// Distinct keys have distinct orders.
        var order: (Int, Double, Double, Double, Int, Int) {
            let (kind, probability, prediction) = score.order
            return (kind, probability, prediction, weight, tier ?? -1, beforeFirstPending ? 1 : 0)
        }
    }

    /// What is known of a pair's score.
    private enum Score: Hashable {
        /// It agrees: 0.
        case agrees
        /// It differs and was not drawn: κf.
        case notDrawn(prediction: Double)
        /// Adjudicated.
        case judged(difference: Int, probability: Double, prediction: Double)
        /// Planned, without an answer.
        case pending(probability: Double, prediction: Double)

        /// What is known of the pairs of a cell; nothing predicts where a judge is not trusted.
        init(_ cell: EvidenceCell, terms: TrialTerms) {
            let prediction = terms.judgeTrust > 0 ? cell.prediction : 0
            switch (cell.agreement == .different, cell.adjudication) {
            case (false, _): self = .agrees
            case (true, .notPlanned) where terms.adjudicateBy == .none: self = .pending(probability: 1, prediction: prediction)
            case (true, .notPlanned): self = .notDrawn(prediction: prediction)
            case (true, .pending(let probability)): self = .pending(probability: probability, prediction: prediction)
            case (true, .judged(let difference, let probability)):
                self = .judged(difference: difference, probability: probability, prediction: prediction)
            }
        }

        /// π of a pair that was drawn.
        var probability: Double? {
            switch self {
            case .judged(_, let probability, _), .pending(let probability, _): probability
            case .agrees, .notDrawn: nil
            }
        }

        var order: (Int, Double, Double) {
            switch self {
            case .agrees: (0, 0, 0)
            case .notDrawn(let prediction): (1, 0, prediction)
            case .pending(let probability, let prediction): (2, probability, prediction)
            case .judged(let difference, let probability, let prediction): (10 + difference, probability, prediction)
            }
        }
    }

    private let entries: [(key: Key, count: Double)]
    /// κ.
    private let trust: Double
    /// B: every score lies in [−B, B].
    private let bound: Double
    /// Whether the part of the ledger before the oldest pending pair can be read by itself.
    private let prefixIsWhole: Bool

    /// The compared pairs among `cells`. Where nobody adjudicates, every pair that differs waits for ever.
    init(_ cells: [EvidenceCell], terms: TrialTerms) {
        var counts: [Key: Double] = [:]
        var smallest = terms.adjudicationFloor
        for cell in cells where cell.agreement != .incomparable {
            let score = Score(cell, terms: terms)
            if let probability = score.probability { smallest = min(smallest, probability) }
            let key = Key(score: score, weight: cell.weight, tier: cell.tier, beforeFirstPending: cell.beforeFirstPending)
            counts[key, default: 0] += Double(cell.count)
        }
        // In one order, so that equal ledgers give equal bits.
        entries = counts.map { (key: $0.key, count: $0.value) }.sorted { $0.key.order < $1.key.order }
        trust = terms.judgeTrust
        bound = adjudicatedScore(difference: nil, probability: smallest, trust: terms.judgeTrust).bound
        prefixIsWhole = !counts.keys.contains { key in
            if case .pending = key.score { key.beforeFirstPending } else { false }
        }
    }

    /// The ledgers of the accuracy difference over the pairs for which `serves` is true; the others score 0.
    ///
    /// `serves` takes a pair's tier index, and returns nil for a pair that takes no part at all.
    func claim(serves: (Int?) -> Bool? = { _ in true }) -> ClaimLedgers {
        let prefix = prefixIsWhole ? [histogram(pending: nil, serves)] : []
        return ClaimLedgers(above: prefix + [histogram(pending: -1, serves)], below: prefix + [histogram(pending: 1, serves)])
    }

    /// The ledger's scores; pending pairs as if D were `pending`, or, for nil, only what stands before the oldest of them.
    private func histogram(pending: Int?, _ serves: (Int?) -> Bool?) -> ScoreHistogram {
        ScoreHistogram(
            entries.compactMap { key, count in
                guard let served = serves(key.tier), pending != nil || key.beforeFirstPending else { return nil }
                return group(served ? value(key.score, pending: pending ?? 0) : 0, count: count, weight: key.weight)
            })
    }

    /// Z, with `pending` for a D that is not known yet.
    private func value(_ score: Score, pending: Int) -> Double {
        switch score {
        case .agrees: 0
        case .notDrawn(let prediction): adjudicatedScore(prediction: prediction, difference: nil, probability: 1, trust: trust).score
        case .judged(let difference, let probability, let prediction):
            adjudicatedScore(prediction: prediction, difference: difference, probability: probability, trust: trust).score
        case .pending(let probability, let prediction):
            adjudicatedScore(prediction: prediction, difference: pending, probability: probability, trust: trust).score
        }
    }

    private func group(_ score: Double, count: Double, weight: Double) -> ScoreGroup {
        ScoreGroup(score: score, count: count, weight: weight, lowest: -bound, highest: bound)
    }

    /// The ledger as it should look once every pending pair is judged, pending pairs falling out as the judged ones did: for
    /// forecasts only. Nil when pairs wait and none is judged.
    func expected(serves: (Int?) -> Bool? = { _ in true }) -> ScoreHistogram? {
        var judged: [Int: Double] = [:]
        for (key, count) in entries {
            if case .judged(let difference, _, _) = key.score { judged[difference, default: 0] += count * key.weight }
        }
        let all = [-1, 0, 1].reduce(0) { $0 + (judged[$1] ?? 0) }
        var groups: [ScoreGroup] = []
        for (key, count) in entries {
            guard let served = serves(key.tier) else { continue }
            guard served, case .pending = key.score else {
                groups.append(group(served ? value(key.score, pending: 0) : 0, count: count, weight: key.weight))
                continue
            }
            guard all > 0 else { return nil }
            for (difference, share) in judged {
                groups.append(group(value(key.score, pending: difference), count: count * share / all, weight: key.weight))
            }
        }
        return ScoreHistogram(groups)
    }

    /// The best single value of Δ: the share that differs × the mean of D among those judged. Nil when pairs differ and none is judged.
    var difference: Double? {
        var weights = 0.0
        var differing = 0.0
        var judged = 0.0
        var sum = 0.0
        for (key, count) in entries {
            let weight = count * key.weight
            weights += weight
            switch key.score {
            case .agrees: break
            case .notDrawn, .pending: differing += weight
            case .judged(let difference, let probability, _):
                differing += weight
                judged += weight / probability
                sum += weight / probability * Double(difference)
            }
        }
        guard weights > 0 else { return nil }
        if differing == 0 { return 0 }
        return judged > 0 ? differing / weights * sum / judged : nil
    }

    /// What the judge alone takes Δ for: the mean of f. A reading, in no gate; nil where no judge is asked, or nothing is compared.
    var prediction: Double? {
        guard trust > 0 else { return nil }
        var weights = 0.0
        var sum = 0.0
        for (key, count) in entries {
            weights += count * key.weight
            sum += count * key.weight * key.score.order.2
        }
        return weights > 0 ? sum / weights : nil
    }
}
