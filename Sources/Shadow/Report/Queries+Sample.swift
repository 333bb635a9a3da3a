internal import Verdict

extension Queries {
    /// The queries of the sample beside all calls.
    mutating func addSample() {
        for (index, reading) in model.look.bias.enumerated() {
            let (observed, wanted) =
                switch reading.step {
                case .drawn: ("drawn", "expected")
                case .kept: ("kept", "sampled")
                case .comparable: ("comparable", "compared")
                }
            let rows = "FROM understudy.sample_profile WHERE \(trial) AND dimension = '\(reading.dimension.rawValue)'"
            add("/sample/steps/\(index)/n", "\(observed) by \(reading.dimension.rawValue)", "SELECT sum(\(observed)) AS estimate \(rows)")
            let shares =
                "(SELECT slice, \(observed) / sum(\(observed)) OVER ()::double precision AS observed, "
                + "\(wanted) / sum(\(wanted)) OVER ()::double precision AS wanted \(rows)) AS shares"
            add(
                "/sample/steps/\(index)/distance", "share of those \(observed) that lies out of place by \(reading.dimension.rawValue)",
                "SELECT sum(abs(observed - wanted)) / 2 AS estimate FROM \(shares)")
            let furthest = "FROM \(shares) WHERE slice = \(Queries.quoted(reading.furthest))"
            let name = ForeignText.name(reading.furthest)
            add("/sample/steps/\(index)/share", "share of \(name) among those \(observed)", "SELECT observed AS estimate \(furthest)")
            add("/sample/steps/\(index)/wanted", "share of \(name) that it should be", "SELECT wanted AS estimate \(furthest)")
        }
    }

    /// The query of what few judgements show at one look.
    mutating func addSingleLook() {
        guard let sampled = model.look.quality.sampledDifference else { return }
        let d = "CASE pairs.correct WHEN 'candidate_only' THEN 1 WHEN 'production_only' THEN -1 ELSE 0 END"
        let isJudged = "pairs.agreement = 'different' AND pairs.planned AND pairs.correct <> 'unknown'"
        let evidence = "pairs.\(trial) AND pairs.in_evidence AND pairs.agreement <> 'incomparable'"
        let sql: String
        switch sampled.method {
        case .doubleSampling:
            let groups = sampled.bySegment ? " GROUP BY pairs.segment" : ""
            sql =
                "SELECT sum(differing * mean) / sum(weight) AS estimate FROM (SELECT sum(evidence_weight) AS weight, "
                + "coalesce(sum(evidence_weight) FILTER (WHERE agreement = 'different'), 0) AS differing, "
                + "coalesce(avg(\(d)) FILTER (WHERE \(isJudged)), 0) AS mean FROM understudy.pairs WHERE \(evidence)\(groups)) AS strata"
        case .predictionPowered:
            sql =
                "SELECT avg((agreement = 'different')::int) * (\(sampled.power) * avg(coalesce(said.f, 0)) FILTER (WHERE agreement = 'different' "
                + "AND NOT (\(isJudged))) + avg(\(d) - \(sampled.power) * coalesce(said.f, 0)) FILTER (WHERE \(isJudged))) AS estimate "
                + "FROM understudy.pairs LEFT JOIN understudy.judgements AS said ON said.pair_id = pairs.pair_id WHERE \(evidence)"
        }
        add("/quality/single_look/estimate", "difference in accuracy at this one look", sql)
    }
}
