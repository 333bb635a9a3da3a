internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// The public JSON of a report (design §10), with what was added to it since: `sql`, sentences, sample sizes.
struct JSONReport {
    let report: WorkloadReport

    /// One top-level key a line, so that the first line says what trial it is and whether it is simulated, and two reports can be
    /// compared by eye.
    func text() -> String {
        let leading = report.leading
        let sections = JSONSections(leading)
        var members = sections.members
        members.append(JSONMember("candidates", .array(report.reports.enumerated().map { candidate($1, rank: $0 + 1) })))
        members.append(JSONMember("sql", sections.sql))
        func line(_ member: JSONMember) -> String {
            var bytes: [UInt8] = []
            JSONValue.appendQuoted(member.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.append(to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        let first = [
            JSONMember("report_version", JSONValue(ReportModel.version)), JSONMember("workload", JSONValue(report.workload)),
            JSONMember("trial", sections.trial),
        ]
        return "{" + first.map(line).joined(separator: ",") + ",\n" + members.map(line).joined(separator: ",\n") + "}\n"
    }

    /// What a reader needs to rank candidates; the whole of one is its own report.
    private func candidate(_ model: ReportModel, rank: Int) -> JSONValue {
        let sections = JSONSections(model)
        return [
            "rank": JSONValue(rank), "candidate": JSONValue(model.trial.candidate),
            "decision": JSONValue(model.look.decision.recommendation.rawValue), "headline": JSONValue(Sentences(model).headline),
            "trial": sections.trial, "verdict": sections.verdict, "impact": sections.impact, "gates": sections.gates,
            "agreement": sections.agreement, "quality": sections.quality,
            "sql": .object(
                sections.queries.below("/impact/", "/agreement/", "/quality/").map { JSONMember($0.pointer, JSONValue($0.sql)) }),
        ]
    }
}

/// The values under the JSON's top-level keys.
struct JSONSections {
    let model: ReportModel
    let sentences: Sentences
    let queries: Queries

    init(_ model: ReportModel) {
        self.model = model
        sentences = Sentences(model)
        queries = Queries(model)
    }

    var look: Look { model.look }

    /// All but version, workload and trial, in the design's order.
    var members: [JSONMember] {
        [
            JSONMember("verdict", verdict), JSONMember("impact", impact), JSONMember("gates", gates), JSONMember("agreement", agreement),
            JSONMember("quality", quality), JSONMember("course", course), JSONMember("daily", daily),
            JSONMember("failure_modes", failureModes), JSONMember("confusion", confusion),
            JSONMember("label_matrix", labelMatrix), JSONMember("fields", fields), JSONMember("turns", turns), JSONMember("slices", slices),
            JSONMember("rivals", rivals),
            JSONMember("latency", latency), JSONMember("load", load), JSONMember("cost", cost), JSONMember("volume", volume),
            JSONMember("two_tier", twoTier),
        ] + judge + audit + sample + [
            JSONMember("coverage", coverage), JSONMember("changes_since_last_week", changes),
            JSONMember("warnings", .array(sentences.warnings.map { JSONValue($0) })),
        ]
    }

    var sql: JSONValue { .object(queries.all.map { JSONMember($0.pointer, JSONValue($0.sql)) }) }

    var trial: JSONValue {
        let trial = model.trial
        return [
            "id": JSONValue(trial.id.description), "candidate": JSONValue(trial.candidate), "production": JSONValue(trial.production),
            "source": JSONValue(trial.source.rawValue), "starts_at": JSONValue(trial.startsAt.description), "day": JSONValue(look.day),
            "simulated": JSONValue(trial.simulated), "as_of": JSONValue(trial.asOf.description), "timezone": JSONValue(trial.timezone),
            "running": JSONValue(trial.running), "sampling_rate": JSONValue(trial.samplingRate),
            "control_rate": JSONValue(trial.controlRate), "settings_hash": JSONValue(trial.settingsHash),
        ]
    }

    var verdict: JSONValue {
        [
            "decision": JSONValue(look.decision.recommendation.rawValue), "headline": JSONValue(sentences.headline),
            "reason": JSONValue(sentences.reason), "next_action": JSONValue(sentences.nextAction), "basis": JSONValue(look.basis.rawValue),
            "days_left": JSONValue(look.daysLeft), "because": JSONValue(because), "inconclusive": JSONValue(look.inconclusive),
            "speed_ups": .array(sentences.speedUps.map { JSONValue($0) }), "deadline": deadline, "cheapest_way_out": wayOut,
        ]
    }

    /// null without a deadline.
    private var deadline: JSONValue {
        guard let outlook = DeadlineOutlook(model), let sentence = sentences.deadline else { return .null }
        func day(_ day: Int?) -> JSONValue { JSONValue(day.map(sentences.dates.isoDay)) }
        return [
            "date": day(outlook.deadline), "days_left": JSONValue(outlook.deadline - outlook.today),
            "status": JSONValue(outlook.standing.rawValue), "expected_by": day(outlook.expected), "sentence": JSONValue(sentence),
            "ways": .array(
                outlook.ways.map { way in
                    var rate: Double?
                    var judgements: Int?
                    for step in way.steps {
                        if case .sample(let share) = step { rate = share }
                        if case .judge(let out) = step { judgements = out.judgements }
                        if case .speedUp(.adjudicatePending(let count)) = step { judgements = count }
                    }
                    return [
                        "sentence": JSONValue(sentences.words(way)), "expected_by": day(way.day), "sampling_rate": JSONValue(rate),
                        "judgements": JSONValue(judgements),
                    ]
                }),
        ]
    }

    /// null where judging is not what is missing.
    private var wayOut: JSONValue {
        guard let way = look.wayOut, let sentence = sentences.wayOut else { return .null }
        return [
            "judgements": JSONValue(way.judgements), "minutes": JSONValue(way.minutes),
            "assumed_seconds_each": JSONValue(WayOut.secondsPerJudgement), "pairs": JSONValue(way.pairs), "days": JSONValue(way.days),
            "new_trial": JSONValue(way.inNewTrial), "sentence": JSONValue(sentence),
        ]
    }

    private var because: String {
        switch look.decision.because {
        case .everyGate: "all"
        case .tier: "tier"
        case .drift: "drift"
        case .gate(let name): name.rawValue
        }
    }

    var impact: JSONValue {
        let worse = look.quality.worsePerTenThousand
        let month = look.cost.savingPerMonthLimits
        return [
            "saving_per_month": JSONValue(look.cost.savingPerMonth), "saving_per_month_lower": JSONValue(month?.lower),
            "saving_per_month_upper": JSONValue(month?.upper), "saving_share": JSONValue(look.cost.saving?.estimate),
            "saving_share_lower": JSONValue(look.cost.saving?.lower), "saving_share_upper": JSONValue(look.cost.saving?.upper),
            "n": JSONValue(look.cost.pairs),
            "worse_per_10k": [
                "estimate": JSONValue(worse.estimate), "lower": JSONValue(worse.lower), "upper": JSONValue(worse.upper),
                "allowed": JSONValue(worse.allowed), "n": JSONValue(look.quality.pairs),
            ],
        ]
    }

    var gates: JSONValue {
        .array(
            look.gates.map { gate in
                [
                    "name": JSONValue(gate.name.rawValue), "status": JSONValue(gate.status.rawValue), "blocking": JSONValue(gate.blocking),
                    "estimate": JSONValue(gate.estimate), "lower": JSONValue(gate.lower), "upper": JSONValue(gate.upper),
                    "threshold": JSONValue(gate.threshold), "unit": JSONValue(gate.unit.rawValue),
                    "n": JSONValue(model.observations(of: gate.name)), "sentence": JSONValue(sentences.lead(on: gate.name)),
                    "sql": JSONValue(queries.gate(gate.name)),
                ]
            })
    }

    var agreement: JSONValue {
        let rate = model.share(of: model.agreement.identical + model.agreement.equivalent)
        return [
            "identical": JSONValue(model.agreement.identical), "equivalent": JSONValue(model.agreement.equivalent),
            "different": JSONValue(model.agreement.different), "incomparable": JSONValue(model.agreement.incomparable),
            "rate": JSONValue(rate?.estimate), "rate_lower": JSONValue(rate?.lower), "rate_upper": JSONValue(rate?.upper),
            "n": JSONValue(model.agreement.comparable),
            "self_disagreement": estimate(look.noise.selfDisagreement, n: look.noise.controlPairs),
            "excess": estimate(look.noise.excess, n: look.noise.controlPairs),
        ]
    }

    var quality: JSONValue {
        let quality = look.quality
        let gate = look.gate(.quality)
        let judged = look.basis.isAdjudicated
        return [
            "single_look": singleLook, "mode": JSONValue(judged ? "adjudicated" : "agreement"),
            "adjudicated": JSONValue(quality.counts.known),
            "both": JSONValue(quality.counts.both), "production_only": JSONValue(quality.counts.productionOnly),
            "candidate_only": JSONValue(quality.counts.candidateOnly), "neither": JSONValue(quality.counts.neither),
            "unknown": JSONValue(quality.counts.unknown),
            "production_accuracy": estimate(quality.productionAccuracy, n: quality.counts.known),
            "candidate_accuracy": estimate(quality.candidateAccuracy, n: quality.counts.known),
            "difference": [
                "estimate": JSONValue(judged ? gate.estimate : nil), "lower": JSONValue(judged ? gate.lower : nil),
                "upper": JSONValue(judged ? gate.upper : nil), "n": JSONValue(quality.pairs),
            ],
            "difference_single_look": estimate(quality.singleLookDifference, n: quality.counts.known),
            "adjudicated_disagreements": JSONValue(quality.adjudicated), "pending": JSONValue(quality.pending),
        ]
    }

    func estimate(_ estimate: Estimate?, n: Int) -> JSONValue {
        [
            "estimate": JSONValue(estimate?.estimate), "lower": JSONValue(estimate?.lower), "upper": JSONValue(estimate?.upper),
            "n": JSONValue(n),
        ]
    }
}
