internal import Statistics
internal import Traffic
internal import Verdict

/// The prose of a report. Every sentence in any format is made here, from the model's figures only; where a figure is missing the
/// sentence says so instead.
struct Sentences {
    let model: ReportModel
    /// Names as they may be shown.
    let candidate: String
    let production: String
    let workload: String
    let dates: Dates

    init(_ model: ReportModel) {
        self.model = model
        candidate = ForeignText.name(model.trial.candidate)
        // Before the first answer nobody knows which model production is.
        production = model.trial.production.isEmpty ? "production" : ForeignText.name(model.trial.production)
        workload = ForeignText.name(model.trial.workload)
        dates = Dates(utcOffsetSeconds: model.trial.utcOffsetSeconds)
    }

    var look: Look { model.look }
    var decision: Decision { model.look.decision }
    var terms: TrialTerms { model.trial.terms }
    /// The margin of quality as answers of 10,000.
    var allowedAnswers: String { Numbers.answers(terms.margins.quality) }

    // MARK: The first line

    /// What must stand before everything else: evidence that is not live traffic of real models.
    var marks: [String] {
        var marks = model.trial.simulated ? ["SIMULATED"] : []
        switch model.trial.source {
        case .mirror: break
        case .tap: marks.append("TAPPED")
        case .replay: marks.append("REPLAYED")
        case .imported: marks.append("IMPORTED")
        }
        return marks
    }

    /// Workload, models, date, day and what judged.
    var title: String {
        let parts = [workload, "\(candidate) instead of \(production)", "\(dates.day(model.trial.asOf)), day \(look.day)", basis]
        return (marks + parts).joined(separator: " · ")
    }

    var basis: String {
        let judged = Numbers.count(look.quality.counts.known)
        return switch look.basis {
        case .labels: "judged by labels (\(judged))"
        case .people: "judged by people (\(judged))"
        case .agreement: "not judged, by agreement only (\(Numbers.count(look.quality.pairs)) pairs)"
        case .judgeOnly: "read by a model only, no proof (\(Numbers.count(look.quality.pairs)) pairs)"
        }
    }

    // MARK: The verdict

    static func label(_ recommendation: Recommendation) -> String {
        switch recommendation {
        case .switch: "SWITCH"
        case .twoTier: "TWO-TIER"
        case .stay: "DON'T SWITCH"
        case .keepShadowing: "NOT YET"
        }
    }

    var label: String { Sentences.label(decision.recommendation) }

    /// The verdict in one sentence, with its label.
    var headline: String { "\(label): \(headlineClause)." }

    private var headlineClause: String {
        switch decision.recommendation {
        case .switch: switchClause
        case .twoTier: twoTierClause
        case .stay: stayClause
        case .keepShadowing: look.inconclusive ? "inconclusive after day \(look.day), the last look; \(waitingClause)" : waitingClause
        }
    }

    private var switchClause: String {
        look.basis.isAdjudicated
            ? "\(candidate) loses fewer than \(allowedAnswers) of 10,000 answers against \(production), and every gate passed"
            : "\(candidate) answers differently from \(production) in fewer than \(allowedAnswers) of 10,000 calls, and every gate passed"
    }

    private var twoTierClause: String {
        let threshold = decision.threshold ?? look.tier.threshold
        let from = threshold.map { "from confidence \(Numbers.plain($0)) on" } ?? "where it is confident"
        let share = look.tier.coverage.map { " (\(Numbers.percent($0.estimate)) of calls)" } ?? ""
        let loss = Numbers.percent(look.tier.certifiedAtMost)
        return "let \(candidate) answer \(from)\(share) and \(production) the rest; certified to lose at most \(loss)"
    }

    private var stayClause: String {
        guard case .gate(let name) = decision.because else { return "\(candidate) does not fit" }
        let gate = look.gate(name)
        switch name {
        case .reliability: return "\(candidate) fails \(excessFailures(gate))"
        case .quality: return lossClause(gate)
        case .failureConcentration: return concentrationClause
        case .latency: return latencyClause(gate)
        case .cost: return savingLimit(gate)
        case .evidence, .noise: return "\(name.label) stands against \(candidate)"
        }
    }

    private func excessFailures(_ gate: Gate) -> String {
        guard let lower = gate.lower, lower > 0 else { return "more often than allowed" }
        let allowed = Numbers.points(gate.threshold, apartFrom: lower)
        return "at least \(Numbers.points(lower, apartFrom: gate.threshold)) points more often than \(production) (allowed \(allowed))"
    }

    private func lossClause(_ gate: Gate) -> String {
        guard look.basis.isAdjudicated, let upper = gate.upper, upper < 0 else {
            return "\(candidate) loses more than the allowed \(allowedAnswers) of 10,000 answers against \(production)"
        }
        let lost = Numbers.answers(-upper)
        return "\(candidate) loses at least \(lost) of 10,000 answers against \(production) (allowed \(allowedAnswers))"
    }

    private func savingLimit(_ gate: Gate) -> String {
        let required = Numbers.percent(gate.threshold)
        guard let upper = gate.upper else { return "\(candidate) saves less than the required \(required)" }
        if upper < 0 { return "\(candidate) costs at least \(Numbers.percent(-upper)) more than \(production) (it must save \(required))" }
        return "\(candidate) saves at most \(Numbers.percent(upper, apartFrom: gate.threshold)) of the cost (required \(required))"
    }

    /// Why the verdict is what it is: the sentence of the gate that decided, or the guarantee behind a change.
    var reason: String {
        switch decision.because {
        case .everyGate: return guarantee
        case .tier:
            if decision.recommendation == .twoTier { return "\(aloneReason) \(guarantee)" }
            return lead(on: look.gate(.quality).status == .fail ? .quality : .failureConcentration)
        case .drift:
            return "The looks contradict each other about \(driftingGates): production, the candidate or the traffic changed within the "
                + "trial, so its evidence no longer describes one state."
        case .gate(let name): return lead(on: name)
        }
    }

    /// Why not all calls: the first needed gate that does not pass for the candidate alone.
    private var aloneReason: String {
        guard let gate = look.gates.first(where: { $0.blocking && $0.status != .pass }) else { return "" }
        return lead(on: gate.name)
    }

    private var driftingGates: String {
        let names = look.shortfalls.compactMap { if case .drift(let name) = $0 { name.label } else { nil } }
        return names.isEmpty ? "a gate" : Sentences.listed(names)
    }

    /// What is guaranteed, and for what.
    var guarantee: String {
        let side = Numbers.percent(terms.sideAlpha)
        switch decision.recommendation {
        case .switch:
            return
                "The chance of ever reading SWITCH while \(candidate) loses \(allowedAnswers) or more of 10,000 answers is at most \(side), "
                + "however often the report is read, for traffic like the trial's."
        case .twoTier:
            return "The chance of ever reading TWO-TIER while it loses more than \(Numbers.percent(look.tier.certifiedAtMost)) is at most "
                + "\(side), however often the report is read, for traffic like the trial's."
        case .stay, .keepShadowing:
            return "However often the report is read, it recommends a change that loses more than its margin with a chance of at most "
                + "\(Numbers.percent(terms.candidateAlpha)), for traffic like the trial's."
        }
    }

    // MARK: Small words

    /// `a`, `a and b`, `a, b and c`.
    static func listed(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `1 pair`, `2 pairs`.
    static func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(Numbers.count(count)) \(count == 1 ? singular : plural ?? singular + "s")"
    }
}

extension GateName {
    /// The word that people read.
    var label: String { self == .failureConcentration ? "concentration" : rawValue }
}
