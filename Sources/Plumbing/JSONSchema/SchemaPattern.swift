internal import CJSONSchema

/// Regular expressions of a schema (ECMA-262) in RE2's spelling.
enum SchemaPattern {
    /// The pattern as RE2 reads it; nil when RE2 cannot take it.
    static func readable(_ pattern: String) -> String? {
        let text = spelled(Array(pattern.unicodeScalars))
        let isTaken = unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe cjsonschema_takes_pattern($0.baseAddress, $0.count) }
        return isTaken ? text : nil
    }

    /// RE2 writes `\u00e9` as `\x{00e9}` and `(?<name>` as `(?P<name>`.
    private static func spelled(_ pattern: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        var index = 0
        while index < pattern.count {
            let rest = pattern[index...]
            if let (code, length) = codePoint(rest) {
                text.append(contentsOf: "\\x{\(String(code, radix: 16))}".unicodeScalars)
                index += length
            } else if rest.first == "\\" {
                text.append(contentsOf: rest.prefix(2))
                index += 2
            } else if rest.starts(with: "(?<".unicodeScalars), rest.count > 3, !["=", "!"].contains(rest[index + 3]) {
                text.append(contentsOf: "(?P<".unicodeScalars)
                index += 3
            } else {
                text.append(pattern[index])
                index += 1
            }
        }
        return String(text)
    }

    /// The code point that a text begins with as `\uXXXX`, as two of these or as `\u{X…}`, and the length of that.
    private static func codePoint(_ text: ArraySlice<Unicode.Scalar>) -> (code: UInt32, length: Int)? {
        guard text.starts(with: "\\u".unicodeScalars) else { return nil }
        let rest = text.dropFirst(2)
        if rest.first == "{" {
            let digits = rest.dropFirst().prefix { $0 != "}" }
            guard digits.count <= 6, let code = hexadecimal(digits), rest.count > digits.count + 1 else { return nil }
            return (code, digits.count + 4)
        }
        guard rest.count >= 4, let unit = hexadecimal(rest.prefix(4)) else { return nil }
        let next = rest.dropFirst(4)
        if (0xD800..<0xDC00).contains(unit), next.starts(with: "\\u".unicodeScalars), next.count >= 6,
            let low = hexadecimal(next.dropFirst(2).prefix(4)), (0xDC00..<0xE000).contains(low)
        {
            return (0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), 12)
        }
        return (unit, 6)
    }

    private static func hexadecimal(_ digits: ArraySlice<Unicode.Scalar>) -> UInt32? {
        guard !digits.isEmpty, digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }
}
