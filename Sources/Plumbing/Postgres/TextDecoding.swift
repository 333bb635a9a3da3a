/// PostgreSQL's text forms of the types that Swift's own initialisers do not read, as `DateStyle ISO` and
/// `bytea_output hex` give them.
enum TextDecoding {
    /// `\x` and two digits a byte.
    static func bytes(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count >= 2 && text.count % 2 == 0 && text[0] == UInt8(ascii: "\\") && text[1] == UInt8(ascii: "x") else {
            return nil
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for place in stride(from: 2, to: text.count, by: 2) {
            guard let high = hexDigit(text[place]), let low = hexDigit(text[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// 32 hexadecimal digits with hyphens between.
    static func uuid(_ text: Span<UInt8>) -> (UInt64, UInt64)? {
        guard text.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for place in text.indices where text[place] != UInt8(ascii: "-") {
            guard let digit = hexDigit(text[place]), digits < 32 else { return nil }
            if digits < 16 { halves.0 = halves.0 << 4 | UInt64(digit) } else { halves.1 = halves.1 << 4 | UInt64(digit) }
            digits += 1
        }
        return digits == 32 ? halves : nil
    }

    /// `2026-11-23 19:27:20.123456+00`: the session's time zone is UTC, so only `+00` (or none) can follow.
    static func timestamp(_ text: Span<UInt8>) -> Int64? {
        guard text.count >= 19 && text[4] == UInt8(ascii: "-") && text[10] == UInt8(ascii: " ") else { return nil }
        guard let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
            let hour = number(text, 11, 2), let minute = number(text, 14, 2), let second = number(text, 17, 2)
        else { return nil }
        var rest = 19
        var fraction: Int64 = 0
        if rest < text.count && text[rest] == UInt8(ascii: ".") {
            rest += 1
            var scale: Int64 = 100_000
            while rest < text.count, let digit = number(text, rest, 1) {
                fraction += digit * scale
                scale /= 10
                rest += 1
            }
        }
        let isUTC = rest + 3 == text.count && text[rest] == UInt8(ascii: "+") && number(text, rest + 1, 2) == 0
        guard rest == text.count || isUTC else { return nil }
        let seconds = daysSinceEpoch(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        return seconds * 1_000_000 + fraction
    }

    /// `{a,"b c",NULL}`; nil for more than one dimension.
    static func array(_ text: Span<UInt8>) -> [String?]? {
        guard text.count >= 2 && text[0] == UInt8(ascii: "{") && text[text.count - 1] == UInt8(ascii: "}") else { return nil }
        var elements: [String?] = []
        var place = 1
        let end = text.count - 1
        while place < end {
            var element: [UInt8] = []
            let quoted = text[place] == UInt8(ascii: "\"")
            if quoted { place += 1 }
            while place < end {
                var character = text[place]
                if character == UInt8(ascii: quoted ? "\"" : ",") { break }
                if !quoted && character == UInt8(ascii: "{") { return nil }
                if character == UInt8(ascii: "\\") {
                    place += 1
                    character = text[place]
                }
                element.append(character)
                place += 1
            }
            if quoted { place += 1 }
            let isNull = !quoted && element.elementsEqual("NULL".utf8)
            elements.append(isNull ? nil : String(decoding: element, as: UTF8.self))
            if place < end {
                guard text[place] == UInt8(ascii: ",") else { return nil }
                place += 1
            }
        }
        return elements
    }

    private static func hexDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func number(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for place in start..<start + count {
            let digit = Int64(text[place]) - Int64(UInt8(ascii: "0"))
            guard digit >= 0 && digit <= 9 else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so the leap day comes last, and
    /// 400 years have 146,097 days.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
