internal import JSON

/// JSON in which foreign text stays text, whatever it says and whoever reads it.
///
/// Beside what JSON asks for, these are written as `\u` escapes: `<`, and `[` where a control word may follow, with which chat templates
/// mark turns (`<|im_start|>`, `<s>`, `[INST]`) and which many servers turn into real marks wherever they stand; and every character
/// that cannot be seen (control, format, tag and private ones), in which instructions can hide.
enum QuotedText {
    /// The value on one line. Its recursion is as deep as the value nests, which the parser limits.
    static func of(_ value: JSONValue) -> String {
        var text = ""
        append(value, to: &text)
        return text
    }

    private static func append(_ value: JSONValue, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let truth): text += truth ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): append(quoting: string, to: &text)
        case .array(let elements):
            text += "["
            for (place, element) in elements.enumerated() {
                if place > 0 { text += ", " }
                append(element, to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (place, member) in members.enumerated() {
                if place > 0 { text += ", " }
                append(quoting: member.name, to: &text)
                text += ": "
                append(member.value, to: &text)
            }
            text += "}"
        }
    }

    private static func append(quoting string: String, to text: inout String) {
        text += "\""
        let scalars = string.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "<": append(escaping: scalar, to: &text)
            case "[" where beginsControlWord(scalars[scalars.index(after: index)...]): append(escaping: scalar, to: &text)
            default:
                if isHidden(scalar) { append(escaping: scalar, to: &text) } else { text.unicodeScalars.append(scalar) }
            }
        }
        text += "\""
    }

    /// `INST]`, `/INST]`, `TOOL_CALLS]` and the like.
    private static func beginsControlWord(_ rest: Substring.UnicodeScalarView) -> Bool {
        let word = rest.drop { $0 == "/" }.prefix { ("A"..."Z").contains($0) || $0 == "_" }
        return word.count >= 2
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
        // Variation selectors: unseen marks that can carry bytes.
        default: (0xFE00...0xFE0F).contains(scalar.value) || (0xE0100...0xE01EF).contains(scalar.value)
        }
    }

    /// One or two `\uXXXX`.
    private static func append(escaping scalar: Unicode.Scalar, to text: inout String) {
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
