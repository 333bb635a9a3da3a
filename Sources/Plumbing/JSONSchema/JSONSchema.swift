internal import CJSONSchema
public import JSON

/// A JSON Schema that has been read: once, for any number of documents.
///
/// Drafts 4 to 7, 2019-09 and 2020-12 are read; what of them cannot be checked is named in `unsupported`, and a document is
/// then neither right nor wrong by it. `format` is an annotation, as those drafts have it. Nothing is ever fetched.
///
/// The door's schema belongs to this object, which frees it; safe because nothing else holds it and nothing changes it.
@safe public final class JSONSchema: Sendable {
    /// Keywords of the schema that stay unchecked, in alphabetical order.
    public let unsupported: [String]

    /// nil where nothing can be checked.
    private nonisolated(unsafe) let compiled: OpaquePointer?

    /// Reads a schema.
    ///
    /// - Throws: `JSONSchemaError` for what is no JSON Schema.
    public init(_ schema: JSONValue) throws(JSONSchemaError) {
        let rewritten = try SchemaRewriting.draft7(of: schema)
        guard let root = rewritten.schema, root["definitions"]?.nesting ?? 0 <= Int(CJSONSCHEMA_NESTING_MAXIMUM) else {
            unsupported = rewritten.schema == nil ? rewritten.unsupported : ["$ref"]
            unsafe compiled = nil
            return
        }
        unsupported = rewritten.unsupported
        let document = root.serialised()
        var reason = [CChar](repeating: 0, count: 256)
        unsafe compiled = unsafe document.withUnsafeBufferPointer { bytes in
            unsafe cjsonschema_compile(bytes.baseAddress!, bytes.count, &reason, reason.count)
        }
        guard unsafe compiled != nil else {
            let message = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw JSONSchemaError(pointer: "", message: message)
        }
    }

    /// The schema that stands in what the OpenAI API and its kin wrap it in (a whole `response_format`, or its `json_schema`), and
    /// the pointer to it there; nil when the value is nothing of that kind.
    public static func unwrapped(_ value: JSONValue) -> (schema: JSONValue, pointer: String)? {
        let type = value["type"]?.stringValue
        let pointer = type == "json_schema" ? "/json_schema/schema" : "/schema"
        guard value["type"] == nil || type == "json_schema" || type == "json_object", let schema = value.at(pointer),
            schema.objectValue != nil || schema.boolValue != nil
        else { return nil }
        return (schema, pointer)
    }

    deinit {
        if let compiled = unsafe compiled { unsafe cjsonschema_release(compiled) }
    }

    /// Holds a document against the schema; the last value of a repeated name counts. At most `limit` violations are told.
    public func validate(_ document: JSONValue, limit: Int = 100) -> SchemaReport {
        guard let compiled = unsafe compiled else { return SchemaReport() }
        let bytes = (document.repeatsNames ? document.canonical() : document).serialised()
        let report = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe cjsonschema_validate(compiled, bytes.baseAddress!, bytes.count, limit)
        }
        // The report's memory is ours until here; everything built from it below is a copy.
        defer { unsafe cjsonschema_release_report(report) }
        if unsafe report.failure != nil { return SchemaReport(unchecked: "$schema") }
        var violations: [SchemaViolation] = []
        for index in 0..<(unsafe report.violation_count) {
            let violation = unsafe report.violations![index]
            violations.append(
                SchemaViolation(
                    pointer: unsafe JSONSchema.text(violation.pointer, violation.pointer_length),
                    keyword: unsafe String(cString: violation.keyword),
                    message: unsafe JSONSchema.text(violation.message, violation.message_length)))
        }
        let unchecked = unsafe report.unchecked.map { unsafe String(cString: $0) }
        return SchemaReport(violations: violations.sorted(), unchecked: unchecked)
    }

    private static func text(_ start: UnsafePointer<CChar>, _ length: Int) -> String {
        unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}

/// Why a value is no JSON Schema, and where.
public struct JSONSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// JSON Pointer into the schema.
    public var pointer: String
    /// What is wrong, as a phrase.
    public var message: String

    public var description: String { pointer.isEmpty ? message : "\(pointer) \(message)" }
}

/// One thing in a document that its schema does not allow.
public struct SchemaViolation: Sendable, Hashable, Comparable {
    /// JSON Pointer to the value.
    public var pointer: String
    /// The keyword that the value violates; `false` for a value that no schema could allow.
    public var keyword: String
    /// A few words: what should be and what is.
    public var message: String

    /// By pointer, then keyword, then message.
    public static func < (left: SchemaViolation, right: SchemaViolation) -> Bool {
        if left.pointer != right.pointer { return left.pointer < right.pointer }
        return left.keyword == right.keyword ? left.message < right.message : left.keyword < right.keyword
    }
}

/// What a validation found.
public struct SchemaReport: Sendable, Hashable {
    /// In the order of their pointers.
    public var violations: [SchemaViolation]
    /// The keyword at which the bounds of depth or work ended the validation; nil when it went to its end.
    public var unchecked: String?

    public init(violations: [SchemaViolation] = [], unchecked: String? = nil) {
        self.violations = violations
        self.unchecked = unchecked
    }
}

extension JSONValue {
    /// How deep the containers of each member nest, all together.
    fileprivate var nesting: Int { objectValue?.reduce(0) { $0 + $1.value.depth } ?? 0 }

    private var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }

    /// Whether any object in it repeats a name.
    fileprivate var repeatsNames: Bool {
        switch self {
        case .array(let elements): return elements.contains(where: \.repeatsNames)
        case .object(let members):
            if members.count > 16 {
                if Set(members.map(\.name)).count < members.count { return true }
            } else {
                for index in members.indices where members[..<index].contains(where: { $0.name == members[index].name }) { return true }
            }
            return members.contains { $0.value.repeatsNames }
        default: return false
        }
    }
}
