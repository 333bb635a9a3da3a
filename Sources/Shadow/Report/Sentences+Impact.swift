internal import Statistics
internal import Traffic
internal import Verdict

/// Money and risk, one line.
extension Sentences {
    /// What switching saves or costs, and how many answers it worsens.
    var impact: String { "\(savingSentence) \(worseSentence)" }

    /// What switching (or, under TWO-TIER, the mix) would save or cost.
    var savingSentence: String {
        if decision.recommendation == .twoTier, let sentence = mixSentence { return sentence }
        guard let saving = look.cost.saving?.estimate else {
            return model.spend.production.price == .none || model.spend.candidate.price == .none
                ? "What switching would save is unknown: prices are not set for both models."
                : "What switching would save is unknown: no day with costs has ended yet."
        }
        return money(saving, "Switching would", perMonth: look.cost.savingPerMonth, perCase: costPerCase)
    }

    private var mixSentence: String? {
        guard let share = look.tier.saving?.estimate else { return nil }
        let month = look.cost.production.perMonth.map { $0 * share }
        return money(share, "Two-tier would", perMonth: month, perCase: look.cost.production.perCase.map { $0 * share })
    }

    private var costPerCase: Double? {
        guard let production = look.cost.production.perCase, let candidate = look.cost.candidate.perCase else { return nil }
        return production - candidate
    }

    /// `Switching would save $18,400 a month (−71 %).` The share is the change of the bill: negative when money is saved.
    private func money(_ share: Double, _ subject: String, perMonth: Double?, perCase: Double?) -> String {
        if share == 0 { return "\(subject) leave the bill as it is." }
        let change = share > 0 ? Numbers.percent(-share) : "+" + Numbers.percent(-share)
        let amount: String
        if let perMonth {
            amount = "\(Numbers.money(abs(perMonth)))\(share > 0 ? "" : " more") a month"
        } else if let perCase {
            amount = "\(Numbers.money(abs(perCase * 1000)))\(share > 0 ? "" : " more") per 1,000 calls"
        } else {
            amount = "\(Numbers.percent(abs(share)))\(share > 0 ? "" : " more")"
            return "\(subject) \(share > 0 ? "save" : "cost") \(amount)."
        }
        return "\(subject) \(share > 0 ? "save" : "cost") \(amount) (\(change))."
    }

    /// Of 10,000 answers, how many would be worse, and how sure that is.
    var worseSentence: String {
        if decision.recommendation == .twoTier {
            return "Of 10,000 answers at most \(Numbers.answers(look.tier.certifiedAtMost)) would be worse (certified)."
        }
        if !look.basis.isAdjudicated { return differSentence }
        let worse = look.quality.worsePerTenThousand
        guard let estimate = worse.estimate else {
            return "How many of 10,000 answers would be worse is unknown: nothing is judged yet (allowed \(allowedAnswers))."
        }
        let rounded = Numbers.whole(estimate)
        let about =
            rounded == 0
            ? "as many would be better as worse"
            : "about \(Numbers.count(abs(rounded))) would be \(rounded > 0 ? "worse" : "better")"
        return "Of 10,000 answers \(about) (range: \(range(worse)); allowed \(allowedAnswers))."
    }

    /// `190 worse to 70 better`, `30 to 190 worse`, `30 to 150 better`.
    private func range(_ worse: WorsePerTenThousand) -> String {
        let (least, most) = (Numbers.whole(worse.lower), Numbers.whole(worse.upper))
        if least <= -10_000, most >= 10_000 { return "unbounded yet" }
        func side(_ value: Int) -> String { value == 0 ? "none" : "\(Numbers.count(abs(value))) \(value > 0 ? "worse" : "better")" }
        if least > 0 { return "\(Numbers.count(least)) to \(side(most))" }
        if most < 0 { return "\(Numbers.count(-most)) to \(side(least))" }
        return "\(side(most)) to \(side(least))"
    }

    /// Without judgements all that is known is how many answers differ.
    private var differSentence: String {
        guard look.quality.pairs > 0, let estimate = look.gate(.quality).estimate else {
            return "How many of 10,000 answers would differ is unknown: nothing is compared yet (allowed \(allowedAnswers))."
        }
        let gate = look.gate(.quality)
        let (lower, upper) = (gate.lower ?? 0, gate.upper ?? 1)
        let range = lower <= 0 && upper >= 1 ? "unbounded yet" : "\(Numbers.answers(lower)) to \(Numbers.answers(upper))"
        return "Of 10,000 answers about \(Numbers.answers(estimate)) would differ (range: \(range); allowed \(allowedAnswers)); which are "
            + "worse \(whoJudged) has judged."
    }

    // MARK: Gates and what fails most, one line each

    /// Latency and the gates: open and failed ones first.
    var gateLine: String { gateLineParts.joined(separator: " · ") }

    /// The same in its parts, latency first.
    var gateLineParts: [String] { [speedWords] + shownGates.map(gateWord) }

    /// The gates of the first screen: those that the verdict waits for; evidence only where it is missing.
    private var shownGates: [Gate] {
        let order: [GateName] = [.evidence, .reliability, .quality, .noise, .latency, .cost, .failureConcentration]
        let needed = order.map(look.gate).filter { $0.blocking && !($0.name == .evidence && $0.status == .pass) }
        return needed.filter { $0.status == .fail } + needed.filter { $0.status == .open } + needed.filter { $0.status == .pass }
    }

    /// `reliability ✓`, `quality open`, `cost ✗`.
    func gateWord(_ gate: Gate) -> String { "\(gate.name.label) \(Sentences.mark(gate.status))" }

    static func mark(_ status: GateStatus) -> String {
        switch status {
        case .pass: "✓"
        case .fail: "✗"
        case .open: "open"
        }
    }

    /// `p95 1.9 s → 0.8 s at 10 % of load`.
    private var speedWords: String {
        func p95(_ leg: LegLatencyReading) -> LatencyQuantile? { leg.duration.first { $0.percentile == 95 } }
        if !model.trial.timedTogether {
            return p95(look.latency.candidate)?.estimate.map { "p95 \(Numbers.duration($0)), not compared" } ?? "p95 not compared"
        }
        guard look.latency.production.samples > 0, look.latency.candidate.samples > 0 else { return "p95 not measured yet" }
        let (theirs, ours) = (p95(look.latency.production)?.estimate, p95(look.latency.candidate)?.estimate)
        func words(_ value: Double?, beside other: Double?) -> String {
            value.map { Numbers.duration($0, beside: other) } ?? "beyond the timeout"
        }
        let load = model.trial.samplingRate.map { " at \(Numbers.percent($0)) of load" } ?? ""
        return "p95 \(words(theirs, beside: ours)) → \(words(ours, beside: theirs))\(load)"
    }

    /// The most frequent way in which the candidate differs or fails.
    var worstFailure: String {
        // Where it is known who was right, what only the candidate gets wrong is worse than what merely differs often.
        let isJudged = look.basis.isAdjudicated && look.quality.counts.known > 0
        func harm(_ productionOnly: Int, _ pairs: Int) -> (Int, Int) { (isJudged ? productionOnly : 0, pairs) }
        let worstMode = model.failureModes.max {
            harm($0.correctness.productionOnly, $0.count) < harm($1.correctness.productionOnly, $1.count)
        }
        guard let row = worstMode, row.count > 0 else {
            return model.agreement.comparable == 0 ? "Nothing is compared yet." : "No compared pair differs."
        }
        if row.mode == .labelMismatch,
            let worst = model.confusion.max(by: { harm($0.productionOnly, $0.pairs) < harm($1.productionOnly, $1.pairs) }), worst.pairs > 0
        {
            let what = "\(ForeignText.name(worst.productionLabel)) read as \(ForeignText.name(worst.candidateLabel))"
            return most(what, worst.pairs, productionOnly: worst.productionOnly, candidateOnly: worst.candidateOnly)
        }
        return most(
            row.mode.phrase, row.count, productionOnly: row.correctness.productionOnly, candidateOnly: row.correctness.candidateOnly)
    }

    private func most(_ what: String, _ pairs: Int, productionOnly: Int, candidateOnly: Int) -> String {
        let times = pairs == 1 ? "once" : "\(Numbers.count(pairs)) times"
        if !look.basis.isAdjudicated || look.quality.counts.known == 0 { return "Differs most: \(what), \(times) (not judged)." }
        if productionOnly >= candidateOnly, productionOnly > 0 {
            return "Fails most: \(what), \(times) (production right in \(Numbers.count(productionOnly)))."
        }
        return "Differs most: \(what), \(times) (production right in \(Numbers.count(productionOnly)), "
            + "candidate in \(Numbers.count(candidateOnly)))."
    }
}

extension FailureMode {
    /// What happened, in words.
    var phrase: String { String(rawValue.map { $0 == "_" ? " " : $0 }) }
}
