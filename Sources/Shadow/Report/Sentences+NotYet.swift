internal import Statistics
internal import Traffic
internal import Verdict

/// NOT YET: what is missing, until when, and what to do.
extension Sentences {
    /// What the verdict waits for.
    var waitingClause: String {
        switch decision.because {
        case .drift: "the looks contradict each other, so conditions changed within the trial; start a new one"
        case .tier: tierClause
        case .everyGate: "the evidence is not complete"
        case .gate(let name): waiting(for: name)
        }
    }

    private func waiting(for name: GateName) -> String {
        switch name {
        case .evidence: evidenceClause
        case .failureConcentration: concentrationClause
        case .cost where look.cost.saving == nil: "cost is open, because what the two models cost is not known"
        case .latency where !model.trial.timedTogether: timedApart
        case .latency where look.latency.ratios.isEmpty: "latency is open until the first day with answers has ended"
        case .quality where !look.basis.isAdjudicated: agreementClause
        case .quality where auditClause != nil: auditClause!
        case .reliability, .quality, .noise, .latency, .cost: forecastClause(name) ?? pendingClause(name) ?? undecidedClause(name)
        }
    }

    private var evidenceClause: String {
        if waitsForWorker { return "none of the \(Sentences.counted(model.coverage.paired, "pair")) stored is compared yet" }
        guard let first = look.shortfalls.first else { return "the evidence is not complete" }
        switch first {
        case .days(let have, let need):
            if !expectsMore { return "the recorded pairs cover \(Sentences.counted(have, "day")) of the \(need) that a verdict needs" }
            let earliest = look.forecast?.days.map(earliest) ?? ""
            return "day \(have) of the \(need) that a verdict needs\(earliest)\(failingSoFar)"
        case .pairs(let have, let need):
            let left = Double(max(0, terms.maxDays - look.day))
            let rest =
                look.forecast?.days.map {
                    $0 > left
                        ? "; at this rate the rest comes after the last look on day \(terms.maxDays)"
                        : "; at this rate the rest by \(due($0))"
                } ?? ""
            return "\(Numbers.count(have)) of the \(Numbers.count(need)) pairs needed are compared\(rest)"
        case .adjudicated(let have, let need):
            return "\(Numbers.count(have)) of the \(need) judged disagreements needed are there"
        case .imputed(let share, let most):
            let waiting = Numbers.percent(share, apartFrom: most)
            return "\(waiting) of the evidence waits for its judgement (allowed \(Numbers.percent(most)))"
        case .shed(let share, let most):
            return "\(Numbers.percent(share, apartFrom: most)) of the sampled calls were shed (allowed \(Numbers.percent(most))), "
                + "so what was kept may be biased"
        case .biased(let reading): return "the sample is no fair part of the calls: \(biasClause(reading))"
        case .drift: return "the looks contradict each other, so conditions changed within the trial"
        }
    }

    /// `, so not before Thursday`; a day after the last look is no date to wait for.
    private func earliest(_ days: Double) -> String {
        let left = Double(max(0, terms.maxDays - look.day))
        return days > left
            ? ", which the last look on day \(terms.maxDays) comes too early for" : ", so not before \(due(days))"
    }

    /// Gates that fail but not so clearly that the rest of the week could not mend it.
    private var failingSoFar: String {
        let failing = look.gates.filter { $0.blocking && $0.status == .fail }.map(\.name.label)
        return failing.isEmpty ? "" : "; \(Sentences.listed(failing)) \(failing.count == 1 ? "fails" : "fail") so far"
    }

    private var tierClause: String {
        let alone =
            look.gate(.quality).status == .fail
            ? "\(candidate) alone loses more than allowed" : "\(candidate) alone fails too often in places"
        let when = look.tier.forecastDays.map { ", likely by \(due($0))" } ?? ""
        return "\(alone), but answering only where it is confident may still be certified\(when)"
    }

    private var agreementClause: String {
        guard let differing = look.noise.disagreement else { return "nothing is compared yet" }
        return "\(candidate) differs in \(Numbers.percent(differing.estimate)) of answers (allowed "
            + "\(Numbers.percent(terms.margins.quality)) unjudged), and \(whoJudged) has judged which are worse"
    }

    /// Who has judged where neither labels nor people have.
    var whoJudged: String { look.basis == .judgeOnly ? "only a model" : "nobody" }

    /// How much more is likely needed; nil where that cannot be told.
    private func forecastClause(_ name: GateName) -> String? {
        guard let forecast = look.forecast, forecast.gate == name, let pairs = forecast.pairs, pairs > 0 else { return nil }
        let what: String
        if name == .quality, let judgements = forecast.adjudications, judgements > 0 {
            let kind = look.basis == .people ? "judged" : "labelled"
            what = "about \(Numbers.approximate(Double(judgements))) more \(kind) disagreement\(judgements == 1 ? "" : "s")"
        } else {
            what = "about \(Numbers.approximate(Double(pairs))) more pair\(pairs == 1 ? "" : "s")"
        }
        let decides = name == .quality && what.contains("disagreement") ? "decide" : "decide \(name.label)"
        guard let days = forecast.days else { return "\(what) should \(decides)" }
        let left = Double(max(0, terms.maxDays - look.day))
        if days > left { return "\(what) should \(decides), more than fit in before the last look on day \(terms.maxDays)" }
        return "\(what) should \(decides) by \(due(days))"
    }

    /// There are pairs enough, and judgements are what is missing.
    private func pendingClause(_ name: GateName) -> String? {
        let pending = look.quality.pending
        guard name == .quality, pending > 0, let forecast = look.forecast, forecast.gate == name, forecast.pairs == 0 else { return nil }
        return
            "the \(Sentences.counted(pending, "disagreement")) that wait\(pending == 1 ? "s" : "") for \(pending == 1 ? "its" : "their") "
            + "judgement should decide"
    }

    private func undecidedClause(_ name: GateName) -> String {
        "\(name.label) is open and not on course to be decided"
    }

    /// What would speed the decision up, most useful first; empty when nothing would.
    var speedUps: [String] { possibleSpeedUps.map(speedUp) }

    /// No share can be raised above all.
    private var possibleSpeedUps: [SpeedUp] {
        look.speedUps.filter { step in
            switch step {
            case .raiseSamplingRate: (model.trial.samplingRate ?? 0) < 1
            // Nobody asks production a second time for calls that it answered elsewhere.
            case .raiseControlShare:
                model.trial.source == .imported || (model.trial.source == .mirror && (model.trial.controlRate ?? 0) < 1)
            case .adjudicatePending, .auditEquivalents, .raiseAdjudicationShare, .adjudicate, .givePrices, .raiseCandidateLimits: true
            }
        }
    }

    func speedUp(_ step: SpeedUp) -> String {
        switch step {
        case .adjudicatePending(let count):
            return "judge the \(Sentences.counted(count, "disagreement")) that wait\(count == 1 ? "s" : "") for it"
        case .auditEquivalents(let count):
            return "judge \(Sentences.counted(count, "pair")) that \(count == 1 ? "agrees" : "agree") by a tolerant rule alone"
        case .raiseSamplingRate:
            switch model.trial.source {
            case .imported: return "import more recorded pairs"
            case .replay: return "replay more recorded calls"
            case .mirror, .tap: return "sample more than \(rate(model.trial.samplingRate)) of calls (sample)"
            }
        case .raiseAdjudicationShare: return "have a larger share of disagreements judged (adjudicate.disagreements; starts a new trial)"
        case .raiseControlShare:
            return model.trial.source == .imported
                ? "import more pairs with a control leg"
                : "ask production twice for more than \(rate(model.trial.controlRate)) of pairs (control)"
        case .adjudicate: return "have the disagreements judged, by labels or people"
        case .givePrices: return "set production.price and candidate.price"
        case .raiseCandidateLimits: return "raise candidate.limits, so that fewer calls are shed"
        }
    }

    private func rate(_ share: Double?) -> String { share.map(Numbers.percent) ?? "this share" }

    /// Whether more pairs can still come.
    var expectsMore: Bool { model.trial.running && model.trial.source != .imported && model.trial.source != .replay }

    /// When, in the trial's calendar.
    func due(_ days: Double) -> String { dates.due(days, after: model.trial.asOf) }

    // MARK: The next action

    /// One thing to do now; begins with `understudy ` when it is a command.
    var nextAction: String {
        switch decision.recommendation {
        case .switch: switchAction
        case .twoTier:
            model.trial.simulated || !expectsMoreTraffic
                ? liveAction : "route by confidence: \(candidate) from \(threshold) on, else \(production); begin with a small share"
        case .stay:
            model.trial.source == .mirror && model.trial.running
                ? "understudy disable \(shellWord(model.trial.workload)) --candidate \(shellWord(model.trial.candidate))"
                : "keep \(production); try another candidate"
        case .keepShadowing: waitingAction
        }
    }

    private var threshold: String { (decision.threshold ?? look.tier.threshold).map(Numbers.plain) ?? "the threshold" }

    /// Whether load was seen: recorded pairs say nothing about it.
    private var expectsMoreTraffic: Bool { model.trial.source == .mirror || model.trial.source == .tap }

    private var liveAction: String { "understudy enable -f FILE to confirm it on live traffic" }

    private var switchAction: String {
        guard !model.trial.simulated, expectsMoreTraffic else { return liveAction }
        let seen = model.trial.samplingRate ?? 0
        let steps = [0.05, 0.25, 0.5, 1].filter { $0 > seen }
        let ramp = steps.isEmpty ? ["100 %"] : steps.map(Numbers.percent)
        return "ramp \(candidate) up: \(ramp.joined(separator: " → ")) of calls, confirming p95 at each step"
    }

    private var waitingAction: String {
        let name = shellWord(model.trial.workload)
        if decision.because == .drift { return "understudy enable -f FILE with a changed file: a new trial" }
        if waitsForWorker { return "understudy worker, unless one is at work" }
        if case .gate(.latency) = decision.because, !model.trial.timedTogether { return liveAction }
        guard let step = possibleSpeedUps.first, !onlyTimeIsMissing else { return waitAction }
        switch step {
        case .adjudicate where terms.adjudicateBy == .none: return "\(speedUp(step)): set adjudicate.by, then understudy enable -f FILE"
        case .adjudicatePending, .auditEquivalents, .adjudicate: return "understudy review \(name)"
        case .raiseSamplingRate where model.trial.source == .imported: return "understudy import -f FILE PAIRS.jsonl with more pairs"
        case .raiseControlShare where model.trial.source == .imported:
            return "understudy import -f FILE PAIRS.jsonl with more pairs that have a control leg"
        case .raiseSamplingRate where model.trial.source == .replay: return "understudy replay -f FILE CALLS.jsonl with more calls"
        case .raiseSamplingRate: return onCourse ? waitAction : "\(speedUp(step)), then understudy enable -f FILE"
        case .raiseAdjudicationShare, .raiseControlShare, .givePrices, .raiseCandidateLimits:
            return "\(speedUp(step)), then understudy enable -f FILE"
        }
    }

    /// Pairs came, and no worker has compared any.
    private var waitsForWorker: Bool { model.coverage.paired > 0 && model.coverage.compared == 0 }

    /// The calendar is all that the first look-out waits for.
    private var onlyTimeIsMissing: Bool {
        guard case .days? = look.shortfalls.first, look.shortfalls.count == 1 else { return false }
        return decision.because == .gate(.evidence)
    }

    /// The decision is likely before the trial ends, so waiting is enough.
    private var onCourse: Bool {
        guard let days = look.forecast?.days else { return false }
        return days <= Double(max(0, terms.maxDays - look.day))
    }

    private var waitAction: String {
        guard expectsMore else {
            return model.trial.source == .imported
                ? "understudy import -f FILE PAIRS.jsonl with more pairs" : "understudy enable -f FILE for a new trial"
        }
        if look.inconclusive { return "understudy enable -f FILE with more samples or wider margins: a new trial" }
        guard let days = look.forecast?.days else { return "nothing to do; keep shadowing" }
        return onCourse
            ? "nothing to do until \(due(days)); keep shadowing" : "understudy enable -f FILE with a larger trial.max_days: a new trial"
    }

    func shellWord(_ word: String) -> String { ShellWord.of(word) }
}
