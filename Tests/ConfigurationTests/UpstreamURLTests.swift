import Configuration
import Testing

@Suite struct `Upstream URLs` {
    @Test(arguments: [
        ("https://api.openai.com", "https", "api.openai.com", 443, "", "https://api.openai.com"),
        ("HTTP://Host.Example:8000/v1/", "http", "host.example", 8000, "/v1", "http://host.example:8000/v1"),
        ("https://host:443//", "https", "host", 443, "", "https://host"),
        ("http://[::1]:80/a/b", "http", "[::1]", 80, "/a/b", "http://[::1]/a/b"),
        ("http://[fe80::1]", "http", "[fe80::1]", 80, "", "http://[fe80::1]"),
        ("http://10.0.0.1:65535/%20", "http", "10.0.0.1", 65535, "/%20", "http://10.0.0.1:65535/%20"),
    ])
    func `are taken apart`(_ text: String, _ scheme: String, _ host: String, _ port: Int, _ path: String, _ description: String) throws {
        let url = try UpstreamURL(text)
        #expect(url.scheme == scheme)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.path == path)
        #expect(url.description == description)
        #expect(try UpstreamURL(description) == url)
    }

    @Test(arguments: [
        "", "host", "//host", "ftp://h", "http://", "http:///x", "http://h:", "http://h:x", "http://h:99999", "http://h:-1", "http://[::1",
        "http://[]",
        "http://[a]", "http://[::1]x", "http://u@h", "http://h?q", "http://h#f", "http://h /", "http://h\u{7F}", "http://hé",
        "http://h:1:2", "http://h\"",
    ])
    func `that are none are refused`(_ text: String) {
        #expect(throws: UpstreamURL.Refusal.self) { try UpstreamURL(text) }
    }

    @Test(arguments: [
        ("https://api.openai.com", "/v1/chat/completions", "/v1/chat/completions"),
        ("https://api.openai.com/v1", "/v1/chat/completions?x=1", "/v1/chat/completions?x=1"),
        ("https://api.openai.com/v1", "/chat/completions", "/v1/chat/completions"),
        ("https://h/openai/v1", "/v1?x", "/openai/v1?x"),
        ("https://h/v1", "/v10/x", "/v1/v10/x"),
        ("https://h/v1", "/v1", "/v1"),
        ("https://h/v1", "", "/v1"),
        ("https://h", "", ""),
        ("https://h/a", "/v1//b/%2F?é", "/a/v1//b/%2F?é"),
    ])
    func `never say v1 twice`(_ base: String, _ target: String, _ expected: String) throws {
        #expect(try UpstreamURL(base).target(appending: target) == expected)
    }
}
