public import JSON

/// What a terminal may be told beside the text itself.
public struct TerminalStyle: Sendable, Hashable {
    /// Marks what differs, and titles.
    public var colours: Bool
    /// Puts the right column where it belongs whatever the terminal thinks of the width of what stands left of it.
    public var positions: Bool

    /// Takes both as they are.
    public init(colours: Bool, positions: Bool) {
        self.colours = colours
        self.positions = positions
    }

    /// Nothing but text.
    public static let plain = TerminalStyle(colours: false, positions: false)

    /// A title.
    public func bold(_ text: String) -> String { colours && !text.isEmpty ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    /// What stands beside.
    public func dim(_ text: String) -> String { colours && !text.isEmpty ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    /// What differs.
    func marked(_ text: String) -> String { colours && !text.isEmpty ? "\u{1B}[7m\(text)\u{1B}[0m" : text }
    /// Moves to a column, from 1.
    func column(_ number: Int) -> String { positions ? "\u{1B}[\(number)G" : "" }
}

/// What a terminal shows of foreign texts, for programs that lay out a screen themselves.
public enum TerminalLayout {
    /// A name or a label on one line, cut where it is long, with nothing in it that a terminal obeys.
    public static func name(_ text: String) -> String { TerminalText.line(text, limit: 80) }

    /// How many columns a text takes.
    public static func columns(_ text: String) -> Int { TextLayout.columns(text) }

    /// A text in lines of at most `width` columns.
    public static func wrapped(_ text: String, width: Int) -> [String] { TerminalText.lines(text, limit: .max, width: width) }

    /// JSON as text that a terminal does not obey either: what it might is escaped, which says the same.
    public static func json(_ value: JSONValue) -> String {
        let text = value.serialisedString()
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard isObeyed(scalar) else {
                safe.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            safe.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
        }
        return String(safe)
    }

    /// The controls beyond ASCII, and what turns the direction of a text. Those of ASCII are escaped in any JSON.
    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
