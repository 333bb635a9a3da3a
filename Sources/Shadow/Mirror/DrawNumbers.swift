internal import Traffic

/// The numbers that decide about one call, all from the installation's key and the call's own id: nobody without the key
/// can choose to be drawn, and no decision leans on another.
struct DrawNumbers {
    private let hash: KeyedHash
    private let id: Identifier

    /// What a number is drawn for; the raw value goes into the hash.
    private enum Purpose: UInt8 {
        case sampling, control, adjudication, evidence
    }

    init(key hash: KeyedHash, id: Identifier) {
        self.hash = hash
        self.id = id
    }

    /// 0 ..< 1: a trial that draws single calls takes the call when this is below its rate.
    var sampling: Double { fraction(.sampling) }
    /// 0 ..< 1: production is asked again when this is below the control share.
    var control: Double { fraction(.control) }
    /// 0 ..< 1: a disagreement here is judged when this is below the trial's share.
    var adjudication: Double { fraction(.adjudication) }
    /// The call's place in the order that picks one pair of a conversation and day for the evidence.
    var evidenceOrder: UInt64 { hash.hash(TaggedIdentifier(id: id, tag: Purpose.evidence.rawValue)) }

    private func fraction(_ purpose: Purpose) -> Double { hash.fraction(TaggedIdentifier(id: id, tag: purpose.rawValue)) }
}

/// An id's 16 bytes and a tag after them, without an allocation.
private struct TaggedIdentifier: RandomAccessCollection {
    let id: Identifier
    let tag: UInt8

    var startIndex: Int { 0 }
    var endIndex: Int { 17 }

    subscript(position: Int) -> UInt8 {
        switch position {
        case 0..<8: UInt8(truncatingIfNeeded: id.high >> UInt64(56 - 8 * position))
        case 8..<16: UInt8(truncatingIfNeeded: id.low >> UInt64(120 - 8 * position))
        default: tag
        }
    }
}

/// Makes the ids of one loop's calls. Seeded from the system once, since a system call for each id would cost more than the
/// hash that is made of it (xoshiro256++ 1.0, Blackman and Vigna 2019, prng.di.unimi.it).
struct IdentifierSource {
    private var s0, s1, s2, s3: UInt64

    /// Seeds from the system's random source.
    init() {
        var system = SystemRandomNumberGenerator()
        (s0, s1, s2, s3) = (system.next(), system.next(), system.next(), system.next() | 1)
    }

    /// A new id of that moment.
    mutating func next(at moment: Timestamp) -> Identifier { Identifier(at: moment, random: (word(), word())) }

    private mutating func word() -> UInt64 {
        let sum = s0 &+ s3
        let result = (sum << 23 | sum >> 41) &+ s0
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = s3 << 45 | s3 >> 19
        return result
    }
}
