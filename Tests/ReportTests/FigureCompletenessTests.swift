import JSON
import Testing
import Verdict

@testable import Report

/// No figure without how many it rests on and its limits, and none without its query: the whole JSON and every table of the page are
/// walked.
@Suite struct `Every figure` {
    /// Numbers that are no figures of a sample: what they are instead. `*` stands for any place in a list or any name.
    private static let noEstimates = [
        // What was set, chosen or named.
        "/report_version", "/trial/*", "/gates/*/threshold", "/impact/worse_per_10k/allowed", "/latency/ratios/*/limit",
        "/cost/*/price/*", "/cost/regions/*/share", "/cost/regions/*/hourly", "/two_tier/threshold", "/two_tier/certified_at_most",
        "/two_tier/curve/*/threshold", "/two_tier/latency/*/limit", "/load/ramp/*", "/judge/prompt_version", "/judge/per_day",
        "/candidates/*/rank", "/daily/*/day", "/turns/*/turn", "/volume/weekdays/*/weekday", "/volume/hours/*/hour",
        // How far two distributions are apart and how often chance does as much, and what the second one has.
        "/sample/steps/*/distance", "/sample/steps/*/p", "/sample/steps/*/wanted",
        // What the audit was promised, how much it has, and what it therefore allows.
        "/audit/ceiling", "/audit/allowed", "/audit/log_evidence", "/audit/needed", "/audit/hidden_at_most", "/audit/to_judge",
        // Plans and forecasts, which say so in words.
        "/verdict/**",
    ]

    /// Counts, and what is reckoned from counts of all calls: they have no limits, but a query each.
    private static let counts = [
        "/agreement/identical", "/agreement/equivalent", "/agreement/different", "/agreement/incomparable", "/quality/adjudicated",
        "/quality/both", "/quality/production_only", "/quality/candidate_only", "/quality/neither", "/quality/unknown",
        "/quality/adjudicated_disagreements", "/quality/pending", "/daily/*/pairs", "/daily/*/different", "/failure_modes/*/count",
        "/failure_modes/*/production_only", "/failure_modes/*/candidate_only", "/failure_modes/*/both", "/failure_modes/*/neither",
        "/failure_modes/*/unknown", "/failure_modes/*/segments/*/count", "/confusion/*/pairs", "/confusion/*/production_only",
        "/confusion/*/candidate_only", "/label_matrix/pairs/*/*", "/fields/*/*/expected", "/fields/*/*/given", "/fields/*/*/matched",
        "/turns/*/pairs", "/turns/*/different", "/turns/*/production_only", "/turns/*/candidate_only", "/slices/*/pairs",
        "/slices/*/failures", "/rivals/*/pairs", "/rivals/*/only_this", "/rivals/*/only_other", "/latency/*/samples", "/load/*",
        "/cost/*/calls", "/cost/*/priced_calls", "/cost/*/estimated_calls", "/cost/calls_per_month", "/cost/regions/*/tokens_per_day",
        "/cost/regions/*/replicas", "/cost/regions/*/per_day", "/cost/break_even_tokens_per_day", "/volume/**",
        "/two_tier/curve/*/log_evidence", "/judge/pairs", "/judge/opinions", "/judge/waiting", "/judge/reused", "/judge/calls",
        "/judge/cost", "/judge/errors/*", "/coverage/**", "/audit/equivalents", "/audit/judged", "/audit/worse",
    ]

    /// Figures whose query stands elsewhere, or that no query can give.
    private static let withoutQuery = [
        // A p corrected for the number of groups, by Benjamini, Hochberg and Yekutieli.
        "/slices/*/q",
        // Pearson's test, which no query repeats.
        "/sample/steps/*/p",
        // What an earlier report said, and what stands above.
        "/changes_since_last_week/**",
        // Each candidate and gate has queries of its own.
        "/candidates/**", "/gates/**",
        // Of the judge: what waits is a queue.
        "/judge/waiting", "/judge/coverage",
    ]

    private static func fits(_ pointer: [String], _ patterns: [String]) -> Bool {
        patterns.contains { pattern in
            let parts = pattern.split(separator: "/").map(String.init)
            let (isOpen, named) = (parts.last == "**", parts.filter { $0 != "**" })
            guard isOpen ? pointer.count > named.count : pointer.count == named.count else { return false }
            return zip(pointer, named).allSatisfy { $1 == "*" || $0 == $1 }
        }
    }

    /// Every number of a JSON value with its place and the object that holds it.
    private static func numbers(_ value: JSONValue, at place: [String] = [], in holder: JSONValue = .null) -> [(
        place: [String], holder: JSONValue
    )] {
        if let members = value.objectValue { return members.flatMap { numbers($0.value, at: place + [$0.name], in: value) } }
        if let elements = value.arrayValue { return elements.enumerated().flatMap { numbers($1, at: place + ["\($0)"], in: value) } }
        return value.doubleValue == nil ? [] : [(place, holder)]
    }

    private static func isLimit(_ name: String) -> Bool {
        name == "lower" || name == "upper" || name == "n" || name.hasSuffix("_lower") || name.hasSuffix("_upper")
    }

    @Test(arguments: GoldenTests.all) func `of the JSON has n and limits`(_ golden: GoldenTests.Golden) throws {
        let json = try JSONValue.parse(Array(golden.report.rendered(as: .json).utf8))
        var checked = 0
        for (place, holder) in Self.numbers(json) {
            let name = place.last ?? ""
            if Self.isLimit(name) || Self.fits(place, Self.noEstimates) || Self.fits(place, Self.counts) { continue }
            if place.first == "changes_since_last_week" || place.first == "candidates" || place.last == "q" { continue }
            if place.first == "judge", ["coverage", "predicted_difference"].contains(name) { continue }
            // A count of days or segments, held against a threshold.
            if place.first == "gates", ["days", "segments"].contains(holder["unit"]?.stringValue ?? "") { continue }
            let n = holder["n"] ?? holder["expected"]
            #expect(n?.isNull == false, "/\(place.joined(separator: "/")) has no n")
            let (own, common) = (["\(name)_lower", "\(name)_upper"], ["lower", "upper"])
            let limits = (own + common).filter { holder[$0]?.isNull == false }
            #expect(!limits.isEmpty, "/\(place.joined(separator: "/")) has no limits")
            checked += 1
        }
        #expect(checked > 30, "\(checked)")
    }

    @Test(arguments: GoldenTests.all) func `of the JSON names its query`(_ golden: GoldenTests.Golden) throws {
        let json = try JSONValue.parse(Array(golden.report.rendered(as: .json).utf8))
        let queries = Set((json["sql"]?.objectValue ?? []).map(\.name))
        var checked = 0
        for (place, _) in Self.numbers(json) {
            guard let name = place.last, !Self.isLimit(name), place.first != "sql" else { continue }
            if Self.fits(place, Self.noEstimates) || Self.fits(place, Self.withoutQuery) { continue }
            let pointer = "/" + place.map { $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined(separator: "/")
            #expect(queries.contains(pointer), "\(pointer) names no query")
            checked += 1
        }
        #expect(checked > 60, "\(checked)")
        for gate in json["gates"]?.arrayValue ?? [] { #expect(gate["sql"]?.stringValue?.contains("understudy.gates") == true) }
    }

    // MARK: The page

    /// A rate, an amount, a time or a ratio.
    private static func isFigure(_ cell: String) -> Bool {
        cell.wholeMatch(of: /.*\d (%|ms|s)( .*|$)|−?\$.*|\d+\.\d+( .*|$)/) != nil
    }

    private static func hasLimits(_ cell: String) -> Bool {
        cell.wholeMatch(of: /.*\((.+(–| to ).+|between .+ and .+|at (most|least) .+|no limit known yet)\).*/) != nil
    }

    /// Columns and rows that hold settings, one number of a test, or a distance between two counts.
    private static let settings: Set<String> = [
        "allowed", "confidence", "false discovery at", "evidence (ln)", "price an hour", "price a day", "tokens a day now", "a day",
        "out of place", "chance alone",
    ]

    private static func tables(_ page: Page) -> [Page.Table] {
        page.sections.flatMap(\.blocks).compactMap { block in
            switch block {
            case .table(let table), .folded(let table): table
            case .matrix(let matrix): matrix.table
            case .modes(let modes): Page.modeTable(modes)
            case .latency(let views): Page.latencyTable(views)
            case .curve(let curve): curve.table
            case .course(let course): course.table
            case .gates, .list, .paragraph, .examples, .funnel: nil
            }
        }
    }

    private static func check(_ table: Page.Table) {
        var figures = 0
        for row in table.rows {
            for (column, cell) in zip(table.columns, row).dropFirst() {
                if settings.contains(column.title) || row[0].hasPrefix("price: ") || !isFigure(cell) { continue }
                figures += 1
                #expect(
                    hasLimits(cell) || cell.contains("too few for limits") || cell.contains("not all judged"),
                    "\(table.caption), \(column.title), \(row[0]): \(cell) has no limits")
            }
        }
        guard figures > 0 else { return }
        let isCount = { (cell: String) in cell.wholeMatch(of: /[\d,]+((, | of )[\d,]+)?/) != nil }
        let hasCounts = table.columns.indices.contains { column in
            let cells = table.rows.map { $0[column] }
            return column > 0 && cells.allSatisfy { isCount($0) || $0 == "not kept" }
        }
        let hasRow = table.rows.contains { row in row.dropFirst().allSatisfy(isCount) }
        #expect(hasCounts || hasRow || table.caption.contains("n = "), "\(table.caption) does not say how many it rests on")
    }

    @Test(arguments: GoldenTests.all) func `of a table has n and limits`(_ golden: GoldenTests.Golden) {
        for report in golden.report.reports {
            let page = Page(report)
            let tables = Self.tables(page)
            #expect(tables.count > 4)
            for table in tables { Self.check(table) }
        }
        if let ranking = Ranking(golden.report) { Self.check(ranking.table) }
    }

    @Test(arguments: 0..<20) func `of any model's tables has n and limits`(_ batch: UInt64) {
        for number in 0..<20 {
            var random = RandomModel(batch * 20 + UInt64(number))
            for table in Self.tables(Page(random.model())) { Self.check(table) }
        }
    }

    @Test func `without limits would be found`() {
        // The checks above must be able to fail.
        #expect(Self.isFigure("4.2 %"))
        #expect(Self.isFigure("1.9 s (no limits)"))
        #expect(Self.isFigure("$0.004"))
        #expect(Self.hasLimits("4.2 % (3.1 %–5.3 %)"))
        #expect(!Self.hasLimits("4.2 %"))
        #expect(!Self.fits(["cost", "saving", "estimate"], Self.counts))
        #expect(Self.fits(["volume", "hours", "3", "calls"], Self.counts))
    }
}
