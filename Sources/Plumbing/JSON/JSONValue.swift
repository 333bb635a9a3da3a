/// A JSON value that keeps what the text said: numbers as they were written, members in their order, repeated names.
///
/// Two values are equal when they were written alike apart from white space and escapes; compare `canonical()` forms to ask
/// whether they mean the same. Strings compare as Swift compares them (canonically equivalent Unicode is equal).
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number's text, which follows the grammar of RFC 8259 §6 (so `1.0`, `1` and `1e0` are three different texts).
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text. A repeated name is kept; look-ups see its last value, as most parsers do.
    case object([JSONMember])
}

/// One name and value of an object.
public struct JSONMember: Sendable, Hashable {
    public var name: String
    public var value: JSONValue

    /// Takes both parts as they are.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue {
    /// A whole number.
    public init(_ value: some BinaryInteger) { self = .number(String(value)) }

    /// A number in the shortest form that reads back the same; infinities and NaN, which JSON lacks, become `null`.
    public init(_ value: Double) {
        guard value.isFinite else {
            self = .null
            return
        }
        if value.rounded() == value, abs(value) < 0x1p53 {
            self = .number(String(Int64(value)))
        } else {
            self = .number(value.description)
        }
    }

    /// A string.
    public init(_ value: String) { self = .string(value) }

    /// `true` or `false`.
    public init(_ value: Bool) { self = .bool(value) }

    /// The value, or `null` for nil: what a nullable column becomes.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }

    /// The number, or `null` for nil.
    public init(_ value: Double?) { self = value.map { JSONValue($0) } ?? .null }

    /// The number, or `null` for nil.
    public init(_ value: Int?) { self = value.map { JSONValue($0) } ?? .null }

    /// The truth value, or `null` for nil.
    public init(_ value: Bool?) { self = value.map(JSONValue.bool) ?? .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(floatLiteral value: Double) { self.init(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Members in the order of the literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map { JSONMember($0.0, $0.1) }) }
}
