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
    let openDay: String
    /// A day has ended so many seconds after midnight, when its last pairs have come.
    private static let grace = 120.0
    private(set) var all: [Query] = []

    init(_ model: ReportModel) {
        self.model = model
        trial = "trial = " + Queries.quoted(model.trial.id.description)
        let dates = Dates(utcOffsetSeconds: model.trial.utcOffsetSeconds)
        day = Queries.quoted(dates.isoDay(model.trial.asOf))
        openDay = Queries.quoted(ReportModel.openDay(at: model.trial.asOf, utcOffsetSeconds: model.trial.utcOffsetSeconds))
        addImpact()
        addAgreement()
        addQuality()
        addCourse()
        addDaily()
        addFailureModes()
        addLabels()
        addFields()
        addTurns()
        addSlices()
        addRivals()
        addLatency()
        addLoad()
        addCost()
        addVolume()
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

    func gateRow(_ name: GateName) -> String { "\(trial) AND gate = '\(name.rawValue)' AND day = \(day)" }

    // MARK: Impact, agreement, quality

    mutating func addImpact() {
        let look = model.look
        if look.cost.savingPerMonth != nil, look.cost.saving != nil {
            add(
                "/impact/saving_per_month", "saving a month",
                "SELECT production.estimate * gates.estimate AS estimate FROM (\(perMonth("production"))) AS production, "
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

    func worse(_ value: String, _ row: String) -> String {
        "SELECT 10000 * (\(value)) AS estimate FROM understudy.gates WHERE \(row)"
    }

    mutating func addAgreement() {
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
        addExcess()
    }

    private mutating func addExcess() {
        guard model.look.noise.excess != nil else { return }
        let pairs = "FROM understudy.pairs WHERE \(trial) AND in_evidence AND agreement <> 'incomparable'"
        add(
            "/agreement/excess/estimate", "how much more often the candidate differs than production from itself",
            "SELECT (SELECT avg((agreement = 'different')::int) \(pairs)) - (SELECT avg(coalesce(production_unstable, true)::int) \(pairs) "
                + "AND (control_status IS NOT NULL OR control_error IS NOT NULL)) AS estimate")
    }

    func count(_ condition: String) -> String {
        "SELECT count(*) AS estimate FROM understudy.pairs WHERE \(trial) AND \(condition)"
    }

    mutating func addQuality() {
        let counts = model.look.quality.counts
        add("/quality/adjudicated", "pairs judged", count("correct <> 'unknown' AND agreement <> 'incomparable'"))
        for correct in Correctness.allCases {
            let subject = correct == .unknown ? "pairs not judged" : "pairs with \(correct.rawValue.replacing("_", with: " ")) right"
            add("/quality/\(correct.rawValue)", subject, count("correct = '\(correct.rawValue)' AND agreement <> 'incomparable'"))
        }
        let planned = "in_evidence AND agreement = 'different' AND planned AND correct"
        add("/quality/adjudicated_disagreements", "planned disagreements judged", count("\(planned) <> 'unknown'"))
        add("/quality/pending", "planned disagreements that wait", count("\(planned) = 'unknown'"))
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
        if model.look.quality.singleLookDifference != nil {
            // Where people judge only what differs, the judged part stands for as large a part of all pairs.
            let isWhole = model.trial.terms.adjudicateBy == .labels || counts.unknown == 0
            let pairs =
                isWhole
                ? "count(*) FILTER (WHERE correct <> 'unknown')"
                : "greatest(round(count(*) * avg((correct <> 'unknown')::int) FILTER (WHERE agreement = 'different')), "
                    + "count(*) FILTER (WHERE correct IN ('candidate_only', 'production_only')))"
            add(
                "/quality/difference_single_look/estimate", "difference in accuracy over the judged pairs",
                "SELECT (count(*) FILTER (WHERE correct = 'candidate_only') - count(*) FILTER (WHERE correct = 'production_only')) "
                    + "/ nullif(\(pairs), 0)::double precision AS estimate FROM understudy.pairs WHERE \(trial) AND agreement <> 'incomparable'"
            )
        }
    }

    mutating func addCourse() {
        for (index, point) in model.course.enumerated() {
            for (name, value) in [("estimate", point.estimate), ("lower", point.lower), ("upper", point.upper)] where value != nil {
                add(
                    "/course/\(index)/\(name)", "quality's \(name == "estimate" ? name : name + " limit") on \(point.day)",
                    "SELECT \"\(name)\" AS estimate FROM understudy.gates WHERE \(trial) AND gate = 'quality' "
                        + "AND day = \(Queries.quoted(point.day))")
            }
        }
    }
}
