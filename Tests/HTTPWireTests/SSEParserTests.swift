import HTTPWire
import Testing

@Suite struct SSEParserTests {
    private func events(_ pieces: [ArraySlice<UInt8>]) -> [SSEEvent] {
        var parser = SSEParser()
        return pieces.flatMap { parser.feed(Array($0)) }
    }

    private func events(_ text: String) -> [SSEEvent] { events([Array(text.utf8)[...]]) }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func readsEventsWithAnyLineEnd(_ end: String) {
        let text = [": comment", "event: delta", "id: 7", "data: {\"a\":", "data:  1}", "", "data: [DONE]", "retry: 5", "", "data: cut"]
            .joined(separator: end)
        #expect(
            events(text) == [SSEEvent(event: "delta", data: "{\"a\":\n 1}", id: "7"), SSEEvent(event: "message", data: "[DONE]", id: "7")])
    }

    @Test(arguments: [
        "\u{FEFF}data: \u{20AC}\u{1F600}\r\n\r\ndata: b\n\ndata: c\r\rid: 1\r\ndata\r\n\r\n",
        "data: x\r\n\n\rdata: y\r\n\r\n\r\nevent: e\ndata: z\n\n",
    ])
    func findsTheSameHoweverTheInputIsCut(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = events(text)
        for cut in bytes.indices {
            #expect(events([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
        #expect(events(bytes.indices.map { bytes[$0...$0] }) == whole, "byte by byte")
        #expect(whole.count >= 3)
    }

    @Test func followsTheStandardsExamples() {
        #expect(events("data: YHOO\ndata: +2\ndata: 10\n\n") == [SSEEvent(data: "YHOO\n+2\n10")])
        #expect(events("data\n\ndata\ndata\n\ndata:") == [SSEEvent(data: ""), SSEEvent(data: "\n")])
        #expect(events("data:test\n\ndata: test\n\n") == [SSEEvent(data: "test"), SSEEvent(data: "test")])
        #expect(events("event: ping\n\ndata: x\n\n") == [SSEEvent(data: "x")], "an event without data is none, and its type is forgotten")
        #expect(events("id: a\u{0}b\ndata: x\n\nid\ndata: y\n\n") == [SSEEvent(data: "x"), SSEEvent(data: "y", id: "")])
        #expect(events("Data: x\n data: y\nunknown\n\n").isEmpty)
    }

    @Test func replacesBytesThatAreNoText() {
        #expect(events([Array("data: a".utf8)[...], [0xFF, 0x0A, 0x0A]]) == [SSEEvent(data: "a\u{FFFD}")])
    }

    @Test func knowsWhetherTheStreamWasCutOff() {
        var parser = SSEParser()
        #expect(parser.feed(Array("data: x\n\n".utf8)).count == 1)
        #expect(!parser.hasIncompleteEvent)
        #expect(parser.feed(Array("data: y\n".utf8)).isEmpty)
        #expect(parser.hasIncompleteEvent)
        #expect(parser.feed(Array("\nda".utf8)).count == 1)
        #expect(parser.hasIncompleteEvent)
    }
}
