/// Why bytes are not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Offset of the offending byte, from 0.
    public var offset: Int
    /// Line of that byte, from 1; lines end with LF.
    public var line: Int
    /// Place of that byte in its line, in bytes from 1.
    public var column: Int
    /// What is wrong, as a phrase.
    public var message: String

    /// Takes all parts as they are.
    public init(offset: Int, line: Int, column: Int, message: String) {
        self.offset = offset
        self.line = line
        self.column = column
        self.message = message
    }

    /// Counts lines and columns up to an offset.
    init(_ message: String, at offset: Int, in bytes: Span<UInt8>) {
        var line = 1
        var column = 1
        for index in 0..<min(offset, bytes.count) {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.init(offset: offset, line: line, column: column, message: message)
    }

    /// For example `line 3, column 14: a comma or } should follow the member`.
    public var description: String { "line \(line), column \(column): \(message)" }
}
