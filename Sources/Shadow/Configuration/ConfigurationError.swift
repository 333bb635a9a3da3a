/// One thing that is wrong with a settings file, and what would be right.
public struct ConfigurationFault: Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named; nil when the settings came from elsewhere.
    public var file: String?
    /// From 1; nil where a line means nothing (the file cannot be read; settings in JSON).
    public var line: Int?
    /// From 1.
    public var column: Int?
    /// The dotted path of the key, e.g. `candidate.limits.timeout`; empty for the file as a whole.
    public var field: String
    /// What is wrong and what would be right.
    public var message: String
    /// The value is valid and will work in a later release.
    public var isNotYet: Bool

    public init(file: String? = nil, line: Int? = nil, column: Int? = nil, field: String, message: String, isNotYet: Bool = false) {
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.message = message
        self.isNotYet = isNotYet
    }

    /// One line: `file:line:column: field: message`.
    public var description: String {
        var place = file ?? ""
        if let line { place += (place.isEmpty ? "line " : ":") + "\(line)" }
        if let column, file != nil { place += ":\(column)" }
        return [place, field, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

/// All that is wrong with some settings, in the order of the file.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Never empty.
    public var faults: [ConfigurationFault]

    public init(faults: [ConfigurationFault]) { self.faults = faults }

    /// A line for each fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
