import Foundation
import Postgres
import Storage
import Testing
import Traffic

/// The analyst's page, `migrations/README.md`, held to the database: its columns, and every query on it, run as the analyst.
@Suite("The analyst's page")
struct AnalystPageTests {
    private static let page: MarkdownPage = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../migrations/README.md").standardized
        return MarkdownPage((try? String(contentsOf: file, encoding: .utf8)) ?? "")
    }()

    private let seed: SeededTrials

    init() throws { seed = try SeededTrials.shared() }

    /// What a question's query answers.
    private func answer(_ question: Int) throws -> PostgresRows {
        let section = try #require(Self.page.section("### \(question). "), "question \(question) is missing")
        try #require(section.sql.count == 1)
        return try seed.analyst().query(section.sql[0])
    }

    private func answer(_ question: Int, of candidate: String) throws -> [PostgresRow] {
        try answer(question).filter { try $0.text("candidate") == candidate }
    }

    private func calledAt(_ rows: PostgresRows) throws -> [Timestamp] {
        try rows.map { Timestamp(microseconds: try $0.timestamp("called_at")) }
    }

    private func percent(_ part: Int, of whole: Int) -> Double { (10_000 * Double(part) / Double(whole)).rounded() / 100 }

    // MARK: - Views

    /// Promised: columns are only ever added.
    static let promised: [(view: String, columns: String)] = [
        (
            "differences", "pair_id called_at segment path kind production_value candidate_value rule"
        ),
        ("failure_modes", "day segment failure_mode pairs share correct_both production_only candidate_only neither unknown"),
        ("label_confusion", "production_label candidate_label pairs production_only candidate_only"),
        ("field_accuracy", "day path leg expected given matched field_precision field_recall"),
        ("slices", "day dimension slice agreement failure_mode correct pairs"),
        ("field_differences", "day path kind differences pairs"),
        ("failure_costs", "day failure_mode correct pairs production_cost candidate_cost unpriced"),
        ("latency", "day leg metric samples p50 p50_lower p50_upper p95 p95_lower p95_upper p99 p99_lower p99_upper"),
        ("costs", "day leg calls cost_per_case cost_per_million_calls cost_per_month estimated_share"),
        ("label_pairs", "day production_label candidate_label correct pairs"),
        ("tokens", "day leg answers estimated weight input_per_case cached_input_per_case output_per_case"),
        ("volume", "hour day hour_of_day weekday calls sampled busiest_minute_calls busiest_minute_sampled"),
        ("gates", "day gate status estimate lower upper threshold blocking"),
        ("verdicts", "day verdict reason basis settings_hash"),
        ("two_tier_curve", "day threshold escalation_rate log_evidence certified saving"),
        ("coverage", "day calls sampled paired compared incomparable"),
        ("coverage_reasons", "day stage reason calls"),
        ("trials", "source state simulated started_at ends_at ended_at end_reason timezone settings_hash settings"),
        ("adjudications", "pair_id correct by who planned probability at"),
        (
            "judgements",
            "pair_id f order_consistent same_meaning difference repeat_consistent reused model prompt_version calls error cost at"
        ),
        ("equivalence_audit", "day status equivalents judged worse share ceiling allowed log_evidence hidden_at_most"),
        ("sample_profile", "dimension slice calls expected drawn sampled kept comparable compared"),
        ("pairs", pairColumns + " request_hash language"),
        // Columns of `pairs` that came later stand after the differences here.
        ("disagreements", pairColumns + " differences request_hash language"),
    ]

    private static let legColumns = [
        "output", "tool_calls", "status", "error", "finish_reason", "model", "input_tokens", "output_tokens", "cached_input_tokens",
        "reasoning_tokens", "tokens_estimated", "cost", "duration_ms", "ttft_ms", "confidence", "request_id",
    ]

    private static let pairColumns: String = {
        let legs = ["production", "candidate", "control"].flatMap { leg in legColumns.map { "\(leg)_\($0)" } }.joined(separator: " ")
        return "pair_id call_id external_id source called_at segment conversation turn prompt_hash request input \(legs) "
            + "candidate_queue_ms traceparent untranslated capture_truncated day sampling_rate control_rate adjudication_probability "
            + "planned evidence_weight in_evidence agreement equivalence failure_mode ungrounded production_unstable label correct correct_by"
    }()

    private func columns(of view: String) throws -> [(name: String, comment: String)] {
        try seed.session().query(
            """
            SELECT attname AS name, coalesce(col_description(attrelid, attnum), '') AS comment FROM pg_attribute
            WHERE attrelid = ('understudy.' || $1)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """, [.text(view)]
        ).map { (try $0.text("name"), try $0.text("comment")) }
    }

    @Test("every view has its promised columns in their order, each with a comment", arguments: promised)
    func order(view: String, columns promised: String) throws {
        let found = try columns(of: view)
        let wanted = ["workload", "trial", "candidate"] + promised.split(separator: " ").map(String.init)
        #expect(found.map(\.name) == wanted)
        for column in found { #expect(!column.comment.isEmpty, "\(view).\(column.name)") }
    }

    @Test("no view is missing on the page or in the list of promises")
    func views() throws {
        let views = try seed.session().query(
            "SELECT relname AS name FROM pg_class WHERE relnamespace = 'understudy'::regnamespace AND relkind = 'v'"
        ).map { try $0.text("name") }
        #expect(Set(views) == Set(Self.promised.map(\.view)))
        for view in views { #expect(Self.page.section("### `\(view)`") != nil, "\(view)") }
    }

    @Test("the page gives every column in order, in the words of the database", arguments: promised.map(\.view))
    func meanings(view: String) throws {
        let section = try #require(Self.page.section("### `\(view)`"))
        var listed: [(name: String, meaning: String)] = []
        let (plain, ofLegs) = (section.namedRows.filter { !$0.name.hasPrefix("X_") }, section.namedRows.filter { $0.name.hasPrefix("X_") })
        for row in plain {
            if row.name == "candidate_queue_ms" {
                for leg in ["production", "candidate", "control"] { listed += ofLegs.map { (leg + $0.name.dropFirst(), $0.meaning) } }
            }
            listed.append(row)
        }
        var found = try columns(of: view).dropFirst(3)
        if view == "disagreements" { found = found.filter { $0.name == "differences" } }
        #expect(found.map(\.name) == listed.map(\.name))
        for (column, row) in zip(found, listed) {
            // A leg's comment begins with whose leg it is.
            let isOfLeg = ofLegs.contains { $0.meaning == row.meaning }
            let words = isOfLeg ? column.comment.suffix(row.meaning.count + 1) : column.comment[...]
            #expect(words == row.meaning + ".", "\(view).\(column.name) is commented “\(column.comment)”")
        }
    }

    @Test("no name is a word that SQL reserves")
    func reserved() throws {
        let reserved = try seed.session().query(
            """
            SELECT view.relname || '.' || word AS name FROM pg_get_keywords()
            JOIN pg_attribute ON attname = word JOIN pg_class AS view ON view.oid = attrelid
            WHERE view.relnamespace = 'understudy'::regnamespace AND attnum > 0 AND catcode IN ('R', 'T')
            """
        ).map { try $0.text("name") }
        #expect(reserved == [])
    }

    // MARK: - How to connect

    @Test("the statements that make another program's session the analyst's do so")
    func connecting() throws {
        let section = try #require(Self.page.section("## Connecting"))
        let session = try seed.session()
        for statement in section.sql { try session.script(statement) }
        let row = try session.query(
            "SELECT current_user AS who, current_setting('jit') AS jit, current_setting('statement_timeout') AS timeout FROM trials LIMIT 1"
        )[0]
        #expect(try [row.text("who"), row.text("jit"), row.text("timeout")] == ["understudy_analyst", "off", "30s"])
    }

    @Test("the example of a time range reads the newest pairs of the last days")
    func timeRange() throws {
        let query = try #require(Self.page.section("## Rules")?.sql.first)
        let rows = try seed.analyst().query(query)
        let newest = (seed.cases.map(\.calledAt) + [seed.end.adding(seconds: -Moments.hour)]).sorted(by: >).prefix(5)
        #expect(try calledAt(rows) == Array(newest))
    }

    @Test("id_at() leaves the partitions of other days unread")
    func pruning() throws {
        let plan = try seed.analyst().query(
            "EXPLAIN SELECT agreement FROM pairs WHERE pair_id >= id_at('\(seed.date(6))') AND pair_id < id_at('\(seed.date(7))')"
        ).map { $0.value(at: 0) ?? "" }.joined(separator: "\n")
        #expect(plan.contains("pair_" + seed.date(6).replacing("-", with: "_")))
        #expect(!plan.contains(" pair_" + seed.date(5).replacing("-", with: "_")))
    }

    // MARK: - The twelve questions

    @Test("there are twelve questions")
    func twelve() {
        #expect((1...12).allSatisfy { Self.page.section("### \($0). ")?.sql.count == 1 })
        #expect(Self.page.section("### 13. ") == nil)
    }

    @Test("1: the newest twenty disagreements with their input")
    func newestDisagreements() throws {
        let rows = try answer(1)
        let wanted = seed.cases.filter(\.isDifferent).sorted { $0.calledAt > $1.calledAt }
        #expect(rows.count == 20)
        #expect(try calledAt(rows) == wanted.prefix(20).map(\.calledAt))
        for row in rows {
            let (input, mode) = (try row.text("input"), try row.text("failure_mode"))
            let candidate = try row.text("candidate")
            #expect(wanted.contains { $0.input == input && $0.outcome.failureMode == mode && $0.candidate == candidate })
        }
    }

    @Test("2: failure modes by who was right")
    func modes() throws {
        let rows = try answer(2, of: SeededTrials.unfit)
        let found = try rows.map {
            try "\($0.text("failure_mode")) \($0.int("pairs")) \($0.int("production_only")) \($0.int("candidate_only"))"
        }
        #expect(found.first == "label_mismatch 14 7 7")
        #expect(found.sorted() == ["label_mismatch 14 7 7", "timeout 7 7 0", "verbose_label 7 7 0"])
        #expect(try answer(2, of: SeededTrials.fit).map { try $0.int("production_only") } == [7])
        #expect(try rows.allSatisfy { try $0.int("unknown") == 0 && $0.int("neither") == 0 && $0.int("correct_both") == 0 })
    }

    @Test("3: failing fields")
    func fields() throws {
        let rows = try answer(3, of: SeededTrials.unfit)
        let found = try rows.map { try "\($0.text("field")) \($0.text("kind")) \($0.int("times")) \($0.int("pairs"))" }
        #expect(found == ["label_mismatch 14 14", "timeout 7 7", "verbose_label 7 7"].map { "(the whole answer) \($0)" })
    }

    @Test("4: confusion of labels")
    func confusion() throws {
        let rows = try answer(4)
        let found = try rows.map {
            try
                "\($0.text("candidate")) \($0.text("production_label")) \($0.text("candidate_label")) \($0.int("pairs")) \($0.int("production_only")) \($0.int("candidate_only"))"
        }
        #expect(found == ["tiny-1b-sim card_arrival lost_card 14 7 7", "phi-4-sim card_arrival lost_card 7 7 0"])
    }

    @Test("5: agreement by day")
    func agreement() throws {
        for candidate in [SeededTrials.unfit, SeededTrials.fit] {
            let rows = try answer(5, of: candidate)
            #expect(try rows.map { try $0.text("day") } == (0..<7).map(seed.date))
            for (day, row) in rows.enumerated() {
                let comparable = seed.cases(of: candidate).filter { $0.day == day && $0.isComparable }
                let different = comparable.count { $0.isDifferent }
                #expect(try [row.int("comparable"), row.int("different")] == [comparable.count, different])
                #expect(try row.double("agreement_percent") == percent(comparable.count - different, of: comparable.count))
            }
        }
    }

    @Test("6: failure modes by prompt")
    func prompts() throws {
        let rows = try answer(6, of: SeededTrials.unfit)
        let comparable = seed.cases(of: SeededTrials.unfit).filter(\.isComparable)
        var wanted: [String] = []
        for isNew in [false, true] {
            let ofPrompt = comparable.filter { $0.hasNewPrompt == isNew }
            for (mode, pairs) in Dictionary(grouping: ofPrompt, by: { $0.outcome.failureMode ?? "(they agree)" }) {
                wanted.append("\(mode) \(pairs.count) \(percent(pairs.count, of: ofPrompt.count))")
            }
        }
        let found = try rows.map { try "\($0.text("failure_mode")) \($0.int("pairs")) \($0.double("percent"))" }
        #expect(found.sorted() == wanted.sorted())
        #expect(try Set(rows.map { try $0.text("prompt_hash") }).count == 2)
    }

    @Test("7: by length of the input")
    func lengths() throws {
        let rows = try answer(7, of: SeededTrials.unfit)
        let comparable = seed.cases(of: SeededTrials.unfit).filter(\.isComparable)
        // Only what the candidate misread is long.
        let long = comparable.filter { $0.input.count >= 300 }.count
        let found = try rows.map {
            try "\($0.text("characters")): \($0.int("pairs")) \($0.int("different")) \($0.double("different_percent"))"
        }
        let short = comparable.count - long
        let shortDifferent = comparable.count { $0.isDifferent } - long
        #expect(found == ["under 100: \(short) \(shortDifferent) \(percent(shortDifferent, of: short))", "300 to 999: 7 7 100.0"])
    }

    @Test("8: by turn")
    func turns() throws {
        let rows = try answer(8, of: SeededTrials.fit)
        let found = try rows.map { try [$0.int("turn"), $0.int("pairs"), $0.int("different")] }
        #expect(found == [[1, 56, 0], [2, 7, 7]])
    }

    @Test("9: production against itself")
    func control() throws {
        for candidate in [SeededTrials.unfit, SeededTrials.fit] {
            let row = try #require(try answer(9, of: candidate).first)
            let asked = seed.cases(of: candidate).filter { $0.controlAgrees != nil }
            #expect(try row.int("asked_twice") == asked.count)
            #expect(try row.int("production_differs_from_itself") == 3)
            #expect(try row.int("candidate_differs") == asked.count { $0.isDifferent })
            #expect(try row.double("production_percent") == percent(3, of: asked.count))
        }
    }

    @Test("10: the slowest candidate calls beside production's")
    func slowest() throws {
        let rows = try answer(10)
        let wanted = seed.cases.compactMap(\.candidateMs).sorted(by: >).prefix(20)
        #expect(try rows.map { try $0.double("candidate_duration_ms") } == Array(wanted))
        #expect(try rows.prefix(7).allSatisfy { try $0.text("candidate_error") == "timeout" && $0.double("production_duration_ms") == 807 })
    }

    @Test("11: money lost to failures that only the candidate had")
    func money() throws {
        let rows = try answer(11, of: SeededTrials.unfit)
        let found = try rows.map { try "\($0.text("failure_mode")) \($0.int("pairs")) \($0.int("unpriced"))" }
        #expect(found == ["label_mismatch 7 0", "timeout 7 7", "verbose_label 7 0"])
        #expect(rows.allSatisfy { $0.textOrNull("falling_back") == "0.007000" })
        #expect(rows.map { $0.textOrNull("spent_for_nothing") } == ["0.000700", nil, "0.000700"])
    }

    @Test("12: one pair by the provider's request id")
    func requestID() throws {
        let rows = try answer(12)
        #expect(rows.count == 1)
        #expect(try rows[0].text("input") == "Where is my card?" && rows[0].text("candidate_output") == "lost_card")
        #expect(try rows[0].text("control_output") == "card_arrival" && rows[0].text("correct") == "unknown")

        let plan = try seed.analyst()
        try plan.execute("SET enable_seqscan = off")
        let lines = try plan.query("EXPLAIN SELECT * FROM pairs WHERE production_request_id = '\(SeededTrials.liveRequestID)'")
        #expect(lines.contains { $0.value(at: 0)?.contains("production_request_id_idx") == true })
    }
}
