import Configuration
import JSON
import Records
import Storage
import Testing
import Traffic

@Suite("Faults of recorded pairs")
struct RecordedPairsFaultTests {
    let store: StoreFixture

    init() throws { store = try StoreFixture() }

    /// A line with one value replaced, or removed for nil.
    private func line(_ path: [String], _ value: JSONValue?) -> JSONValue {
        RecordedLines.pair("a") { line in
            if path.count == 1 {
                line[path[0]] = value
            } else {
                var leg = line[path[0]] ?? [:]
                leg[path[1]] = value
                line[path[0]] = leg
            }
        }
    }

    private static let badValues: [(field: String, value: JSONValue?, message: String)] = [
        ("id", "", "empty"), ("id", 7, "a text is expected, not 7"), ("id", .null, "required"),
        ("called_at", "yesterday", "2026-11-16T08:00:00Z"), ("called_at", "1969-12-31T23:59:59Z", "2026-11-16T08:00:00Z"),
        ("called_at", "2026-02-30T00:00:00Z", "2026-02-30"), ("request", "hello", "an object such as"),
        ("production", "card_arrival", "an object is expected"), ("turn", 0, "from 1"), ("turn", 1.5, "from 1"),
        ("sampling_rate", 0, "above 0"), ("sampling_rate", 1.01, "at most 1"), ("sampling_rate", "10%", "a number above 0"),
        ("control_rate", -0.1, "from 0 to 1"), ("adjudication_probability", 2, "from 0 to 1"), ("simulated", "yes", "true or false"),
        ("label", ["card_arrival"], "a text is expected, not a list"), ("correct", "production", "one of both, production_only"),
        ("correct", "unknown", "one of both, production_only"), ("segment", 3, "a text is expected"),
        ("candidate.status", 42, "from 100 to 599"), ("candidate.error", "boom", "one of connection_failed, timeout"),
        ("candidate.output", ["intent": "card_arrival"], "as the text that came back"), ("candidate.output", nil, "required"),
        ("candidate.tool_calls", "look", "a list is expected"), ("candidate.input_tokens", -1, "from 0"),
        ("candidate.output_tokens", 1.5, "a whole number"), ("candidate.duration_ms", -0.5, "from 0"),
        ("candidate.ttft_ms", "fast", "a number from 0 is expected, not \"fast\""), ("candidate.confidence", 1.2, "from 0 to 1"),
    ]

    @Test("a bad value names its field and what would be right")
    func badValues() throws {
        for (field, value, message) in RecordedPairsFaultTests.badValues {
            let faults = try store.faults(of: [line(field.split(separator: ".").map(String.init), value)])
            #expect(faults.map(\.field) == [field])
            #expect(faults.first?.message.contains(message) == true, "\(faults)")
        }
    }

    @Test("required keys are named when they are missing")
    func missing() throws {
        for key in ["id", "called_at", "request", "production", "candidate"] {
            let faults = try store.faults(of: [line([key], nil)])
            #expect(faults == [LineFault(line: 1, field: key, message: "this key is required")])
        }
    }

    @Test("an unknown key names the nearest known one")
    func unknownKey() throws {
        let faults = try store.faults(of: [line(["sgement"], "mobile"), line(["candidate", "duration"], 3), line(["colour"], "red")])
        #expect(faults.map(\.field) == ["sgement", "candidate.duration", "colour"])
        #expect(faults[0].message.contains("do you mean segment?"))
        #expect(faults[2].message.contains("the keys are id, called_at"))
    }

    @Test("contradictions within a line are faults")
    func contradictions() throws {
        let both = RecordedLines.pair("a") {
            $0["label"] = "lost_card"
            $0["correct"] = "both"
        }
        let control = RecordedLines.pair("b") {
            $0["control"] = ["output": "lost_card"]
            $0["control_rate"] = 0
        }
        #expect(try store.faults(of: [both, control]).map { "\($0.line) \($0.field)" } == ["1 correct", "2 control_rate"])
        let twice = Array(#"{"id":"a","id":"b","called_at":"2026-11-16T08:00:00Z"}"#.utf8)
        #expect(try store.faults(of: twice).first == LineFault(line: 1, field: "id", message: "this key stands there twice"))
    }

    @Test("what is no JSON object is told with its line, blank lines counted")
    func noJSON() throws {
        let bytes = Array("\n{\"id\":\n[1]\n".utf8) + [0xFF, 0x0A]
        let faults = try store.faults(of: bytes)
        #expect(faults.map(\.line) == [2, 3, 4] && faults.allSatisfy { $0.field.isEmpty })
    }

    @Test("all faults of a file are gathered, the first twenty shown, and nothing is kept")
    func manyFaults() throws {
        let lines =
            (0..<30).map { number in RecordedLines.pair("\(number)") { $0["turn"] = number % 2 == 0 ? 0 : 1 } }
            + (0..<10).map { number in RecordedLines.pair("more \(number)") { $0["turn"] = 0 } }
        do {
            try store.take(lines)
            Issue.record("the file was taken")
        } catch let error as RecordedPairsError {
            #expect(error.faults.count == 25)
            let shown = error.description.split(separator: "\n")
            #expect(shown.count == 22 && shown[0].hasPrefix("pairs.jsonl: line 1: turn: "))
            #expect(shown[20].contains("5 faults more"))
        }
        #expect(try store.count("trial") == 0 && store.count("pair") == 0 && store.count("import_key") == 0)

        let outcome = try store.take(lines, skipBad: true)
        #expect(outcome.stored == 15 && outcome.faults.count == 25)
    }

    @Test("null says the same as leaving a key out")
    func null() throws {
        let line = RecordedLines.pair("a") {
            $0["segment"] = .null
            $0["control"] = .null
            $0["label"] = .null
            $0["candidate"] = ["output": .null, "ttft_ms": .null, "tool_calls": [["name": "look", "arguments": ["q": 1]]]]
        }
        #expect(try store.faults(of: [line]).isEmpty)
        let candidate = try #require(try store.waiting("a")).pair.candidate
        #expect(candidate.output == nil && candidate.toolCalls.map(\.arguments) == [#"{"q":1}"#] && candidate.status == 200)
    }

    @Test("a settings file that the store refuses keeps nothing")
    func refusedSettings() throws {
        let settings = try labelSettings { $0.trial.timezone = "Mars/Base" }
        #expect(throws: StorageError.self) { try store.take([RecordedLines.pair("a")], settings: settings) }
        #expect(try store.count("pair") == 0)
    }
}
