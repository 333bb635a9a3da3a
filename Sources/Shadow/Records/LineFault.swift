/// One thing that is wrong with a line of an imported file, and what would be right.
public struct LineFault: Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    /// The dotted path of the key, e.g. `candidate.duration_ms`; empty for the line as a whole.
    public var field: String
    public var message: String

    public init(line: Int, field: String, message: String) {
        self.line = line
        self.field = field
        self.message = message
    }

    /// For example `line 3: candidate.duration_ms: a number from 0 is expected, not "812"`.
    public var description: String { "line \(line): " + (field.isEmpty ? "" : "\(field): ") + message }
}

/// A fault of a line of recorded pairs.
public typealias RecordedPairsFault = LineFault

/// Why a file was not imported: nothing of it was kept.
public struct FaultyFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Faults that `description` names; the others are counted.
    public static let shown = 20

    /// The file as it was named.
    public var file: String
    /// Never empty, in the order of the lines.
    public var faults: [LineFault]

    public init(file: String, faults: [LineFault]) {
        self.file = file
        self.faults = faults
    }

    /// A line for each of the first faults.
    public var description: String {
        var lines = faults.prefix(FaultyFileError.shown).map { "\(file): \($0)" }
        if faults.count > FaultyFileError.shown { lines.append("\(file): and \(faults.count - FaultyFileError.shown) faults more") }
        lines.append("\(file): nothing of it was kept; correct the lines and import it again")
        return lines.joined(separator: "\n")
    }
}

/// Why no recorded pair of a file was kept.
public typealias RecordedPairsError = FaultyFileError
