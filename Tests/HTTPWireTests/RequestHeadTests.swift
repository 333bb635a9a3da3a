import HTTPWire
import Testing

@Suite struct RequestHeadTests {
    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false), ("HTTP/1.1", "Connection: x, Close\r\n", false),
        ("HTTP/1.1", "Connection: x\r\nConnection: close\r\n", false), ("HTTP/1.1", "Connection: keep-alive\r\n", true),
        ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true), ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func knowsWhetherTheConnectionIsKept(_ version: String, _ lines: String, _ kept: Bool) throws {
        #expect(try head("GET / \(version)\r\nHost: h\r\n\(lines)\r\n").keepsAlive == kept)
    }

    @Test(arguments: [
        ("HTTP/1.1", "Expect: 100-Continue\r\nContent-Length: 1\r\n", true), ("HTTP/1.1", "Expect: 100-continue\r\n", false),
        ("HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n", false), ("HTTP/1.1", "Expect: x\r\nContent-Length: 1\r\n", false),
        ("HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", false),
        ("HTTP/1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", true),
    ])
    func knowsWhetherTheClientWaitsForContinue(_ version: String, _ lines: String, _ expects: Bool) throws {
        #expect(try head("PUT / \(version)\r\nHost: h\r\n\(lines)\r\n").expectsContinue == expects)
    }

    @Test(arguments: [
        ("/a?b", "/a?b"), ("http://h/a%2f?b", "/a%2f?b"), ("http://h", "/"), ("https://h?x", "/?x"), ("/http://h/x", "/http://h/x"),
        ("//two//slashes", "//two//slashes"),
    ])
    func givesPathAndQueryAsWritten(_ target: String, _ originForm: String) throws {
        let head = try head("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(head.targetText == target)
        #expect(String(decoding: head.originForm, as: UTF8.self) == originForm)
    }
}
