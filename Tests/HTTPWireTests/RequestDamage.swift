/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Requests to damage, and the damage.
enum RequestDamage {
    static let corpus = [
        "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: host:8080\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nhello world",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nc\r\n, and more..\r\n0\r\nTrailer: t\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nhost:h\r\nConnection: close, x\r\n\r\nGET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: h\r\nX-Long:  a b\t c  \r\nX-Empty:\r\n\r\nPUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /c HTTP/1.1\r\nHost: h\r\n\r\n",
        "DELETE /x;y=z?q HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\nPATCH /z HTTP/1.1\r\nHost: [::1]:80\r\nConnection: Keep-Alive, Upgrade\r\nUpgrade: h2c\r\n\r\n",
        "POST /t HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n00A ; q=\"x y\"\r\n0123456789\r\n1\r\nz\r\n000\r\nX: 1\r\nY: 2\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: \r\nCookie: a=\u{e4}\r\n\r\n",
    ]

    private static let fragments = [
        "\r\n", "\n", "\r", "\u{0}", " ", "\t", ":", "Content-Length: 3\r\n", "Content-Length: +3\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Host: x\r\n", "0\r\n\r\n", "ffff", ";", ",", "\r\n ", "Connection: close\r\n", "X : 1\r\n",
        "\u{b}", "\"",
    ]

    static func damaged(_ text: String, _ generator: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: fragments.randomElement(using: &generator)!.utf8, at: place)
            case 3: insertAtLine(fragments.randomElement(using: &generator)!, into: &bytes, near: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &generator)))
            }
        }
        return bytes
    }

    /// Headers that say one thing twice only matter on lines of their own.
    private static func insertAtLine(_ text: String, into bytes: inout [UInt8], near place: Int) {
        guard let lineFeed = bytes[place...].firstIndex(of: 0x0A) else { return }
        bytes.insert(contentsOf: text.utf8, at: lineFeed + 1)
    }
}
