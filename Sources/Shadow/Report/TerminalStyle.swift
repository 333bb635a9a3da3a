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

    func bold(_ text: String) -> String { colours && !text.isEmpty ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func dim(_ text: String) -> String { colours && !text.isEmpty ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    func marked(_ text: String) -> String { colours && !text.isEmpty ? "\u{1B}[7m\(text)\u{1B}[0m" : text }
    /// Moves to a column, from 1.
    func column(_ number: Int) -> String { positions ? "\u{1B}[\(number)G" : "" }
}
