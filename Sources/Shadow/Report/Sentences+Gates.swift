internal import Statistics
internal import Traffic
internal import Verdict

/// One sentence for each gate.
extension Sentences {
    /// `Quality is open: phi-4 is right 0.6 points less often than gpt-5 (between 1.9 less and 0.7 more; allowed 2 less).`
    func lead(on name: GateName) -> String {
        let gate = look.gate(name)
        let status =
            switch gate.status {
            case .pass: "passes"
            case .fail: "fails"
            case .open: "is open"
            }
        let subject = name.label.prefix(1).uppercased() + name.label.dropFirst()
        let advisory = gate.blocking ? "" : " (advisory)"
        return "\(subject)\(advisory) \(status): \(finding(gate))."
    }

    private func finding(_ gate: Gate) -> String {
        switch gate.name {
        case .evidence: return evidenceFinding(gate)
        case .reliability: return difference(gate, verb: "fails", than: production)
        case .quality where !look.basis.isAdjudicated: return disagreementFinding(gate)
        case .quality: return difference(gate, verb: "is right", than: production) + auditWords(gate)
        case .noise: return noiseFinding(gate)
        case .failureConcentration: return concentrationClause
        case .latency: return latencyClause(gate)
        case .cost: return costFinding(gate)
        }
    }

    // MARK: Evidence

    private func evidenceFinding(_ gate: Gate) -> String {
        if gate.status == .pass {
            let compared = "\(Sentences.counted(look.day, "day")), \(Sentences.counted(look.quality.pairs, "compared pair"))"
            if !look.basis.isAdjudicated { return compared }
            return compared + ", \(Sentences.counted(look.quality.adjudicated, "disagreement")) judged as planned"
        }
        let lacking = look.shortfalls.map(lack)
        return lacking.isEmpty ? "not complete" : lacking.joined(separator: "; ")
    }

    private func lack(_ shortfall: EvidenceShortfall) -> String {
        switch shortfall {
        case .days(let have, let need): "\(Numbers.count(have)) of \(Sentences.counted(need, "day"))"
        case .pairs(let have, let need): "\(Numbers.count(have)) of \(Numbers.count(need)) compared pairs"
        case .adjudicated(let have, let need): "\(Numbers.count(have)) of \(Numbers.count(need)) judged disagreements"
        case .imputed(let share, let most):
            "\(Numbers.percent(share, apartFrom: most)) of the evidence waits for its judgement (allowed \(Numbers.percent(most)))"
        case .shed(let share, let most):
            "\(Numbers.percent(share, apartFrom: most)) of the sampled calls were shed (allowed \(Numbers.percent(most)))"
        case .biased(let reading): "the sample is bent: \(biasClause(reading))"
        case .drift(let name): "the looks contradict each other about \(name.label)"
        }
    }

    // MARK: Differences of two rates

    /// `phi-4 fails 0.2 points more often than gpt-5 (between 0.1 less and 0.4 more; allowed 0.5 more)`.
    private func difference(_ gate: Gate, verb: String, than other: String) -> String {
        let allowed = direction(gate.threshold)
        guard let estimate = gate.estimate else {
            return "how much more or less often \(candidate) \(verb) than \(other) is not known yet (allowed \(allowed))"
        }
        let size = estimate == 0 ? "as often as" : "\(Numbers.points(estimate)) points \(estimate < 0 ? "less" : "more") often than"
        return "\(candidate) \(verb) \(size) \(other) (\(limits(gate)); allowed \(allowed))"
    }

    /// `between 1.9 less and 0.7 more`; an unknown side is said to be so.
    func limits(_ gate: Gate) -> String {
        func known(_ limit: Double?, _ end: Double) -> Double? { limit.flatMap { abs($0 - end) < 1e-12 ? nil : $0 } }
        let lower = known(gate.lower, -1)
        let upper = known(gate.upper, 1)
        switch (lower, upper) {
        case (nil, nil): return "no limit known yet"
        case (let lower?, nil): return "at least \(direction(lower, apartFrom: gate.threshold)), no upper limit yet"
        case (nil, let upper?): return "at most \(direction(upper, apartFrom: gate.threshold)), no lower limit yet"
        case (let lower?, let upper?):
            return "between \(direction(lower, apartFrom: gate.threshold)) and \(direction(upper, apartFrom: gate.threshold))"
        }
    }

    /// `1.9 less`, `0.7 more`, `none`.
    func direction(_ difference: Double, apartFrom other: Double? = nil) -> String {
        if difference == 0 { return "none" }
        return "\(Numbers.points(difference, apartFrom: other)) \(difference < 0 ? "less" : "more")"
    }

    // MARK: Quality, noise

    private func auditWords(_ gate: Gate) -> String {
        guard case .unauditedEquivalents(let count)? = gate.note else { return "" }
        return
            "; the audit of the \(Sentences.counted(count, "pair")) that \(count == 1 ? "agrees" : "agree") by a tolerant rule alone is open"
    }

    private func disagreementFinding(_ gate: Gate) -> String {
        let allowed = "allowed \(Numbers.percent(gate.threshold)) unjudged"
        guard look.quality.pairs > 0, let estimate = gate.estimate else { return "nothing is compared yet (\(allowed))" }
        let (lower, upper) = (gate.lower ?? 0, gate.upper ?? 1)
        let limits =
            lower <= 0 && upper >= 1
            ? "no limit known yet"
            : "between \(Numbers.percent(lower)) and \(Numbers.percent(upper, apartFrom: gate.threshold))"
        let judged = gate.status == .pass ? "so it cannot lose more than that" : "and \(whoJudged) has judged which answer is right"
        return "\(candidate) differs from \(production) in \(Numbers.percent(estimate)) of answers (\(limits); \(allowed)), "
            + judged
    }

    private func noiseFinding(_ gate: Gate) -> String {
        if case .fewControls(let have, let need)? = gate.note {
            return "production was asked twice for \(Numbers.count(have)) of the \(Numbers.count(need)) pairs needed to tell noise from "
                + "difference"
        }
        return difference(gate, verb: "differs from \(production)", than: "\(production) from itself")
    }

    // MARK: Concentration

    /// Where the candidate's own failures gather.
    var concentrationClause: String {
        guard look.quality.pairs > 0 else { return "nothing is compared yet" }
        guard look.basis.isAdjudicated else { return "nothing is judged, so no kind of request can be said to gather failures" }
        guard let worst = look.segments.first(where: \.blocking) else {
            return "no kind of request gathers \(candidate)'s own failures beyond the limit"
        }
        let times =
            worst.riskRatio.map { ", \(Numbers.ratio($0)) times the rate elsewhere" } ?? ", while it loses none elsewhere"
        let others = look.segments.count(where: \.blocking) - 1
        let more = others > 0 ? "; \(Sentences.counted(others, "other group")) likewise" : ""
        return "\(candidate)'s own failures gather in \(words(worst.name)) (\(Numbers.percent(worst.share)) of calls), where only "
            + "\(production) is right in \(Numbers.percent(worst.failureRate))\(times)\(more)"
    }

    /// `segment mail`, `requests of length band 3`.
    func words(_ name: SegmentName) -> String {
        switch name.dimension {
        case .segment: name.value.map { "segment \(ForeignText.name($0))" } ?? "requests without a segment"
        case .lengthBand: name.value.map { "requests of length band \(ForeignText.name($0))" } ?? "requests of unknown length"
        }
    }

    // MARK: Latency, cost

    /// The ratio that the latency gate shows.
    func latencyClause(_ gate: Gate) -> String {
        if !model.trial.timedTogether { return timedApart }
        switch gate.note {
        case .latencyUnbounded(let metric, let percentile)?:
            let estimate = gate.estimate.map { " (\(Numbers.ratio($0, apartFrom: gate.threshold)) times \(production)'s so far)" } ?? ""
            return "the \(Sentences.name(metric, percentile)) ratio has no upper limit yet, for lack of pairs\(estimate)"
        case .latency(let metric, let percentile)?:
            let what = "\(candidate)'s \(Sentences.name(metric, percentile))"
            let allowed = "allowed \(Numbers.ratio(gate.threshold))"
            guard let estimate = gate.estimate else { return "\(what) cannot be compared (\(allowed))" }
            return "\(what) is \(Numbers.ratio(estimate)) times \(production)'s (\(ratioLimits(gate)); \(allowed))"
        default: return "no day with answers has ended yet"
        }
    }

    /// Why no latency is held against another.
    var timedApart: String {
        model.trial.source == .tap
            ? "\(production) was timed by the gateway and \(candidate) here, so the two cannot be compared"
            : "\(production) was timed when its answers were recorded and \(candidate) now, so the two cannot be compared"
    }

    private func ratioLimits(_ gate: Gate) -> String {
        func limit(_ value: Double) -> String { Numbers.ratio(value, apartFrom: gate.threshold) }
        switch (gate.lower, gate.upper) {
        case (nil, nil): return "no limit known yet"
        case (let lower?, nil): return "at least \(limit(lower)), no upper limit yet"
        case (nil, let upper?): return "at most \(limit(upper)), no lower limit yet"
        case (let lower?, let upper?): return "between \(limit(lower)) and \(limit(upper))"
        }
    }

    /// `p95 duration`, `p99 time to first token`.
    static func name(_ metric: LatencyMetric, _ percentile: Int) -> String {
        "p\(percentile) \(metric == .duration ? "duration" : "time to first token")"
    }

    private func costFinding(_ gate: Gate) -> String {
        let required = "required \(Numbers.percent(gate.threshold))"
        guard let estimate = gate.estimate, let lower = gate.lower, let upper = gate.upper else {
            return model.spend.production.price == .none || model.spend.candidate.price == .none
                ? "prices are not set for both models" : "no day with costs has ended yet"
        }
        let verb = estimate < 0 ? "costs \(Numbers.percent(-estimate)) more than" : "saves \(Numbers.percent(estimate)) of the cost of"
        func limit(_ share: Double) -> String { Numbers.percent(share, apartFrom: gate.threshold) }
        return "\(candidate) \(verb) \(production) (saving between \(limit(lower)) and \(limit(upper)); \(required))"
    }
}
