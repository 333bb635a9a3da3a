import Configuration
import JSON
import Records
import Testing
import Traffic

/// A file of recorded calls that is in memory.
func callFile(_ text: String, _ asking: AskedModels = .candidate, as kind: ComparisonKind = .label) -> CallFile {
    CallFile(Array(text.utf8), name: "calls.jsonl", asking: asking, comparedAs: kind)
}

/// The only call of a file without faults.
func onlyCall(_ text: String, _ asking: AskedModels = .candidate) throws -> RecordedCall {
    let file = callFile(text, asking)
    #expect(file.faults == [])
    try #require(file.entries.count == 1)
    return file.call(file.entries[0])
}

@Suite struct `Files of recorded calls` {
    static let own =
        #"{"id":"a","called_at":"2026-11-16T08:00:00Z","segment":"mail","request":{"messages":[{"role":"user","content":"Hi"}]},"#
        + #""production":{"output":"greeting","duration_ms":812.5,"input_tokens":5,"output_tokens":1},"label":"greeting"}"#

    @Test func `a line of recorded pairs is a call, with or without its candidate`() throws {
        let call = try onlyCall(Self.own)
        #expect(call.id == "a")
        #expect(call.calledAt == Timestamp("2026-11-16T08:00:00Z"))
        #expect(call.segment == "mail")
        #expect(call.production?.output == "greeting")
        #expect(call.production?.durationMs == 812.5)
        #expect(call.label == "greeting")
        let withCandidate = Self.own.dropLast() + #","candidate":{"output":"farewell"}}"#
        #expect(try onlyCall(String(withCandidate)) == call)
    }

    @Test func `an evaluation set needs neither an answer nor a time when both are asked`() throws {
        let text =
            #"{"id":"a","request":{"messages":[{"role":"user","content":"Hi"}]},"label":"x","label_by":"person","failure_mode":"style"}"#
        let call = try onlyCall(text, .both)
        #expect(call.calledAt == nil)
        #expect(call.production == nil)
        #expect(call.label == "x")
        #expect(Set(callFile(text).faults.map(\.field)) == ["called_at", "production"])
    }

    @Test(arguments: [
        (#"{"id":1}"#, ""),
        ("nonsense", ""),
        ("[", ""),
        (#"{"id":"a","called_at":"yesterday","request":{"messages":[{"role":"user"}]},"production":{"output":""}}"#, "called_at"),
        (#"{"id":"a","called_at":"2026-11-16T08:00:00Z","request":{"messages":[]},"production":{"output":""}}"#, "request.messages"),
        (#"{"id":"a","called_at":"2026-11-16T08:00:00Z","request":{"messages":["x"]},"production":{"output":""}}"#, "request.messages[0]"),
        (
            #"{"id":"a","called_at":"2026-11-16T08:00:00Z","request":{"messages":[{"role":"user","content":"x"}],"previous_response_id":"r"},"production":{"output":""}}"#,
            "request.previous_response_id"
        ),
        (
            #"{"id":"a","called_at":"2026-11-16T08:00:00Z","request":{"messages":[{"role":"user"}]},"production":{"output":""},"correct":"both"}"#,
            "correct"
        ),
        (
            #"{"id":"a","called_at":"2026-11-16T08:00:00Z","request":{"messages":[{"role":"user"}]},"production":{"output":""},"lable":"x"}"#,
            "lable"
        ),
        (
            #"{"id":"a","called_at":"2026-11-16T08:00:00Z","request":{"messages":[{"role":"user"}]},"production":{"output":""},"label":3}"#,
            "label"
        ),
        (#"{"id":"x","request":{"messages":[{"role":"user","content":"x"}]},"response":"hi"}"#, "called_at"),
        (#"{"id":"x","request":"not json","response":"hi","timestamp":1}"#, "request"),
        (#"{"id":"x","timestamp":1,"request":{"messages":[{"role":"user","content":"x"}]},"response":{"strange":1}}"#, "response"),
        (#"{"custom_id":"c","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}]}}"#, "custom_id"),
        (#"{"id":"l","call_type":"acompletion","startTime":1763280000.5,"endTime":1763280001,"messages":{},"response":{}}"#, "messages"),
        (#"{"id":"o","type":"GENERATION","startTime":"2026-11-16T08:00:00Z","input":3,"output":"x"}"#, "input"),
        (#"{"id":"o","type":"GENERATION","startTime":"2026-11-16T08:00:00Z","input":"x","output":""}"#, "output"),
    ])
    func `a fault is named with its line and field`(_ text: String, _ field: String) {
        let file = callFile("\n\n" + text)
        #expect(file.entries == [])
        #expect(file.faults.map(\.field) == [field])
        #expect(file.faults.first?.line == 3)
    }

    @Test func `a list and the page of an API hold records as lines do`() throws {
        let second = Self.own.replacing(#""id":"a""#, with: #""id":"b""#)
        for text in ["\(Self.own)\n\(second)\n", "[\(Self.own),\n \(second)]", "{\"data\":[\(Self.own),\n\(second)],\"meta\":{}}"] {
            let file = callFile(text)
            #expect(file.faults == [])
            #expect(file.entries.map(\.id) == ["a", "b"])
            #expect(file.entries.map(\.line) == [1, 2])
        }
        let pretty = "{\n  \"data\": [\n    \(Self.own),\n    \(second)\n  ]\n}\n"
        #expect(callFile(pretty).entries.map(\.line) == [3, 4])
        #expect(callFile(pretty).entries.map(\.id) == ["a", "b"])
    }

    @Test func `brackets and quotes within texts do not divide a list`() throws {
        let tricky = Self.own.replacing(#""content":"Hi""#, with: #""content":"]},{[\"\\""#)
        let file = callFile("[\(tricky),\(Self.own.replacing(#""id":"a""#, with: #""id":"b""#))]")
        #expect(file.entries.map(\.id) == ["a", "b"])
        #expect(file.call(file.entries[0]).request.at("/messages/0/content")?.stringValue == #"]},{["\"#)
    }

    @Test func `the same id is asked once, and at one time`() {
        let file = callFile(Self.own + "\n" + Self.own + "\n")
        #expect(file.entries.count == 1)
        #expect(file.repeated == 1)
        let other = Self.own.replacing("08:00:00Z", with: "09:00:00Z")
        #expect(
            callFile(Self.own + "\n" + other).faults == [
                LineFault(line: 2, field: "id", message: "this id stood in the file before, with another time")
            ])
    }

    @Test(arguments: [
        "", "{", "[", "[[[[", "{\"data\":", "\u{FEFF}", "[\"\\", "[{},", "[1, 2", "{\"custom_id\":\"x\"", "null\nnull", "[null]",
    ])
    func `hostile text is at fault and nothing else`(_ text: String) {
        let file = callFile(text)
        #expect(file.entries == [])
        #expect(text.isEmpty || text == "\u{FEFF}" || !file.faults.isEmpty)
    }

    @Test func `every cut of good files is good or at fault`() {
        for whole in [Self.own + "\n" + Self.own, "[\(Self.own)]", "{\"data\":[\(Self.own)]}"] {
            for count in 0..<whole.utf8.count {
                let file = CallFile(Array(whole.utf8.prefix(count)), name: "x", asking: .candidate, comparedAs: .label)
                for entry in file.entries { #expect(file.call(entry).id == "a") }
            }
        }
    }
}
