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
        guard !symbols.isEmpty, !others.isEmpty else { return 0 }
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
        sort(&keys, bits: bits * order)
        var matches = [Int](repeating: 0, count: order)
        // The places of either text before the running group of each n, and up to here.
        var textStarts = InlineArray<7, Int>(repeating: 0)
        var referenceStarts = InlineArray<7, Int>(repeating: 0)
        var textCount = 0
        var referenceCount = 0
        for index in keys.indices {
            if keys[index] & 1 == 0 { textCount += 1 } else { referenceCount += 1 }
            let gram = keys[index] &>> 1
            // The number of symbols that the next place begins with alike.
            var shared = 0
            if index + 1 < keys.count {
                let differing = Key.bitWidth - (gram ^ (keys[index + 1] &>> 1)).leadingZeroBitCount
                shared = order - (differing + bits - 1) / bits
            }
            // Behind a text's end stand zeros, which are no n-gram.
            let length = order - gram.trailingZeroBitCount / bits
            var n = shared + 1
            while n <= order {
                if n <= length { matches[n - 1] += min(textCount - textStarts[n], referenceCount - referenceStarts[n]) }
                textStarts[n] = textCount
                referenceStarts[n] = referenceCount
                n += 1
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
            gram = (gram &<< Key(bits)) & mask | (index < symbols.count ? Key(symbols[index]) : 0)
            if index >= order - 1 { keys.append(gram &<< 1 | side) }
        }
    }

    /// By all but the lowest bit, least significant digit first, in as few passes as ten bits each allow.
    private static func sort<Key: FixedWidthInteger & UnsignedInteger>(_ keys: inout [Key], bits: Int) {
        let passes = (bits + 9) / 10
        let width = (bits + passes - 1) / passes
        let mask = 1 << width - 1
        var sorted = keys
        var starts = [Int](repeating: 0, count: mask + 2)
        for pass in 0..<passes {
            let shift = Key(1 + pass * width)
            for index in starts.indices { starts[index] = 0 }
            for key in keys { starts[Int(truncatingIfNeeded: key &>> shift) & mask + 1] += 1 }
            for digit in 1...mask { starts[digit] += starts[digit - 1] }
            for key in keys {
                let digit = Int(truncatingIfNeeded: key &>> shift) & mask
                sorted[starts[digit]] = key
                starts[digit] += 1
            }
            swap(&keys, &sorted)
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
