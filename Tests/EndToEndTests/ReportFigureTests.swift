import Foundation
import Testing

/// What the report says can be asked again in SQL, and what the demo shows is reckoned from its models' files.
@Suite(.serialized) struct ReportFigureTests {
    private static let production = #""production":{"output":"a","input_tokens":500,"output_tokens":4,"duration_ms":%d,"confidence":0.9}"#

    /// A week of recorded pairs: some differ, some time out, some have a control leg.
    private func pairs(wrongEvery: Int) -> String {
        (0..<2100).map { number in
            let day = 16 + number / 300
            let stamp = String(format: "2026-11-%02dT%02d:%02d:%02dZ", day, 8 + number % 12, number % 60, number % 59)
            let wrong = number % wrongEvery == 0
            let candidate =
                number % 701 == 3
                ? #""candidate":{"error":"timeout","duration_ms":30000}"#
                : #""candidate":{"output":"\#(wrong ? "b" : "a")","input_tokens":480,"output_tokens":3,"duration_ms":\#(100 + number % 50),"confidence":\#(wrong ? 0.5 : 0.95)}"#
            let control =
                number % 5 == 0
                ? #","control":{"output":"\#(number % 40 == 0 ? "b" : "a")","input_tokens":500,"output_tokens":4,"duration_ms":700}"# : ""
            return
                #"{"id":"p\#(number)","called_at":"\#(stamp)","segment":"\#(number % 3 == 0 ? "mail" : "web")","request":{"messages":[{"role":"user","content":"message \#(number)"}]},"#
                + String(format: Self.production, 600 + number % 200) + ",\(candidate)\(control),\"label\":\"a\"}"
        }.joined(separator: "\n")
    }

    @Test func everyFigureIsGivenByItsOwnQuery() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        _ = try up.ready()
        // Two candidates on the same calls.
        for (model, wrongEvery) in [("small", 23), ("tiny", 11)] {
            let settings = stage.folder.appending(path: "\(model).yaml")
            try """
            workload: recorded
            compare: { as: label, labels: [a, b] }
            production: { url: http://a.test, price: { input: 5, output: 25 } }
            candidate: { url: http://b.test, model: \(model), price: { input: 0.1, output: 0.4 } }
            trial: { candidates: 2 }
            """.write(to: settings, atomically: true, encoding: .utf8)
            let file = stage.folder.appending(path: "\(model).jsonl")
            try pairs(wrongEvery: wrongEvery).write(to: file, atomically: true, encoding: .utf8)
            let imported = try stage.run(["import", "-f", settings.path, file.path])
            #expect(imported.status == 0, "\(imported.errors)")
        }
        _ = try eventually(within: 60, "the worker to compare all pairs") {
            try stage.run(["sql", "--csv", "SELECT count(agreement) FROM pairs"]).output.contains("4200") ? true : nil
        }
        let text = try stage.run(["report", "recorded", "--format", "json"]).output
        let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let queries = try #require(report["sql"] as? [String: String])
        #expect(queries.count > 20)
        for pointer in figures(report) { #expect(queries[pointer] != nil, "\(pointer) names no query") }
        var checked = 0
        for (pointer, query) in queries.sorted(by: { $0.key < $1.key }) {
            let result = try stage.run(["sql", "--csv", query])
            let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(result.status == 0 && lines.first?.split(separator: ",").first == "estimate", "\(pointer): \(query) \(result.errors)")
            guard let shown = number(at: pointer, in: report) else { continue }
            let asked =
                lines.count > 1 ? lines[1].split(separator: ",", omittingEmptySubsequences: false).first.flatMap { Double($0) } : nil
            guard let asked else {
                Issue.record("\(pointer) is \(shown) in the report and nothing in SQL: \(query)")
                continue
            }
            // Latency figures come from sketches, which are within 1 % of the exact quantile.
            let tolerance = pointer.contains("latency") || pointer.contains("gates") ? 0.021 * abs(shown) : 1e-6 * max(1, abs(shown))
            #expect(abs(asked - shown) <= tolerance, "\(pointer): report \(shown), SQL \(asked)")
            checked += 1
        }
        print("report figures: \(checked) of \(queries.count) queries hold a number, each equal to the report's")
        #expect(checked > 100)
    }

    /// Where the report holds a figure: every number but limits, n, settings, plans, and what has its query beside it.
    private func figures(_ value: Any, at place: [String] = []) -> [String] {
        if let object = value as? [String: Any] { return object.flatMap { figures($0.value, at: place + [$0.key]) } }
        if let list = value as? [Any] { return list.enumerated().flatMap { figures($1, at: place + ["\($0)"]) } }
        guard let number = value as? NSNumber, isNumber(number), let name = place.last else { return [] }
        let settings: Set<String> = [
            "lower", "upper", "n", "threshold", "limit", "allowed", "q", "day", "turn", "weekday", "hour", "rank", "certified_at_most",
            "hourly", "report_version",
        ]
        if place.prefix(2) == ["sample", "steps"], name == "p" { return [] }
        let elsewhere: Set<String> = ["sql", "trial", "verdict", "gates", "candidates", "changes_since_last_week"]
        if settings.contains(name) || name.hasSuffix("_lower") || name.hasSuffix("_upper") || elsewhere.contains(place[0]) { return [] }
        if place.contains("price") || (place.contains("regions") && name == "share") || place.prefix(2) == ["load", "ramp"] { return [] }
        return [
            "/"
                + place.map { $0.replacingOccurrences(of: "~", with: "~0").replacingOccurrences(of: "/", with: "~1") }.joined(
                    separator: "/")
        ]
    }

    /// Truth values are numbers to Foundation too.
    private func isNumber(_ number: NSNumber) -> Bool { unsafe String(cString: number.objCType) != "c" }

    /// The number at a JSON Pointer, or at its `estimate`.
    private func number(at pointer: String, in root: Any) -> Double? {
        var value: Any? = root
        for token in pointer.split(separator: "/") {
            let name = token.replacingOccurrences(of: "~1", with: "/").replacingOccurrences(of: "~0", with: "~")
            if let object = value as? [String: Any] {
                value = object[name]
            } else if let list = value as? [Any], let index = Int(name), index < list.count {
                value = list[index]
            } else {
                return nil
            }
        }
        if let object = value as? [String: Any] { value = object["estimate"] }
        return (value as? NSNumber)?.doubleValue
    }

    @Test func changingOneAnswerOfAModelChangesTheDemosReport() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "us-demo-\(UInt32.random(in: 0...UInt32.max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try Program.run(["demo", "--models", folder.path])
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("SIMULATED"))
        #expect(first.output.contains("NOT YET"))
        #expect(first.output.contains("SWITCH:"))
        let file = folder.appending(path: "phi-4-sim.json")
        let before = try String(contentsOf: file, encoding: .utf8)
        let right = #""last_user":"Has my stuff shipped yet?","answer":"order_status""#
        #expect(before.contains(right))
        try before.replacingOccurrences(of: right, with: #""last_user":"Has my stuff shipped yet?","answer":"gift_card""#)
            .write(to: file, atomically: true, encoding: .utf8)
        let second = try Program.run(["demo", "--models", folder.path])
        #expect(second.status == 0, "\(second.errors)")
        #expect(differing(second.output) == differing(first.output).map { $0 + 1 })
        #expect(second.output.range(of: #"order_status\s+gift_card"#, options: .regularExpression) != nil)
        #expect(first.output.range(of: #"order_status\s+gift_card"#, options: .regularExpression) == nil)
    }

    /// How many pairs differ in the live report: `Of 420 pairs that could be compared 14 differ`.
    private func differing(_ output: String) -> Int? {
        guard let range = output.range(of: #"Of 420 pairs that could be compared \d+ differ"#, options: .regularExpression) else {
            return nil
        }
        return output[range].split(separator: " ").dropLast().last.flatMap { Int($0) }
    }
}
