internal import CJSON

extension JSONValue {
    /// How deeply containers may nest unless the caller says otherwise.
    public static let defaultDepthLimit = 256

    /// Reads one JSON document (RFC 8259, UTF-8). An escape that names a lone surrogate is read as U+FFFD, since no string can
    /// hold it.
    ///
    /// - Throws: `JSONError` for anything that is not JSON, for strings that are not UTF-8, for numbers beyond the range of a
    ///   double and for containers nested deeper than `depthLimit` (at most 1024).
    public static func parse(_ bytes: Span<UInt8>, depthLimit: Int = defaultDepthLimit) throws(JSONError) -> JSONValue {
        let tape = unsafe bytes.withUnsafeBufferPointer {
            unsafe cjson_parse($0.baseAddress, $0.count, UInt32(clamping: depthLimit))
        }
        // The tape's memory is ours until here; everything built from it below is a copy.
        defer { unsafe cjson_release(tape) }
        if let error = unsafe tape.error {
            throw JSONError(unsafe String(cString: error), at: unsafe tape.error_offset, in: bytes)
        }
        var reader = unsafe TapeReader(tape)
        guard let value = reader.value() else {
            throw JSONError("the string is not UTF-8", at: reader.position, in: bytes)
        }
        return value
    }

    /// Reads one JSON document from an array of bytes.
    public static func parse(_ bytes: [UInt8], depthLimit: Int = defaultDepthLimit) throws(JSONError) -> JSONValue {
        try parse(bytes.span, depthLimit: depthLimit)
    }

    /// Reads one JSON document from part of an array.
    public static func parse(_ bytes: ArraySlice<UInt8>, depthLimit: Int = defaultDepthLimit) throws(JSONError) -> JSONValue {
        try parse(bytes.span, depthLimit: depthLimit)
    }

    /// Reads one JSON document from text.
    public static func parse(_ text: String, depthLimit: Int = defaultDepthLimit) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8).span, depthLimit: depthLimit)
    }
}

/// Walks a tape from front to back and builds the tree. Its recursion is as deep as the containers nest, which the parse has
/// limited. Safe because its one user, above, keeps the tape while it lives, and because the tape's counts come from the parse.
@safe private struct TapeReader {
    private let entries: UnsafeBufferPointer<cjson_entry>
    private let text: UnsafePointer<UInt8>
    private var next = 0
    /// Where in the text the entry read last begins.
    private(set) var position = 0

    init(_ tape: cjson_tape) {
        // A parse without error has at least one entry, and always its text.
        unsafe entries = UnsafeBufferPointer(start: tape.entries, count: tape.entry_count)
        unsafe text = tape.text!
    }

    /// The value that begins at the next entry; nil when one of its strings is not UTF-8.
    mutating func value() -> JSONValue? {
        let entry = unsafe entries[next]
        next += 1
        switch cjson_kind(entry.kind) {
        case CJSON_NULL: return .null
        case CJSON_FALSE: return .bool(false)
        case CJSON_TRUE: return .bool(true)
        case CJSON_NUMBER: return string(entry).map(JSONValue.number)
        case CJSON_STRING: return string(entry).map(JSONValue.string)
        case CJSON_ARRAY: return array(count: Int(entry.size))
        default: return object(count: Int(entry.size))
        }
    }

    private mutating func array(count: Int) -> JSONValue? {
        var elements: [JSONValue] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            guard let element = value() else { return nil }
            elements.append(element)
        }
        return .array(elements)
    }

    private mutating func object(count: Int) -> JSONValue? {
        var members: [JSONMember] = []
        members.reserveCapacity(count)
        for _ in 0..<count {
            let entry = unsafe entries[next]
            next += 1
            guard let name = string(entry), let member = value() else { return nil }
            members.append(JSONMember(name, member))
        }
        return .object(members)
    }

    private mutating func string(_ entry: cjson_entry) -> String? {
        position = Int(entry.position)
        let bytes = unsafe UnsafeBufferPointer(start: text + position, count: Int(entry.size))
        guard let checked = unsafe try? UTF8Span(validating: bytes.span) else { return nil }
        return String(copying: checked)
    }
}
