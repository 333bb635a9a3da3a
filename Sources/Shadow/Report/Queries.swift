internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// The query behind a figure: one row whose first column is `estimate`, ready to be pasted into `understudy sql`.
struct Query: Hashable {
    /// Where the figure stands in the JSON, as a JSON Pointer.
    let pointer: String
    /// What the figure is, in words.
    let subject: String
    let sql: String
}

/// The queries behind a report's figures, on the stable views only. Figures that are missing have none.
struct Queries {
    let model: ReportModel
    let trial: String
    /// The day of the look, and the first that has not ended then: latency and cost count days before it.
    let day: String
    private let openDay: String
    /// A day has ended so many seconds after midnight, when its last pairs have come.
    private static let grace = 120.0
    private(set) var all: [Query] = []

    init(_ model: ReportModel) {
        self.model = model
        trial = "trial = " + Queries.quoted(model.trial.id.description)
        let dates = Dates(utcOffsetSeconds: model.trial.utcOffsetSeconds)
        day = Queries.quoted(dates.isoDay(model.trial.asOf))
        openDay = Queries.quoted(dates.isoDay(model.trial.asOf.adding(seconds: -Queries.grace)))
        addImpact()
        addAgreement()
        addQuality()
        addCourse()
        addFailureModes()
        addFields()
        addTurns()
        addSlices()
        addRivals()
        addLatency()
        addCost()
        addTier()
        addJudge()
        addAudit()
        addSample()
        addSingleLook()
        addCoverage()
    }

    /// The query of one gate's row.
    func gate(_ name: GateName) -> String {
        "SELECT estimate, \"lower\", \"upper\", threshold, status FROM understudy.gates WHERE \(gateRow(name))"
    }

    /// The queries of figures below some places of the JSON.
    func below(_ prefixes: String...) -> [Query] { all.filter { query in prefixes.contains { query.pointer.hasPrefix($0) } } }

    /// A text as an SQL literal; standard_conforming_strings is on in every supported server, so quotes are all that needs care.
    static func quoted(_ text: String) -> String {
        let kept = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" }))
        return "'" + kept.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    mutating func add(_ pointer: String, _ subject: String, _ sql: String) {
        all.append(Query(pointer: pointer, subject: subject, sql: sql))
    }

    private func gateRow(_ name: GateName) -> String { "\(trial) AND gate = '\(name.rawValue)' AND day = \(day)" }

    /// A weighted mean over the pairs of ended days whose two costs are known.
    private func costMean(_ value: String) -> String {
        "SELECT sum(evidence_weight * \(value)) / sum(evidence_weight) AS estimate FROM understudy.pairs "
            + "WHERE \(trial) AND day < \(openDay) AND production_cost IS NOT NULL AND candidate_cost IS NOT NULL "
            + "AND candidate_error IS DISTINCT FROM 'circuit_open'"
    }

    // MARK: Impact, agreement, quality

    private mutating func addImpact() {
        let look = model.look
        if look.cost.savingPerMonth != nil, look.cost.saving != nil {
            add(
                "/impact/saving_per_month", "saving a month",
                "SELECT production.estimate * gates.estimate AS estimate FROM (\(perMonth("production_cost"))) AS production, "
                    + "understudy.gates WHERE \(gateRow(.cost))")
        }
        if look.cost.saving != nil {
            add("/impact/saving_share", "share saved", "SELECT estimate FROM understudy.gates WHERE \(gateRow(.cost))")
        }
        let quality = gateRow(.quality)
        if !look.basis.isAdjudicated {
            add("/impact/worse_per_10k/upper", "most answers of 10,000 that could be worse", worse("\"upper\"", quality))
        } else {
            if look.quality.worsePerTenThousand.estimate != nil {
                add("/impact/worse_per_10k/estimate", "answers of 10,000 that would be worse", worse("- estimate", quality))
            }
            add("/impact/worse_per_10k/lower", "fewest answers of 10,000 that would be worse", worse("- \"upper\"", quality))
            add("/impact/worse_per_10k/upper", "most answers of 10,000 that would be worse", mostWorse(quality))
        }
        let kept = model.trial.terms.auditAllowance
        let allowed = look.basis.isAdjudicated && kept > 0 ? "abs(threshold) + \(kept)" : "abs(threshold)"
        add("/impact/worse_per_10k/allowed", "answers of 10,000 that may be worse", worse(allowed, quality))
    }

    /// With what pairs that agree by a tolerant rule alone may hide.
    private func mostWorse(_ row: String) -> String {
        guard model.look.audit != nil else { return worse("- \"lower\"", row) }
        return "SELECT 10000 * least(1, audit.hidden_at_most - gates.\"lower\") AS estimate FROM understudy.gates "
            + "JOIN understudy.equivalence_audit AS audit USING (trial, day) WHERE \(row)"
    }

    private func worse(_ value: String, _ row: String) -> String {
        "SELECT 10000 * (\(value)) AS estimate FROM understudy.gates WHERE \(row)"
    }

    private mutating func addAgreement() {
        for agreement in Agreement.allCases {
            add("/agreement/\(agreement.rawValue)", "\(agreement.rawValue) pairs", count("agreement = '\(agreement.rawValue)'"))
        }
        if model.agreement.comparable > 0 {
            add(
                "/agreement/rate", "share of comparable pairs that agree",
                "SELECT avg((agreement <> 'different')::int) AS estimate FROM understudy.pairs WHERE \(trial) AND agreement <> 'incomparable'"
            )
        }
        if model.look.noise.selfDisagreement != nil {
            add(
                "/agreement/self_disagreement/estimate", "how often production differs from itself",
                "SELECT avg(coalesce(production_unstable, true)::int) AS estimate FROM understudy.pairs WHERE \(trial) AND in_evidence "
                    + "AND agreement <> 'incomparable' AND (control_status IS NOT NULL OR control_error IS NOT NULL)")
        }
    }

    private func count(_ condition: String) -> String {
        "SELECT count(*) AS estimate FROM understudy.pairs WHERE \(trial) AND \(condition)"
    }

    private mutating func addQuality() {
        let counts = model.look.quality.counts
        add("/quality/adjudicated", "pairs judged", count("correct <> 'unknown' AND agreement <> 'incomparable'"))
        for correct in Correctness.allCases {
            let subject = correct == .unknown ? "pairs not judged" : "pairs with \(correct.rawValue.replacing("_", with: " ")) right"
            add("/quality/\(correct.rawValue)", subject, count("correct = '\(correct.rawValue)' AND agreement <> 'incomparable'"))
        }
        guard counts.known > 0 else { return }
        for (leg, reading) in [
            ("production", model.look.quality.productionAccuracy), ("candidate", model.look.quality.candidateAccuracy),
        ] where reading != nil {
            add(
                "/quality/\(leg)_accuracy/estimate", "\(leg)'s accuracy",
                "SELECT avg((correct IN ('both', '\(leg)_only'))::int) AS estimate FROM understudy.pairs "
                    + "WHERE \(trial) AND correct <> 'unknown' AND agreement <> 'incomparable'")
        }
        if model.look.basis.isAdjudicated, model.look.gate(.quality).estimate != nil {
            add(
                "/quality/difference/estimate", "difference in accuracy", "SELECT estimate FROM understudy.gates WHERE \(gateRow(.quality))"
            )
        }
    }

    private mutating func addCourse() {
        for (index, point) in model.course.enumerated() {
            for (name, value) in [("estimate", point.estimate), ("lower", point.lower), ("upper", point.upper)] where value != nil {
                add(
                    "/course/\(index)/\(name)", "quality's \(name == "estimate" ? name : name + " limit") on \(point.day)",
                    "SELECT \"\(name)\" AS estimate FROM understudy.gates WHERE \(trial) AND gate = 'quality' "
                        + "AND day = \(Queries.quoted(point.day))")
            }
        }
    }

    private mutating func addFailureModes() {
        for (index, row) in model.failureModes.enumerated() {
            let rows = "FROM understudy.failure_modes WHERE \(trial) AND failure_mode = '\(row.mode.rawValue)'"
            add("/failure_modes/\(index)/count", "pairs with \(row.mode.phrase)", "SELECT coalesce(sum(pairs), 0) AS estimate \(rows)")
            guard model.share(of: row.count) != nil else { continue }
            add(
                "/failure_modes/\(index)/share", "share of comparable pairs with \(row.mode.phrase)",
                "SELECT (SELECT coalesce(sum(pairs), 0) \(rows)) / (SELECT nullif(sum(compared - incomparable), 0) "
                    + "FROM understudy.coverage WHERE \(trial)) AS estimate")
            add(
                "/failure_modes/\(index)/production_only", "of them with only production right",
                "SELECT coalesce(sum(production_only), 0) AS estimate \(rows)")
        }
    }

    private mutating func addFields() {
        for (index, row) in model.fields.enumerated() {
            for (leg, counts) in [("production", row.production), ("candidate", row.candidate)] {
                let rows = "FROM understudy.field_accuracy WHERE \(trial) AND leg = '\(leg)' AND path = \(Queries.quoted(row.path))"
                let subject = "\(leg)'s %s of \(ForeignText.name(row.path))"
                for (name, value, of) in [("recall", counts.recall, "expected"), ("precision", counts.precision, "given")]
                where value != nil {
                    add(
                        "/fields/\(index)/\(leg)/\(name)", subject.replacing("%s", with: name),
                        "SELECT sum(matched) / sum(\(of))::double precision AS estimate \(rows)")
                }
            }
        }
    }

    private mutating func addTurns() {
        for (index, row) in model.turns.enumerated() where row.pairs > 0 {
            let rows =
                "FROM understudy.slices WHERE \(trial) AND dimension = 'turn' AND slice = '\(row.turn)' AND agreement <> 'incomparable'"
            add("/turns/\(index)/pairs", "comparable pairs on turn \(row.turn)", "SELECT sum(pairs) AS estimate \(rows)")
            add(
                "/turns/\(index)/share", "share that differs on turn \(row.turn)",
                "SELECT coalesce(sum(pairs) FILTER (WHERE agreement = 'different'), 0) / sum(pairs)::double precision AS estimate \(rows)")
        }
    }

    private mutating func addSlices() {
        for (index, reading) in model.sliceReadings.prefix(PageBuilder.slices).enumerated() {
            let row = reading.row
            let name = "\(row.dimension.rawValue) \(ForeignText.name(row.slice))"
            let rows =
                row.dimension == .label
                ? "FROM understudy.label_confusion WHERE \(trial) AND production_label = \(Queries.quoted(row.slice))"
                : "FROM understudy.slices WHERE \(trial) AND dimension = '\(row.dimension.rawValue)' "
                    + "AND slice = \(Queries.quoted(row.slice)) AND agreement <> 'incomparable'"
            let failures =
                row.dimension == .label
                ? "coalesce(sum(production_only), 0)" : "coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)"
            if row.dimension != .label {
                add("/slices/\(index)/pairs", "comparable pairs of \(name)", "SELECT sum(pairs) AS estimate \(rows)")
            }
            add("/slices/\(index)/failures", "of \(name), only production right", "SELECT \(failures) AS estimate \(rows)")
        }
    }

    private mutating func addRivals() {
        // A mirrored call is one for all its candidates; imported ones share the file's id.
        let same = model.trial.source == .imported ? "external_id" : "call_id"
        for (index, row) in model.rivals.enumerated() {
            let name = ForeignText.name(row.candidate)
            let rows =
                "FROM (SELECT * FROM understudy.pairs WHERE \(trial) ORDER BY called_at DESC, pair_id DESC LIMIT \(ReportModel.RivalRow.calls)) "
                + "AS ours JOIN understudy.pairs AS theirs ON theirs.\(same) = ours.\(same) AND theirs.trial = '\(row.trial)' "
                + "WHERE ours.agreement <> 'incomparable' AND ours.correct <> 'unknown' AND theirs.agreement <> 'incomparable' "
                + "AND theirs.correct <> 'unknown'"
            let (right, wrong) = ("IN ('both', 'candidate_only')", "NOT IN ('both', 'candidate_only')")
            add("/rivals/\(index)/pairs", "judged calls that \(name) answered too", "SELECT count(*) AS estimate \(rows)")
            add(
                "/rivals/\(index)/only_this", "of them, \(name) alone wrong",
                "SELECT count(*) AS estimate \(rows) AND ours.correct \(right) AND theirs.correct \(wrong)")
            add(
                "/rivals/\(index)/only_other", "of them, \(name) alone right",
                "SELECT count(*) AS estimate \(rows) AND ours.correct \(wrong) AND theirs.correct \(right)")
        }
    }

    // MARK: Latency, cost, two-tier, coverage

    private mutating func addLatency() {
        for (leg, reading) in [("production", model.look.latency.production), ("candidate", model.look.latency.candidate)] {
            for (metric, quantiles) in [(LatencyMetric.duration, reading.duration), (.firstToken, reading.firstToken)] {
                for quantile in quantiles where quantile.estimate != nil {
                    let value = "CASE WHEN \(leg)_error = 'timeout' THEN 'Infinity' ELSE \(leg)_\(metric.rawValue) END"
                    add(
                        "/latency/\(leg)/\(metric.rawValue)/p\(quantile.percentile)/estimate",
                        "\(leg)'s \(Sentences.name(metric, quantile.percentile)) in ms (exact; the report's sketch is within 1 %)",
                        "SELECT percentile_disc(\(Double(quantile.percentile) / 100)) WITHIN GROUP (ORDER BY \(value)) AS estimate "
                            + "FROM understudy.pairs WHERE \(trial) AND day < \(openDay) AND understudy.in_latency(pair_id, evidence_weight)"
                    )
                }
            }
        }
    }

    private func perMonth(_ column: String) -> String {
        "SELECT \(model.spend.callsPerMonth ?? 0) * (\(costMean(column))) AS estimate"
    }

    private mutating func addCost() {
        let cost = model.look.cost
        for (leg, reading) in [("production", cost.production), ("candidate", cost.candidate)] {
            // What dedicated capacity costs a case follows from its price and the volume, not from single pairs.
            if leg == "candidate", case .dedicated = model.spend.candidate.price { continue }
            if reading.perCase != nil { add("/cost/\(leg)/per_case", "\(leg)'s cost of a case in USD", costMean("\(leg)_cost")) }
            if reading.perMonth != nil { add("/cost/\(leg)/per_month", "\(leg)'s cost a month in USD", perMonth("\(leg)_cost")) }
        }
    }

    private mutating func addTier() {
        let tier = model.look.tier
        guard tier.threshold != nil else { return }
        let rows = "FROM understudy.two_tier_curve WHERE \(trial) AND day = \(day) AND certified ORDER BY threshold LIMIT 1"
        add("/two_tier/threshold", "certified threshold", "SELECT threshold AS estimate \(rows)")
        if tier.coverage != nil { add("/two_tier/coverage", "share of calls served", "SELECT 1 - escalation_rate AS estimate \(rows)") }
        if tier.escalation != nil {
            add("/two_tier/escalation_rate", "share of calls escalated", "SELECT escalation_rate AS estimate \(rows)")
        }
        if tier.saving != nil { add("/two_tier/saving", "share of the cost saved", "SELECT saving AS estimate \(rows)") }
    }

    private mutating func addJudge() {
        guard let judge = model.judge else { return }
        let rows = "FROM understudy.judgements WHERE \(trial)"
        add("/judge/pairs", "pairs that the judge is done with", "SELECT count(*) AS estimate \(rows)")
        add("/judge/opinions", "pairs with the judge's opinion", "SELECT count(*) AS estimate \(rows) AND error IS NULL")
        add("/judge/reused", "opinions taken from the same question", "SELECT count(*) AS estimate \(rows) AND reused")
        add("/judge/calls", "calls to the judge", "SELECT coalesce(sum(calls), 0) AS estimate \(rows)")
        if judge.cost != nil { add("/judge/cost", "what they cost in USD", "SELECT coalesce(sum(cost), 0) AS estimate \(rows)") }
        if judge.orders.of > 0 {
            add(
                "/judge/order_consistency/estimate", "opinions whose two orders came out alike",
                "SELECT avg(order_consistent::int) AS estimate \(rows) AND NOT reused")
        }
        if judge.agreement.of > 0 {
            add(
                "/judge/agreement/estimate", "opinions that agree with labels and people on who was right",
                "SELECT avg((sign(said.f) = CASE pairs.correct WHEN 'candidate_only' THEN 1 WHEN 'production_only' THEN -1 ELSE 0 END)::int) "
                    + "AS estimate FROM understudy.judgements AS said JOIN understudy.pairs ON pairs.pair_id = said.pair_id "
                    + "WHERE said.\(trial) AND said.error IS NULL AND pairs.correct <> 'unknown'")
        }
        if judge.flips.of > 0 {
            add(
                "/judge/repeat_flips/estimate", "opinions that came out otherwise when asked again",
                "SELECT avg((NOT repeat_consistent)::int) AS estimate \(rows) AND NOT reused")
        }
        if model.look.quality.predictedDifference != nil {
            add(
                "/judge/predicted_difference", "difference in accuracy by the judge's reading",
                "SELECT sum(pairs.evidence_weight * CASE WHEN pairs.agreement = 'different' THEN coalesce(said.f, 0) ELSE 0 END) "
                    + "/ sum(pairs.evidence_weight) AS estimate FROM understudy.pairs "
                    + "LEFT JOIN understudy.judgements AS said ON said.pair_id = pairs.pair_id "
                    + "WHERE pairs.\(trial) AND pairs.in_evidence AND pairs.agreement <> 'incomparable'")
        }
        for failure in judge.errors {
            add(
                JSONPointer.appending(failure.error, to: "/judge/errors"), "pairs without an opinion: \(ForeignText.name(failure.error))",
                "SELECT count(*) AS estimate \(rows) AND error = \(Queries.quoted(failure.error))")
        }
    }

    private mutating func addCoverage() {
        for column in ["calls", "sampled", "paired", "compared"] {
            add(
                "/coverage/\(column)", column,
                "SELECT coalesce(sum(\(column)), 0) AS estimate FROM understudy.coverage WHERE \(trial)")
        }
        add(
            "/coverage/in_evidence", "comparable pairs behind the gates, once all before them are compared",
            count("in_evidence AND agreement <> 'incomparable'"))
        for reason in model.coverage.shed {
            add(
                JSONPointer.appending(reason.reason, to: "/coverage/shed"), "shed: \(ForeignText.name(reason.reason))",
                "SELECT coalesce(sum(calls), 0) AS estimate FROM understudy.coverage_reasons "
                    + "WHERE \(trial) AND stage = 'shed' AND reason = \(Queries.quoted(reason.reason))")
        }
    }
}
