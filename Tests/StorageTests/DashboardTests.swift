import Foundation
import JSON
import Postgres
import Testing

/// The Grafana dashboard, `dashboards/trial.json`: every query of it, run as the analyst and as the login that its README makes.
@Suite("The dashboard")
struct DashboardTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../dashboards").standardized

    private static func text(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }

    /// A panel with a query.
    struct Panel {
        var title: String
        var kind: String
        var format: String
        var sql: String
        /// The columns that options and overrides name.
        var named: [String]
    }

    private let seed: SeededTrials
    private let dashboard: JSONValue

    init() throws {
        seed = try SeededTrials.shared()
        dashboard = try JSONValue.parse(try Self.text("trial.json"))
    }

    private func panels() throws -> [Panel] {
        try (dashboard["panels"]?.arrayValue ?? []).filter { $0["type"]?.stringValue != "row" }.map { panel in
            let target = try #require(panel["targets"]?.arrayValue?.first)
            let overrides = panel.at("/fieldConfig/overrides")?.arrayValue ?? []
            var named = overrides.compactMap { $0.at("/matcher/options")?.stringValue }
            if let x = panel.at("/options/xField")?.stringValue { named.append(x) }
            return Panel(
                title: try #require(panel["title"]?.stringValue), kind: try #require(panel["type"]?.stringValue),
                format: try #require(target["format"]?.stringValue), sql: try #require(target["rawSql"]?.stringValue), named: named)
        }
    }

    // MARK: - What Grafana does before it sends a query

    /// Puts values where variables and macros stand, as Grafana's PostgreSQL data source does.
    private func filled(
        _ sql: String, workload: String = SeededTrials.recorded, candidate: String = SeededTrials.unfit, metric: String = "duration_ms"
    ) throws -> String {
        let trial = try trial(workload: workload, candidate: candidate)
        return substituted(sql, ["workload": workload, "candidate": candidate, "trial": trial, "metric": metric])
    }

    private func trial(workload: String, candidate: String) throws -> String {
        let row = try seed.analyst().query(
            "SELECT trial FROM trials WHERE workload = $1 AND candidate = $2", [.text(workload), .text(candidate)]
        ).first
        return try #require(row).text("trial")
    }

    private func substituted(_ sql: String, _ variables: [String: String]) -> String {
        let from = "'\(seed.date(0))T00:00:00Z'"
        let to = "'\(seed.date(7))T12:00:00Z'"
        var text = sql
        for (name, value) in variables {
            text = text.replacing("${\(name):sqlstring}", with: "'\(value.replacing("'", with: "''"))'")
        }
        text = text.replacing("$__timeFrom()", with: from).replacing("$__timeTo()", with: to)
        return text.replacing(/\$__timeFilter\(([^)]*)\)/) { "\($0.output.1) BETWEEN \(from) AND \(to)" }
    }

    private func answer(
        _ title: String, workload: String = SeededTrials.recorded, candidate: String = SeededTrials.unfit, metric: String = "duration_ms"
    ) throws -> PostgresRows {
        let panel = try #require(try panels().first { $0.title == title }, "there is no panel “\(title)”")
        return try analyst().query(try filled(panel.sql, workload: workload, candidate: candidate, metric: metric))
    }

    /// No search path: Grafana's login has none.
    private func analyst() throws -> PostgresConnection { try seed.session(options: ["role": "understudy_analyst"]) }

    // MARK: - All of them

    @Test("every query runs as the analyst, finds something, and has the columns that its panel names")
    func everyQuery() throws {
        let panels = try panels()
        #expect(panels.count == 14)
        for panel in panels {
            let sql = try filled(panel.sql)
            #expect(!sql.contains("$"), "\(panel.title) has a variable or macro that Grafana would not fill: \(sql)")
            let rows = try analyst().query(sql)
            // Recorded pairs passed no mirror, which could have left them out.
            if panel.title != "Not shadowed, and why" { #expect(!rows.isEmpty, "\(panel.title)") }
            for name in panel.named { #expect(rows.columns.contains(name), "\(panel.title) names \(name)") }
            if panel.format == "time_series" {
                #expect(rows.columns.first == "time", "\(panel.title)")
                #expect(try rows.map { try $0.timestamp("time") } == rows.map { try $0.timestamp("time") }.sorted())
            }
        }
    }

    @Test("another trial than the chosen one is never in the figures, whatever its workload and candidate")
    func oneTrial() throws {
        let other = try trial(workload: SeededTrials.live, candidate: SeededTrials.fit)
        let mixed = ["workload": SeededTrials.recorded, "candidate": SeededTrials.unfit, "trial": other, "metric": "duration_ms"]
        let unchosen = mixed.merging(["trial": ""]) { $1 }
        for panel in try panels() {
            for variables in [mixed, unchosen] {
                let rows = try analyst().query(substituted(panel.sql, variables))
                // A sum of nothing is one row of zeros.
                let isEmpty = rows.isEmpty || rows.columns.indices.allSatisfy { rows[0].value(at: $0) == "0" }
                #expect(isEmpty, "\(panel.title)")
            }
        }
    }

    @Test("the queries read the views of schema understudy and nothing else")
    func viewsOnly() throws {
        for panel in try panels() {
            let sources = panel.sql.matches(of: /\b(?:FROM|JOIN)\s+(?!LATERAL)([a-z_.]+)/).map { String($0.output.1) }
            #expect(!sources.isEmpty && sources.allSatisfy { $0.hasPrefix("understudy.") }, "\(panel.title) reads \(sources)")
        }
    }

    @Test("the variables list workloads, their candidates, and those's trials newest first")
    func variables() throws {
        let listed = dashboard.at("/templating/list")?.arrayValue ?? []
        #expect(listed.compactMap { $0["name"]?.stringValue } == ["workload", "candidate", "trial", "metric"])
        var found: [[String]] = []
        for variable in listed where variable["type"]?.stringValue == "query" {
            let sql = try #require(variable["query"]?.stringValue)
            let rows = try analyst().query(substituted(sql, ["workload": SeededTrials.recorded, "candidate": SeededTrials.unfit]))
            found.append(rows.map { $0.value(at: 0) ?? "" })
            if variable["name"]?.stringValue == "trial" { #expect(rows.columns == ["__value", "__text"]) }
        }
        let trial = try trial(workload: SeededTrials.recorded, candidate: SeededTrials.unfit)
        #expect(found == [[SeededTrials.live, SeededTrials.recorded], [SeededTrials.fit, SeededTrials.unfit], [trial]])
    }

    @Test("every panel asks the provisioned data source")
    func dataSource() throws {
        let provisioning = try Self.text("provisioning/datasources/understudy.yaml")
        #expect(provisioning.contains("uid: understudy\n") && provisioning.contains("type: grafana-postgresql-datasource\n"))
        for panel in dashboard["panels"]?.arrayValue ?? [] where panel["type"]?.stringValue != "row" {
            let expected: JSONValue = ["type": "grafana-postgresql-datasource", "uid": "understudy"]
            #expect(panel["datasource"] == expected && panel.at("/targets/0/datasource") == expected)
        }
    }

    @Test("the login of the README may run every query, write nothing and wait no longer than 30 s")
    func login() throws {
        let page = MarkdownPage(try Self.text("README.md"))
        #expect(page.sql.count == 1)
        for block in page.sql { try seed.session().script(block) }
        let grafana = try seed.session(as: "grafana")
        #expect(try grafana.query("SHOW statement_timeout")[0].value(at: 0) == "30s")
        for panel in try panels() { _ = try grafana.query(try filled(panel.sql)) }
        #expect(throws: PostgresError.self) { try grafana.query("SELECT * FROM understudy_store.call") }
        #expect(throws: PostgresError.self) { try grafana.execute("CREATE TEMPORARY TABLE mine (x integer)") }
    }

    // MARK: - What single panels show

    @Test("the verdict is the last look's, and a simulated trial says so beside it")
    func verdict() throws {
        #expect(try answer("Verdict now")[0].text("verdict") == "keep_shadowing")
        let trial = try answer("Trial")[0]
        #expect(try trial.text("models") == "SIMULATED" && trial.text("source") == "import" && trial.text("state") == "recorded")
        #expect(try answer("Trial", workload: SeededTrials.live, candidate: SeededTrials.fit)[0].text("models") == "real")
    }

    @Test("every verdict and status has its words and colour")
    func mappings() throws {
        func mapped(_ title: String, _ pointer: String) -> Set<String> {
            let panel = dashboard["panels"]?.arrayValue?.first { $0["title"]?.stringValue == title }
            return Set(panel?.at(pointer)?.objectValue?.map(\.name) ?? [])
        }
        let verdicts = mapped("Verdict now", "/fieldConfig/defaults/mappings/0/options")
        #expect(verdicts == ["switch", "two_tier", "stay", "keep_shadowing"])
        #expect(mapped("Gates", "/fieldConfig/overrides/0/properties/0/value/0/options") == ["pass", "fail", "open"])
    }

    @Test("the gates are those of the last look, in the report's order")
    func gates() throws {
        let gates = try answer("Gates").map { try $0.text("gate") }
        let order = ["evidence", "reliability", "quality", "noise", "failure_concentration", "latency", "cost"]
        #expect(gates.count > 3 && gates == order.filter { gates.contains($0) })
    }

    @Test("agreement is the share of comparable pairs, a point a day")
    func agreement() throws {
        let rows = try answer("Agreement by day")
        #expect(rows.count == 7)
        // Nine comparable pairs a day, four of them different; production's failure of the fourth day is not comparable.
        #expect(try rows.allSatisfy { abs(try $0.double("agreement") - 5.0 / 9) < 1e-12 })
    }

    @Test("the bars of failure modes add up to the pairs that differ")
    func failureModes() throws {
        let rows = try answer("Failure modes, by who was right")
        let found = try rows.map { row in
            (try row.text("failure_mode"), try rows.columns.dropFirst().map { try row.int($0) })
        }
        #expect(found.map(\.0) == ["label_mismatch", "timeout", "verbose_label"])
        #expect(found.map(\.1) == [[7, 0, 0, 0, 7], [7, 0, 0, 0, 0], [7, 0, 0, 0, 0]])
    }

    @Test("labels mixed up, with counts")
    func confusion() throws {
        let rows = try answer("Label confusion")
        #expect(try rows.count == 1 && rows[0].int("pairs") == 14 && rows[0].int("production_only") == 7)
    }

    @Test("quantiles lie within their intervals; a quantile among timeouts is left open")
    func latency() throws {
        for (title, candidate) in [("Median", SeededTrials.unfit), ("Median", SeededTrials.fit), ("95th percentile", SeededTrials.fit)] {
            let rows = try answer(title, candidate: candidate)
            #expect(rows.count == 7)
            for row in rows {
                for leg in ["production", "candidate"] {
                    let middle = try row.double(leg)
                    #expect(try row.doubleOrNull("\(leg) lower").map { $0 <= middle } ?? true)
                    #expect(try row.doubleOrNull("\(leg) upper").map { $0 >= middle } ?? true)
                }
                #expect(try row.double("production") > row.double("candidate"))
            }
        }
        #expect(try answer("99th percentile").allSatisfy { $0.isNull("candidate") && !$0.isNull("production") })
        #expect(try answer("Median", metric: "ttft_ms").isEmpty)
    }

    @Test("what a case costs is what its legs cost")
    func costs() throws {
        let rows = try answer("Cost per case")
        #expect(rows.count == 7)
        for row in rows {
            #expect(abs(try row.double("production") - SeededTrials.costs.production) < 1e-12)
            #expect(abs(try row.double("candidate") - SeededTrials.costs.candidate) < 1e-12)
        }
        let live = try answer("Cost per month", workload: SeededTrials.live, candidate: SeededTrials.fit)
        #expect(abs(try live[0].double("production") - 0.001 * 1000 * 365 / 12) < 1e-9)
    }

    @Test("the funnel narrows, and what it lost has its reasons")
    func coverage() throws {
        let funnel = try answer("Coverage funnel", workload: SeededTrials.live, candidate: SeededTrials.fit)
        #expect(try funnel.columns.map { try funnel[0].int($0) } == [1000, 5, 1, 1, 1])
        let week = try answer("Coverage funnel")
        #expect(try [week[0].int("compared"), week[0].int("comparable")] == [64, 63])
        let reasons = try answer("Not shadowed, and why", workload: SeededTrials.live, candidate: SeededTrials.fit)
        let found = try reasons.map { try "\($0.text("stage")) \($0.text("reason")) \($0.int("calls"))" }
        #expect(found == ["shed queue_full 4", "skipped retry 2"])
    }

    @Test("the newest disagreements come first, with both answers and the input")
    func newest() throws {
        let rows = try answer("Newest disagreements")
        let wanted = seed.cases(of: SeededTrials.unfit).filter(\.isDifferent).sorted { $0.calledAt > $1.calledAt }
        #expect(try rows.map { try $0.text("input") } == wanted.map(\.input))
        #expect(rows.columns.contains("production_output") && rows.columns.contains("candidate_output"))
    }
}
