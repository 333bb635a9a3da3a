import JSON
import JSONSchema
import Synchronization

/// The schema that a workload's answers must satisfy: the settings' own, or what each call asks for.
final class AnswerSchemas: Sendable {
    /// A schema as far as there is one.
    enum Answer: Sendable {
        case none
        case schema(JSONSchema)
        /// The call asks for a schema that is none, or is too long to be read for each call.
        case unreadable
    }

    private let declared: Answer
    /// Schemas that calls asked for, by their text.
    private let read = Mutex<[[UInt8]: Answer]>([:])

    /// Schemas kept at most: a workload asks for one, or for a few.
    private static let maximumKept = 64
    /// Longer schemas are not read.
    private static let maximumBytes = 1 << 20

    /// The settings have been checked, so that a declared schema can be read.
    init(declared schema: JSONValue?) {
        declared = schema.map(AnswerSchemas.answer) ?? .none
    }

    /// The schema for a call's answers.
    func schema(for request: AskedRequest) -> Answer {
        guard case .none = declared, let format = request.body?["response_format"], let wanted = JSONSchema.unwrapped(format)?.schema
        else { return declared }
        let text = wanted.serialised()
        guard text.count <= AnswerSchemas.maximumBytes else { return .unreadable }
        if let known = read.withLock({ $0[text] }) { return known }
        let answer = AnswerSchemas.answer(wanted)
        read.withLock { kept in
            if kept.count >= AnswerSchemas.maximumKept { kept.removeAll() }
            kept[text] = answer
        }
        return answer
    }

    private static func answer(_ schema: JSONValue) -> Answer {
        guard let schema = try? JSONSchema(schema) else { return .unreadable }
        return .schema(schema)
    }
}

extension AnswerSchemas.Answer {
    /// What is wrong with a document, and the keywords that were not checked.
    func validate(_ document: JSONValue) -> (violations: [SchemaViolation], unchecked: String?) {
        guard case .schema(let schema) = self else { return ([], nil) }
        let report = schema.validate(document)
        return (report.violations, report.unchecked)
    }

    /// Keywords that no document can be held against.
    var unsupported: [String] {
        switch self {
        case .none: []
        case .schema(let schema): schema.unsupported
        case .unreadable: ["response_format"]
        }
    }
}
