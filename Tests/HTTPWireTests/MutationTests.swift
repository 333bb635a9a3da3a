import HTTPWire
import Testing

/// Damaged requests, always the same ones: none may crash the parser, and none may be read differently when it comes in other pieces.
@Suite struct MutationTests {
    /// Status only: a damaged line may be refused for another of its faults when it comes in pieces.
    private func withoutMessages(_ found: [Found]) -> [Found] {
        found.map { if case .rejected(let status, _) = $0 { .rejected(status, "") } else { $0 } }
    }

    @Test(arguments: 1...8) func damagedRequestsAreReadTheSameInAnyPieces(_ seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var rejected = 0
        for round in 0..<300 {
            let bytes = RequestDamage.damaged(RequestDamage.corpus[round % RequestDamage.corpus.count], &generator)
            let whole = withoutMessages(read([bytes[...]], maxHeadBytes: 120))
            if case .rejected = whole.last { rejected += 1 }
            #expect(withoutMessages(read(bytes.indices.map { bytes[$0...$0] }, maxHeadBytes: 120)) == whole, "\(bytes)")
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            #expect(withoutMessages(read([bytes[..<cut], bytes[cut...]], maxHeadBytes: 120)) == whole, "cut at \(cut): \(bytes)")
        }
        #expect((100..<300).contains(rejected), "the damage is neither harmless nor always fatal")
    }
}
