import Statistics
import Traffic

extension Assessment {
    /// Quality for display.
    var quality: QualityReading {
        let known = input.agreeing + input.differing
        return QualityReading(
            pairs: counts.pairs, disagreements: counts.disagreements, adjudicated: counts.judged, pending: counts.pending,
            unaudited: counts.unaudited, counts: known,
            productionAccuracy: accuracyIsKnown ? accuracy(known.both + known.productionOnly, of: known.known) : nil,
            candidateAccuracy: accuracyIsKnown ? accuracy(known.both + known.candidateOnly, of: known.known) : nil,
            singleLookDifference: singleLookDifference,
            mcnemar: known.known > 0
                ? mcnemarTest(candidateOnly: known.candidateOnly, productionOnly: known.productionOnly) : nil,
            predictedDifference: ledger.prediction,
            sampledDifference: Verdict.sampledDifference(input.cells, trust: input.terms.judgeTrust),
            worsePerTenThousand: worsePerTenThousand)
    }

    /// The share of all pairs known, with an interval as wide as that of the pairs in evidence: further turns of a conversation's day are
    /// counted, but tell little that its first one did not.
    private func accuracy(_ right: Int, of known: Int) -> Estimate? {
        guard known > 0 else { return nil }
        let all = input.agreeing.known + input.agreeing.unknown + input.differing.known + input.differing.unknown
        let part = all > 0 && counts.pairs > 0 ? min(1, Double(counts.pairs) / Double(all)) : 1
        let rate = Double(right) / Double(known)
        let limits = wilsonInterval(rate: rate, trials: Double(known) * part, confidence: 0.95)
        return Estimate(rate, lower: limits.lower, upper: limits.upper)
    }

    /// Labels come to a call whatever the answers were, so the known pairs stand for all. People judge what differs: their known pairs
    /// stand for all only once every pair is known.
    private var accuracyIsKnown: Bool {
        input.terms.adjudicateBy == .labels || input.agreeing.unknown + input.differing.unknown == 0
    }

    /// Tango's interval over the pairs known; where only some of the differing pairs are judged, over as large a part of all pairs.
    private var singleLookDifference: Estimate? {
        let known = input.agreeing + input.differing
        var pairs = known.known
        if !accuracyIsKnown {
            let differing = input.differing.known + input.differing.unknown
            let all = differing + input.agreeing.known + input.agreeing.unknown
            guard input.differing.known > 0 else { return nil }
            let part = Double(all) * Double(input.differing.known) / Double(differing)
            pairs = max(Int(part.rounded()), known.candidateOnly + known.productionOnly)
        }
        guard pairs > 0 else { return nil }
        let limits = tangoInterval(candidateOnly: known.candidateOnly, productionOnly: known.productionOnly, pairs: pairs)
        let estimate = Double(known.candidateOnly - known.productionOnly) / Double(pairs)
        return Estimate(estimate, lower: limits.lower, upper: limits.upper)
    }

    private var worsePerTenThousand: WorsePerTenThousand {
        let scale = 10_000.0
        let allowed = input.terms.margins.quality * scale
        let gate = gate(.quality)
        let lower = gate.lower ?? -1
        let upper = gate.upper ?? 1
        if !basis.isAdjudicated {
            // All that differs might be worse, or better.
            return WorsePerTenThousand(estimate: nil, lower: -upper * scale, upper: upper * scale, allowed: allowed)
        }
        let hidden = audit.reading?.hiddenAtMost ?? 0
        return WorsePerTenThousand(
            estimate: gate.estimate.map { -$0 * scale }, lower: -upper * scale, upper: min(1, hidden - lower) * scale, allowed: allowed)
    }

    /// Disagreement for display.
    var noise: NoiseReading {
        let controls = counts.controls
        let excess = noiseExcess(disagreements: counts.disagreements, of: counts.pairs, controls: controls)
        return NoiseReading(
            controlPairs: controls.pairs, disagreement: wilsonEstimate(successes: counts.disagreements, of: counts.pairs),
            selfDisagreement: wilsonEstimate(successes: controls.selfDisagreements, of: controls.pairs),
            excess: excess.estimate.map { Estimate($0, lower: excess.interval.lower, upper: excess.interval.upper) })
    }

    /// Day by day.
    var daily: [DayReading] {
        Dictionary(grouping: input.cells, by: \.day).sorted { $0.key < $1.key }.map { day, cells in
            let counts = LedgerCounts(cells, terms: input.terms)
            return DayReading(
                day: day, pairs: counts.pairs, disagreements: counts.disagreements,
                difference: QualityLedger(cells, terms: input.terms).difference, limits: limits(of: cells))
        }
    }

    /// One day's interval for display, where plain counts give it.
    private func limits(of cells: [EvidenceCell]) -> Interval? {
        let compared = cells.filter { $0.agreement != .incomparable }
        guard Set(compared.map(\.weight)).count == 1 else { return nil }
        var (better, worse) = (0, 0)
        for cell in compared where cell.agreement == .different {
            guard case .judged(let difference, 1) = cell.adjudication else { return nil }
            if difference > 0 { better += cell.count }
            if difference < 0 { worse += cell.count }
        }
        return tangoInterval(candidateOnly: better, productionOnly: worse, pairs: compared.reduce(0) { $0 + $1.count })
    }
}
