import Postgres
import Statistics
import Storage
import Testing
import Traffic

/// What the rollups say is what counting the comparisons says, whatever was compared again in between.
@Suite struct `Rollups beside the comparisons that they count` {
    private let store: StoreFixture
    private let trial: StoredTrial

    init() throws {
        store = try StoreFixture()
        trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
    }

    /// Any finding, from a seed.
    private func finding(_ random: inout SplitMix64, paths: Int) -> Finding {
        let agreement = Agreement.allCases[random.index(below: 4)]
        let differs = agreement == .different
        var finding = Finding(agreement: agreement)
        if agreement == .equivalent { finding.equivalence = .case }
        if differs { finding.failureMode = [.valueMismatch, .missingField, .timeout][random.index(below: 3)] }
        if agreement != .identical {
            finding.differences = (0..<random.index(below: 4)).map { _ in
                Difference(
                    path: "/lines/\(random.index(below: 9))/f\(random.index(below: paths))", kind: "value_mismatch", productionValue: "1",
                    candidateValue: "2", rule: "json.value")
            }
        }
        finding.correct = differs ? Correctness.allCases[random.index(below: 5)] : .unknown
        if finding.correct != .unknown { finding.correctBy = .label }
        finding.fields = (0..<random.index(below: 3)).map { _ in
            FieldScore(
                path: "/f\(random.index(below: paths))", production: FieldOutcome.allCases[random.index(below: 5)],
                candidate: FieldOutcome.allCases[random.index(below: 5)])
        }
        finding.productionUnstable = random.index(below: 2) == 0 ? nil : random.index(below: 2) == 0
        return finding
    }

    private func compareAll(_ random: inout SplitMix64, paths: Int) throws {
        while let batch = try store.queue.claim() {
            let compared = batch.pairs.map {
                var found = finding(&random, paths: paths)
                if $0.call.control == nil { found.productionUnstable = nil }
                let costs = PairCosts(production: 0.5, candidate: random.index(below: 3) == 0 ? nil : 0.25)
                return ComparedPair(
                    pair: $0.pair.id, finding: found, costs: costs, language: ["en", "de", "und"][random.index(below: 3)])
            }
            #expect(try store.queue.store(batch, compared, comparatorVersion: 1, at: Moments.monday))
        }
    }

    private func sent(_ count: Int) -> [(call: Call, pair: Pair)] {
        (0..<count).map { place in
            var sent = traffic(
                trial, at: Moments.monday.adding(seconds: Double(place) * 400), control: place % 3 == 0 ? answer("card_arrival") : nil,
                segment: place % 2 == 0 ? "mail" : nil, input: String(repeating: "x", count: place * 37 % 1200))
            // Prompts beyond those that are counted by their hash.
            sent.call.request = Array(
                #"{"messages":[{"role":"system","content":"prompt \#(place % 230)"},{"role":"user","content":"hi"}]}"#.utf8)
            sent.call.turn = 1 + place % 14
            sent.call.production.usage = TokenUsage(
                input: 100 + place, output: place % 7, cachedInput: place % 3 == 0 ? place / 2 : nil, estimated: place % 11 == 0)
            sent.pair.evidenceWeight = place % 2 == 0 ? 1 : 0.25
            if place % 13 == 0 { sent.pair.candidate = Leg(error: place % 2 == 0 ? .timeout : .circuitOpen, durationMs: 30_000) }
            return sent
        }
    }

    /// Rows that only one of two queries gives.
    private func difference(_ rollup: String, _ counted: String) throws -> [String] {
        let rows = try store.connection.query("(\(rollup) EXCEPT \(counted)) UNION ALL (\(counted) EXCEPT \(rollup))")
        return rows.map { row in rows.columns.indices.map { row.value(at: $0) ?? "–" }.joined(separator: " ") }
    }

    @Test("are the same after comparing three times", arguments: [12, 900])
    func same(paths: Int) throws {
        try store.ship(sent(700).records)
        var random = SplitMix64(seed: UInt64(paths))
        try compareAll(&random, paths: paths)
        for _ in 0..<2 {
            _ = try store.queue.recompareOutdated(comparatorVersion: 2)
            try compareAll(&random, paths: paths)
        }
        let found = "understudy_store.comparison AS found"
        #expect(
            try difference(
                """
                SELECT day, segment, agreement, failure_mode, correct, pairs, unpriced, round(candidate_cost::numeric, 6)
                FROM understudy_store.outcome_count WHERE pairs <> 0
                """,
                """
                SELECT day, coalesce(segment, ''), agreement, coalesce(failure_mode, ''), correct, count(*),
                    count(*) FILTER (WHERE candidate_cost IS NULL), round(coalesce(sum(candidate_cost), 0)::numeric, 6)
                FROM \(found) GROUP BY 1, 2, 3, 4, 5
                """) == [])
        for (dimension, slice) in [
            ("turn", "least(turn, 10)::text"), ("length", "length_band::text"), ("language", "language"),
            ("control", "CASE production_unstable WHEN true THEN 'differs' WHEN false THEN 'same' ELSE 'failed' END"),
        ] {
            #expect(
                try difference(
                    """
                    SELECT slice, agreement, failure_mode, correct, sum(pairs) FROM understudy_store.slice_count
                    WHERE dimension = '\(dimension)' GROUP BY 1, 2, 3, 4 HAVING sum(pairs) <> 0
                    """,
                    """
                    SELECT \(slice), agreement, coalesce(failure_mode, ''), correct, count(*) FROM \(found)
                    WHERE '\(dimension)' <> 'control' OR control_drawn GROUP BY 1, 2, 3, 4
                    """) == [])
        }
        // 200 prompts by their hashes, the rest together.
        #expect(try store.value("SELECT count(DISTINCT slice) FROM understudy_store.slice_count WHERE dimension = 'prompt'") == "201")
        #expect(try store.value("SELECT sum(pairs) FROM understudy_store.slice_count WHERE dimension = 'prompt'") == "700")
        #expect(
            try difference(
                """
                SELECT slice, agreement, sum(pairs) FROM understudy_store.slice_count WHERE dimension = 'prompt' AND slice <> '(others)'
                GROUP BY 1, 2 HAVING sum(pairs) <> 0
                """,
                """
                SELECT prompt_hash::text, agreement, count(*) FROM \(found) WHERE prompt_hash::text IN (
                    SELECT slice FROM understudy_store.slice_count WHERE dimension = 'prompt') GROUP BY 1, 2
                """) == [])
        let single =
            "SELECT pair_id, regexp_replace(path, '/[0-9]+(?=/|$)', '/*', 'g') AS path FROM \(found), "
            + "jsonb_to_recordset(differences) AS single (path text)"
        #expect(
            try difference(
                """
                SELECT path, sum(differences), sum(pairs) FROM understudy_store.difference_count WHERE path <> '/(others)'
                GROUP BY 1 HAVING sum(pairs) <> 0
                """,
                """
                SELECT path, count(*), count(DISTINCT pair_id) FROM (\(single)) AS counted
                WHERE path IN (SELECT path FROM understudy_store.difference_count) GROUP BY 1
                """) == [])
        #expect(
            try store.value("SELECT sum(differences) FROM understudy_store.difference_count")
                == store.value("SELECT count(*) FROM (\(single)) AS counted"))
        let fields = "\(found), jsonb_to_recordset(fields) AS field (path text, production text, candidate text)"
        #expect(
            try difference(
                "SELECT path, sum(expected), sum(given), sum(matched) FROM understudy_store.field_count WHERE leg = 'candidate' GROUP BY 1",
                """
                SELECT known.path, count(candidate) FILTER (WHERE candidate IN ('right', 'wrong', 'missing')),
                    count(candidate) FILTER (WHERE candidate IN ('right', 'wrong', 'extra')),
                    count(candidate) FILTER (WHERE candidate = 'right')
                FROM (SELECT DISTINCT path FROM understudy_store.field_count) AS known
                LEFT JOIN (SELECT field.* FROM \(fields)) AS field ON field.path = known.path GROUP BY 1
                """) == [])
        try expectTokensAndSpeeds(found)
        let most = paths > 500 ? "500" : "\(paths)"
        #expect(try store.value("SELECT count(DISTINCT path) FROM understudy_store.field_count") == most)
    }

    /// What money and speed are told from.
    private func expectTokensAndSpeeds(_ found: String) throws {
        let tokens =
            try difference(
                """
                SELECT leg, sum(answers), sum(estimated), round(sum(weight)::numeric, 3), round(sum(input)::numeric, 3),
                    round(sum(cached_input)::numeric, 3), round(sum(input_cached)::numeric, 3), round(sum(output_squares)::numeric, 3)
                FROM understudy_store.token_day GROUP BY 1
                """,
                """
                SELECT * FROM (
                SELECT 'production', count(*), count(*) FILTER (WHERE production_tokens_estimated), round(sum(evidence_weight)::numeric, 3),
                    round(sum(evidence_weight * production_input_tokens)::numeric, 3),
                    round(sum(evidence_weight * production_cached_input_tokens)::numeric, 3),
                    round(sum(evidence_weight ^ 2 * production_input_tokens * production_cached_input_tokens)::numeric, 3),
                    round(sum((evidence_weight * production_output_tokens) ^ 2)::numeric, 3)
                FROM \(found) WHERE candidate_asked
                UNION ALL
                SELECT 'candidate', count(*), 0, round(sum(evidence_weight)::numeric, 3),
                    round(sum(evidence_weight * candidate_input_tokens)::numeric, 3), 0.000, 0.000,
                    round(sum((evidence_weight * candidate_output_tokens) ^ 2)::numeric, 3)
                FROM \(found) WHERE candidate_asked AND candidate_input_tokens IS NOT NULL) AS both_legs
                """)
        #expect(tokens == [])
        let sketches = "FROM understudy_store.latency_sketch WHERE segment = '' AND leg"
        let isCounted = "understudy.in_latency(pair_id, evidence_weight)"
        // A leg whose tokens were estimated has no speed; one that timed out has 0.
        #expect(
            try store.value("SELECT sum(samples) \(sketches) = 'production' AND metric = 'output_tokens_per_second'")
                == store.value("SELECT count(*) FROM \(found) WHERE candidate_asked AND NOT production_tokens_estimated AND \(isCounted)"))
        #expect(
            try store.value(
                "SELECT sum(samples) \(sketches) = 'candidate' AND metric = 'output_tokens_per_second' AND bucket = -2147483648")
                == store.value("SELECT count(*) FROM \(found) WHERE candidate_timeout AND \(isCounted)"))
        #expect(
            try store.value("SELECT sum(samples) \(sketches) = 'ratio' AND metric = 'duration_ms' AND bucket = 2147483647")
                == store.value("SELECT count(*) FROM \(found) WHERE candidate_timeout AND \(isCounted)"))
        #expect(
            try store.value("SELECT sum(samples) \(sketches) = 'ratio' AND metric = 'duration_ms' AND bucket < 2147483647")
                == store.value(
                    "SELECT count(*) FROM \(found) WHERE candidate_duration_ms IS NOT NULL AND production_duration_ms IS NOT NULL AND \(isCounted)"
                ))
    }
}
