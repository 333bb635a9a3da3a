/// Finds a few fields of a JSON object in its bytes without building a tree: one pass, no allocation but the answer's.
///
/// Made for the hot path, where a call's body is looked at before anything is decided. It checks no more than it needs to
/// find its way: what it finds in bytes that are not JSON means nothing, but nothing is ever read beyond the end.
public enum JSONScanner {
    /// A value's place in the scanned bytes.
    public struct Field: Sendable, Hashable {
        /// Where the value's text stands, quotation marks or brackets included.
        public let range: Range<Int>
        /// What kind of value begins there.
        public let kind: Kind
    }

    /// What a value's first byte says that it is.
    public enum Kind: Sendable, Hashable {
        case null, bool, number, string, array, object
    }

    /// The values of the named top-level members, in the order of `names`; nil for a name that does not occur. The last value
    /// of a repeated name counts. All nil when the bytes hold no object or break off before its end.
    public static func topLevelFields(in bytes: Span<UInt8>, names: [StaticString]) -> [Field?] {
        members(in: bytes, from: 0, names: names) ?? Array(repeating: nil, count: names.count)
    }

    /// The same for an object that stands somewhere in the bytes, such as a field found before.
    public static func fields(of field: Field, in bytes: Span<UInt8>, names: [StaticString]) -> [Field?] {
        members(in: bytes, from: field.range.lowerBound, names: names) ?? Array(repeating: nil, count: names.count)
    }

    /// A string field's text with escapes resolved; nil for other kinds and malformed strings.
    public static func string(_ field: Field, in bytes: Span<UInt8>) -> String? {
        guard field.kind == .string, field.range.upperBound <= bytes.count else { return nil }
        let inner = bytes.extracting((field.range.lowerBound + 1)..<(field.range.upperBound - 1))
        var plain = true
        for index in 0..<inner.count where inner[index] == UInt8(ascii: "\\") { plain = false }
        if plain {
            guard let text = try? UTF8Span(validating: inner) else { return nil }
            return String(copying: text)
        }
        return (try? JSONValue.parse(bytes.extracting(field.range)))?.stringValue
    }

    /// A field's truth value; nil for other kinds.
    public static func bool(_ field: Field, in bytes: Span<UInt8>) -> Bool? {
        field.kind == .bool ? bytes[field.range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// A field's value as a tree; nil when it is malformed.
    public static func value(_ field: Field, in bytes: Span<UInt8>) -> JSONValue? {
        field.range.upperBound <= bytes.count ? try? JSONValue.parse(bytes.extracting(field.range)) : nil
    }

    /// nil when there is no whole object at `start`.
    private static func members(in bytes: Span<UInt8>, from start: Int, names: [StaticString]) -> [Field?]? {
        var found: [Field?] = Array(repeating: nil, count: names.count)
        var index = skipSpace(bytes, from: start)
        guard index < bytes.count, bytes[index] == UInt8(ascii: "{") else { return nil }
        index = skipSpace(bytes, from: index + 1)
        while index < bytes.count, bytes[index] != UInt8(ascii: "}") {
            guard bytes[index] == UInt8(ascii: "\""), let nameEnd = endOfString(bytes, from: index) else { return nil }
            let name = index..<nameEnd
            index = skipSpace(bytes, from: nameEnd)
            guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { return nil }
            index = skipSpace(bytes, from: index + 1)
            guard let kind = kind(bytes, at: index), let end = endOfValue(bytes, from: index) else { return nil }
            if let which = names.firstIndex(where: { matches(bytes, name, $0) }) {
                found[which] = Field(range: index..<end, kind: kind)
            }
            index = skipSpace(bytes, from: end)
            if index < bytes.count, bytes[index] == UInt8(ascii: ",") { index = skipSpace(bytes, from: index + 1) }
        }
        return index < bytes.count ? found : nil
    }

    private static func skipSpace(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x0A || bytes[index] == 0x0D || bytes[index] == 0x09 {
            index += 1
        }
        return index
    }

    private static func kind(_ bytes: Span<UInt8>, at index: Int) -> Kind? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: return nil
        }
    }

    /// The place after a string's closing quotation mark.
    private static func endOfString(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// The place after a value: containers by counting brackets outside strings, others up to a delimiter.
    private static func endOfValue(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        switch bytes[start] {
        case UInt8(ascii: "\""):
            return endOfString(bytes, from: start)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            var index = start
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    guard let end = endOfString(bytes, from: index) else { return nil }
                    index = end
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 0 { return index + 1 }
                default: break
                }
                index += 1
            }
            return nil
        default:
            var index = start
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: return index
                default: index += 1
                }
            }
            return index
        }
    }

    /// Whether a member's name, given with its quotation marks, is `wanted`; escapes in it are resolved.
    private static func matches(_ bytes: Span<UInt8>, _ name: Range<Int>, _ wanted: StaticString) -> Bool {
        let length = wanted.utf8CodeUnitCount
        var plain = name.count == length + 2
        if plain {
            for offset in 0..<length where unsafe bytes[name.lowerBound + 1 + offset] != wanted.utf8Start[offset] { plain = false }
        }
        if plain { return true }
        for index in name where bytes[index] == UInt8(ascii: "\\") {
            return string(Field(range: name, kind: .string), in: bytes) == wanted.description
        }
        return false
    }
}
