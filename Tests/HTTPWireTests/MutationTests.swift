import HTTPWire
import Testing

/// Damaged requests, always the same ones: none may crash the parser, and none may be read differently when it comes in other pieces.
@Suite struct MutationTests {
    /// SplitMix64 (Steele, Lea, Flood 2014): the same numbers in each run.
    private struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let seeds = [
        "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: host:8080\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nhello world",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nb\r\n, and more..\r\n0\r\nTrailer: t\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nhost:h\r\nConnection: close, x\r\n\r\nGET http://a/b HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    ]
    private static let fragments = [
        "\r\n", "\n", "\r", "\u{0}", " ", "\t", ":", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: x\r\n", "0\r\n\r\n",
        "ffff", ";",
    ]

    private func damaged(_ text: String, _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: Self.fragments.randomElement(using: &generator)!.utf8, at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &generator)))
            }
        }
        return bytes
    }

    /// Status only: a damaged line may be refused for another of its faults when it comes in pieces.
    private func withoutMessages(_ found: [Found]) -> [Found] {
        found.map { if case .rejected(let status, _) = $0 { .rejected(status, "") } else { $0 } }
    }

    @Test(arguments: 1...8) func damagedRequestsAreReadTheSameInAnyPieces(_ seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var rejected = 0
        for round in 0..<300 {
            let bytes = damaged(Self.seeds[round % Self.seeds.count], &generator)
            let whole = withoutMessages(read([bytes[...]], maxHeadBytes: 120))
            if case .rejected = whole.last { rejected += 1 }
            #expect(withoutMessages(read(bytes.indices.map { bytes[$0...$0] }, maxHeadBytes: 120)) == whole, "\(bytes)")
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            #expect(withoutMessages(read([bytes[..<cut], bytes[cut...]], maxHeadBytes: 120)) == whole, "cut at \(cut): \(bytes)")
        }
        #expect((100..<300).contains(rejected), "the damage is neither harmless nor always fatal")
    }
}
