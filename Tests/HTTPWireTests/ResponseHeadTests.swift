import HTTPWire
import Testing

@Suite struct ResponseHeadTests {
    private func written(_ head: ResponseHead, _ framing: ResponseFraming, connection: String? = nil) -> String {
        var bytes: [UInt8] = []
        head.serialise(framing: framing, connection: connection, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func addsOnlyTheFraming() {
        let head = ResponseHead(status: 200, headers: [Header("x-A", "1"), Header("Date", "d")])
        #expect(
            written(head, .length(1_234_567_890_123)) == "HTTP/1.1 200 OK\r\nx-A: 1\r\nDate: d\r\nContent-Length: 1234567890123\r\n\r\n")
        #expect(written(head, .chunked) == "HTTP/1.1 200 OK\r\nx-A: 1\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(written(head, .untilClose, connection: "close") == "HTTP/1.1 200 OK\r\nx-A: 1\r\nDate: d\r\nConnection: close\r\n\r\n")
        #expect(written(head, .none) == "HTTP/1.1 200 OK\r\nx-A: 1\r\nDate: d\r\n\r\n")
    }

    @Test func dropsWhatBelongsToAnotherConnection() {
        let head = ResponseHead(
            status: 299, reason: Array("Why not".utf8),
            headers: [
                Header("connection", "keep-alive"), Header("content-length", "007"), Header("KEEP-ALIVE", "5"), Header("a", "b"),
                Header("transfer-ENCODING", "chunked"), Header("Content-Length", "8"),
            ])
        #expect(written(head, .length(0)) == "HTTP/1.1 299 Why not\r\ncontent-length: 0\r\na: b\r\n\r\n")
        #expect(written(head, .chunked) == "HTTP/1.1 299 Why not\r\na: b\r\nTransfer-Encoding: chunked\r\n\r\n")
    }

    @Test func keepsTheReasonByteForByteButNoLineBreak() {
        #expect(written(ResponseHead(status: 404, reason: []), .none) == "HTTP/1.1 404 \r\n\r\n")
        #expect(written(ResponseHead(status: 404, reason: Array("a\r\nb".utf8)), .none) == "HTTP/1.1 404 a  b\r\n\r\n")
        #expect(written(ResponseHead(status: 404), .none) == "HTTP/1.1 404 Not Found\r\n\r\n")
    }

    @Test(arguments: [(1, "1"), (9, "9"), (10, "a"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000"), (0xABCDEF, "abcdef")])
    func writesChunkSizes(_ size: Int, _ text: String) {
        var bytes: [UInt8] = []
        ChunkEncoding.appendSize(size, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text + "\r\n")
    }

    @Test func chunksWrittenAreReadBack() {
        var bytes = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        let parts = [1, 15, 16, 300].map { [UInt8](repeating: UInt8(ascii: "x"), count: $0) }
        for part in parts { ChunkEncoding.append(part.span, to: &bytes) }
        ChunkEncoding.append([UInt8]().span, to: &bytes)
        bytes += ChunkEncoding.last
        #expect(read([bytes[...]]).suffix(2) == [.body(String(repeating: "x", count: 332)), .end])
    }
}
