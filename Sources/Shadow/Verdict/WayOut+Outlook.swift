import Statistics

extension Assessment {
    /// The fewest judgements that would decide quality, where none is made yet; none where agreement alone should decide within the trial.
    ///
    /// The planning formula of statistics §10, for models that are equally good (Δ = 0). Whatever share π of the disagreements is judged,
    /// it asks for the same number of judgements, since fewer of them want more pairs in inverse proportion; the evidence gate asks for
    /// more where too many planned ones would be left waiting. A judge's predictions are left out of it: nobody knows yet what they are
    /// worth. Nil where agreeing pairs would have to be audited first.
    var wayOut: WayOut? {
        guard !basis.isAdjudicated, counts.pairs > 0, counts.unaudited == 0, decisionInput.status(of: .quality) == .open else { return nil }
        return byAgreement ?? (input.terms.adjudicateBy == .none ? inNewTrial : byJudging)
    }

    /// The candidate differs so rarely that waiting is enough.
    private var byAgreement: WayOut? {
        guard let forecast = forecast(.quality), forecast.towards == .pass, let pairs = forecast.pairs,
            let days = longest(forecast.days, needing: decisionInput.gatesNeeded), days <= Double(max(0, input.terms.maxDays - input.days))
        else { return nil }
        return WayOut(judgements: 0, pairs: pairs, days: days)
    }

    private var byJudging: WayOut? {
        let share = counts.plannedShare > 0 ? counts.plannedShare : input.terms.adjudicationFloor
        guard let needed = pairsToJudge(share: share) else { return nil }
        let all = max(needed, counts.pairs)
        let pairs = all - counts.pairs
        let planned = counts.pending + judgements(pairs, share: share)
        let deciding = pairs > 0 ? planned : waiting(amongOldest: needed)
        let settling = planned - Int(EvidenceNeeds.imputedShare * Double(all))
        // Once quality is judged, noise only advises.
        return WayOut(
            judgements: max(deciding, settling, min(EvidenceNeeds.adjudicated, planned)), pairs: pairs,
            days: longest(pairs == 0 ? 0 : days(pairs), needing: decisionInput.gatesNeeded.filter { $0 != .noise }))
    }

    /// Where nobody is to judge, what is judged counts for nothing: a new trial begins with no pair, and draws as many as are needed.
    private var inNewTrial: WayOut? {
        guard let needed = pairsToJudge(share: 1) else { return nil }
        let pairs = max(needed, EvidenceNeeds.pairs)
        return WayOut(
            judgements: max(judgements(needed, share: 1), EvidenceNeeds.adjudicated), pairs: pairs,
            days: days(pairs).map { max($0, Double(input.terms.days)) }, inNewTrial: true)
    }

    /// Disagreements that wait for their judgement among so many oldest pairs; within a day they lie evenly.
    private func waiting(amongOldest pairs: Int) -> Int {
        var (left, waiting) = (Double(pairs), 0.0)
        for (_, cells) in Dictionary(grouping: input.cells, by: \.day).sorted(by: { $0.key < $1.key }) where left > 0 {
            let day = LedgerCounts(cells, terms: input.terms)
            guard day.pairs > 0 else { continue }
            let part = min(1, left / Double(day.pairs))
            waiting += part * Double(day.pending)
            left -= Double(day.pairs)
        }
        return Int(waiting.rounded(.up))
    }

    /// Share of the pairs that differ.
    private var differing: Double { Double(counts.disagreements) / Double(counts.pairs) }

    private func pairsToJudge(share: Double) -> Int? {
        plannedPairs(
            disagreement: differing, margin: input.terms.margins.quality, difference: 0, alpha: input.terms.sideAlpha, adjudicated: share)
    }

    private func judgements(_ pairs: Int, share: Double) -> Int { Int((Double(pairs) * differing * share).rounded(.up)) }

    /// The wait for quality and for the other gates named; nil when one of them is not on course.
    private func longest(_ quality: Double?, needing gates: [GateName]) -> Double? {
        guard var longest = quality else { return nil }
        for wait in waits where wait.gate != .quality && gates.contains(wait.gate) {
            guard let days = wait.days else { return nil }
            longest = max(longest, days)
        }
        return longest
    }
}
