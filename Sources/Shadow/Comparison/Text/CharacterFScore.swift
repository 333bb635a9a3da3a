/// chrF, the character n-gram F-score of Popović (2015), as sacreBLEU computes it: n = 1…6, β = 2, over characters without
/// white space; precision and recall are averaged over the orders that both texts have n-grams of.
enum CharacterFScore {
    private static let order = 6
    private static let beta = 2.0

    /// How much of a reference text another one has, 0…1.
    static func score(_ text: [Unicode.Scalar], reference: [Unicode.Scalar]) -> Double {
        var alphabet = Alphabet(capacity: text.count + reference.count)
        let symbols = alphabet.symbols(text)
        let others = alphabet.symbols(reference)
        let bits = Int.bitWidth - alphabet.count.leadingZeroBitCount
        let matches =
            bits * order < UInt64.bitWidth
            ? matches(symbols, others, bits, as: UInt64.self) : matches(symbols, others, bits, as: UInt128.self)
        var precision = 0.0
        var recall = 0.0
        var orders = 0.0
        for n in 1...order where symbols.count >= n && others.count >= n {
            precision += Double(matches[n - 1]) / Double(symbols.count - n + 1)
            recall += Double(matches[n - 1]) / Double(others.count - n + 1)
            orders += 1
        }
        guard precision + recall > 0 else { return 0 }
        (precision, recall) = (precision / orders, recall / orders)
        return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall)
    }

    /// How many n-grams the texts share, for each n. Every place's six symbols make one number, with the text it stands in as
    /// the lowest bit; in their order all n-grams of every n stand together, so that one sort serves all six.
    private static func matches<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
        _ text: [UInt32], _ reference: [UInt32], _ bits: Int, as: Key.Type
    ) -> [Int] {
        var keys: [Key] = []
        keys.reserveCapacity(text.count + reference.count)
        appendKeys(text, 0, bits, to: &keys)
        appendKeys(reference, 1, bits, to: &keys)
        sort(&keys, bits: bits * order + 1)
        var matches = [Int](repeating: 0, count: order)
        // For each n the places of the running group, of either text.
        var counts = [Int](repeating: 0, count: order * 2)
        for index in keys.indices {
            let key = keys[index]
            let side = Int(truncatingIfNeeded: key & 1)
            let next = index + 1 < keys.count ? keys[index + 1] : ~key
            let gram = key >> 1
            // The number of symbols that the next place begins with alike.
            let differing = Key.bitWidth - (gram ^ (next >> 1)).leadingZeroBitCount
            let shared = index + 1 < keys.count ? order - (differing + bits - 1) / bits : 0
            for n in 1...order {
                // Behind a text's end stand zeros, which are no n-gram.
                if (gram >> Key((order - n) * bits)) & ((1 << Key(bits)) - 1) == 0 { break }
                counts[(n - 1) * 2 + side] += 1
                if n > shared {
                    matches[n - 1] += min(counts[n * 2 - 2], counts[n * 2 - 1])
                    counts[n * 2 - 2] = 0
                    counts[n * 2 - 1] = 0
                }
            }
        }
        return matches
    }

    private static func appendKeys<Key: FixedWidthInteger & UnsignedInteger>(
        _ symbols: [UInt32], _ side: Key, _ bits: Int, to keys: inout [Key]
    ) {
        let mask: Key = (1 << Key(bits * order)) - 1
        var gram: Key = 0
        for index in 0..<(symbols.count + order - 1) {
            gram = (gram << Key(bits)) & mask | (index < symbols.count ? Key(symbols[index]) : 0)
            if index >= order - 1 { keys.append(gram << 1 | side) }
        }
    }

    /// Least significant digit first, ten bits at a time.
    private static func sort<Key: FixedWidthInteger & UnsignedInteger>(_ keys: inout [Key], bits: Int) {
        let radix = 1024
        var sorted = keys
        var starts = [Int](repeating: 0, count: radix + 1)
        var shift = 0
        while shift < bits {
            for index in starts.indices { starts[index] = 0 }
            for key in keys { starts[Int(truncatingIfNeeded: key >> Key(shift)) & (radix - 1) + 1] += 1 }
            for digit in 1...radix { starts[digit] += starts[digit - 1] }
            for key in keys {
                let digit = Int(truncatingIfNeeded: key >> Key(shift)) & (radix - 1)
                sorted[starts[digit]] = key
                starts[digit] += 1
            }
            swap(&keys, &sorted)
            shift += 10
        }
    }
}

/// Numbers scalars from 1 in the order of their coming.
private struct Alphabet {
    private(set) var count = 0
    private var scalars: [UInt32]
    private var numbers: [UInt32]
    private let mask: Int

    init(capacity: Int) {
        // Half empty at least, so that a free place is near.
        let size = 1 << (Int.bitWidth - max(capacity, 64).leadingZeroBitCount + 1)
        scalars = [UInt32](repeating: 0, count: size)
        numbers = [UInt32](repeating: 0, count: size)
        mask = size - 1
    }

    mutating func symbols(_ text: [Unicode.Scalar]) -> [UInt32] {
        var symbols: [UInt32] = []
        symbols.reserveCapacity(text.count)
        for scalar in text where !scalar.isBlank { symbols.append(number(scalar.value)) }
        return symbols
    }

    private mutating func number(_ scalar: UInt32) -> UInt32 {
        var place = Int(truncatingIfNeeded: scalar &* 0x9E37_79B1) & mask
        while numbers[place] != 0 {
            if scalars[place] == scalar { return numbers[place] }
            place = (place + 1) & mask
        }
        count += 1
        scalars[place] = scalar
        numbers[place] = UInt32(count)
        return UInt32(count)
    }
}
