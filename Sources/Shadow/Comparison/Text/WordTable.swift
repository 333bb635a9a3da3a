/// FNV-1a over scalars: words are known by the hash of their small letters. Two of a text's words meet by chance once in 10¹³
/// texts.
struct WordHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ scalar: Unicode.Scalar) { value = (value ^ UInt64(scalar.value)) &* 0x0000_0100_0000_01B3 }

    /// The hash of a word as it stands in a table.
    static func of(_ word: String) -> UInt64 {
        var hash = WordHash()
        for scalar in word.unicodeScalars { hash.add(scalar.lower) }
        return hash.value
    }
}

/// Values by the hashes of words. A dictionary would hash the hashes again, which takes most of a comparison's time.
struct WordTable<Value: Sendable>: Sendable {
    private var hashes: [UInt64]
    private var places: [Int32]
    private(set) var values: [Value] = []

    init(capacity: Int) {
        // Half empty at least, so that a free place is near.
        let size = 1 << (Int.bitWidth - max(capacity, 8).leadingZeroBitCount + 1)
        hashes = [UInt64](repeating: 0, count: size)
        places = [Int32](repeating: -1, count: size)
    }

    /// A word's value, and its place in the order of their coming.
    subscript(_ hash: UInt64) -> Value? { index(of: hash).map { values[$0] } }

    func index(of hash: UInt64) -> Int? {
        let slot = slot(of: hash)
        return places[slot] < 0 ? nil : Int(places[slot])
    }

    func contains(_ hash: UInt64) -> Bool { places[slot(of: hash)] >= 0 }

    /// Puts a value in, unless the word has one; gives the word's place. The table is not asked to hold more than its capacity.
    @discardableResult
    mutating func insert(_ hash: UInt64, _ value: @autoclosure () -> Value) -> Int {
        let slot = slot(of: hash)
        if places[slot] >= 0 { return Int(places[slot]) }
        hashes[slot] = hash
        places[slot] = Int32(values.count)
        values.append(value())
        return values.count - 1
    }

    mutating func update(_ hash: UInt64, _ change: (inout Value) -> Void) {
        if let index = index(of: hash) { change(&values[index]) }
    }

    private func slot(of hash: UInt64) -> Int {
        let mask = hashes.count - 1
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
        while places[slot] >= 0, hashes[slot] != hash { slot = (slot + 1) & mask }
        return slot
    }
}

extension WordTable where Value == Void {
    /// Words that stand in a string with spaces between them.
    init(_ words: String) {
        let words = words.split(separator: " ")
        self.init(capacity: words.count)
        for word in words { insert(WordHash.of(String(word)), ()) }
    }

    /// The words of an answer.
    init(_ prose: Prose) {
        self.init(capacity: prose.tokens.count)
        for token in prose.tokens where token.kind == .word { insert(token.hash, ()) }
    }
}

extension WordTable {
    init(_ entries: [(word: String, value: Value)]) {
        self.init(capacity: entries.count)
        for entry in entries { insert(WordHash.of(entry.word), entry.value) }
    }
}

typealias WordSet = WordTable<Void>
