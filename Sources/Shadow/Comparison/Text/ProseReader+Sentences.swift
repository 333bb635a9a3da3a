extension ProseReader {
    /// Words whose full stop ends no sentence.
    private static let abbreviations = WordSet(
        "dr mr mrs ms prof st no vs etc e.g i.e eg ie inc ltd co jr sr fig approx est nr bzw ca evtl ggf usw dhr mevr sra sres art núm")

    /// Whether the sign at an index ends a sentence.
    func isTerminator(_ index: Int, _ end: Int) -> Bool {
        switch scalars[index] {
        case "。", "！", "？", "।", "۔", "؟", "…": return true
        case ".", "!", "?":
            let next = index + 1
            guard next == end || scalars[next].isBlank || "\"”»)*'’".unicodeScalars.contains(scalars[next]) else { return false }
            return scalars[index] != "." || isFullStop(index, end)
        default: return false
        }
    }

    private func isFullStop(_ index: Int, _ end: Int) -> Bool {
        guard let last = tokens.dropLast().last, last.range.upperBound == index else { return true }
        var next = index + 1
        while next < end, !scalars[next].isLetter, !scalars[next].isDigit { next += 1 }
        switch last.kind {
        // An ordinal: 3. März, 2. kolo.
        case .number: return last.range.count > 2 || next == end || !scalars[next].isLetter || scalars[next].isUpper && !isMonth(next, end)
        case .word: return (last.range.count > 1 || scalars[last.range.lowerBound].isUnspaced) && !Self.abbreviations.contains(last.hash)
        default: return true
        }
    }

    private func isMonth(_ start: Int, _ end: Int) -> Bool {
        var hash = WordHash()
        var index = start
        while index < end, scalars[index].isLetter {
            hash.add(scalars[index].lower)
            index += 1
        }
        return MonthNames.numbers[hash.value] != nil
    }

    // MARK: Links

    /// The end of an address on the web or of mail that begins at an index.
    func link(_ start: Int, _ end: Int) -> Int? {
        guard begins(start, end, "http://") || begins(start, end, "https://") || begins(start, end, "www.") else {
            return mailAddress(start, end)
        }
        var stop = start
        var open = 0
        while stop < end, !scalars[stop].isBlank, !"<>\"“”`|，。、）」".unicodeScalars.contains(scalars[stop]) {
            if scalars[stop] == "(" { open += 1 }
            if scalars[stop] == ")" {
                if open == 0 { break }
                open -= 1
            }
            stop += 1
        }
        // What follows a link in a sentence is none of it.
        while stop > start, ".,;:!?*'_]".unicodeScalars.contains(scalars[stop - 1]) { stop -= 1 }
        return stop
    }

    private func begins(_ start: Int, _ end: Int, _ prefix: String) -> Bool {
        guard start + prefix.utf8.count < end, scalars[start].lower == "h" || scalars[start].lower == "w" else { return false }
        var index = start
        for scalar in prefix.unicodeScalars {
            if scalars[index].lower != scalar { return false }
            index += 1
        }
        return true
    }

    /// `name@host.tld`; names have at most 64 characters.
    private func mailAddress(_ start: Int, _ end: Int) -> Int? {
        var at = start
        while at < end, at - start <= 64, isMailScalar(scalars[at]) { at += 1 }
        guard at > start, at < end, scalars[at] == "@" else { return nil }
        var stop = at + 1
        var hasDot = false
        while stop < end, stop - at <= 255, isMailScalar(scalars[stop]) {
            if scalars[stop] == "." { hasDot = true }
            stop += 1
        }
        while stop > at, ".-_+".unicodeScalars.contains(scalars[stop - 1]) { stop -= 1 }
        return hasDot && stop > at + 3 ? stop : nil
    }

    private func isMailScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", "+", "%": true
        default: false
        }
    }
}
