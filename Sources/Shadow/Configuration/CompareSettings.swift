public import JSON
internal import JSONSchema

/// How two answers of the workload are held against each other.
public enum ComparisonKind: String, Sendable, CaseIterable {
    /// The answer is one of a closed set of labels.
    case label
    /// The answer is one JSON document.
    case json
    /// The answer is a set of tool calls.
    case tools
    /// The answer is free text.
    case text
}

/// How a JSON value is compared by its meaning, where that is declared. It is about strings: numbers are compared by value in
/// any case, and a string is never equal to a number. What could mean two things is only equal as it is.
public enum ValueFormat: String, Sendable, CaseIterable {
    /// A day or part of one, with or without a time, in the orders and languages that people write it in.
    case date
    /// With separators between thousands and a point or a comma before the fraction.
    case number
    /// An amount with a currency's sign or code; a bare `$` is the US dollar.
    case currency
    /// But for white space, case and punctuation.
    case text
}

/// What `compare` says. Settings of other kinds than `kind` are empty.
///
/// JSON Pointers reach into arrays: a number is one place (`/lines/0/price`), `*` is every element (`/lines/*/price`). In a
/// pointer to a member that is itself called `*`, the sign means that member.
public struct CompareSettings: Sendable, Hashable {
    /// The file's `as`.
    public var kind: ComparisonKind
    /// label: the closed set, in the file's order, each exactly as the program that asks expects it.
    public var labels: [String]
    /// json: the schema that answers must satisfy; nil takes the call's own `response_format`.
    public var schema: JSONValue?
    /// json: JSON Pointers that are left out of the comparison.
    public var ignore: [String]
    /// json, tools: JSON Pointers of arrays that are compared as sets. With tools, pointers begin at a call's arguments.
    public var unordered: [String]
    /// json, tools: the greatest absolute difference that still counts as equal, by JSON Pointer. A string there is read as a
    /// number.
    public var tolerance: [String: Double]
    /// json, tools: values compared by meaning, by JSON Pointer.
    public var formats: [String: ValueFormat]
    /// tools: arguments that are left out of the comparison.
    public var ignoreArguments: [String]
    /// tools: whether the calls of one answer must come in production's order.
    public var orderedCalls: Bool
    /// tools: how a turn answered in text is compared.
    public var otherwise: ComparisonKind

    public init(
        kind: ComparisonKind, labels: [String] = [], schema: JSONValue? = nil, ignore: [String] = [], unordered: [String] = [],
        tolerance: [String: Double] = [:], formats: [String: ValueFormat] = [:], ignoreArguments: [String] = [],
        orderedCalls: Bool = false, otherwise: ComparisonKind = .text
    ) {
        self.kind = kind
        self.labels = labels
        self.schema = schema
        self.ignore = ignore
        self.unordered = unordered
        self.tolerance = tolerance
        self.formats = formats
        self.ignoreArguments = ignoreArguments
        self.orderedCalls = orderedCalls
        self.otherwise = otherwise
    }

    /// Keywords of the schema that stay unchecked; a document is neither right nor wrong by them.
    public var uncheckedSchemaKeywords: [String] { schema.flatMap { try? JSONSchema($0) }?.unsupported ?? [] }
}
