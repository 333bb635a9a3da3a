import JSON
import Synchronization

/// What both models were asked, as far as a comparison looks into it. It is read when it is first looked into: most pairs
/// agree without it.
struct AskedRequest: Sendable {
    private let document: Document

    /// Takes a request's body; empty bytes are none.
    init(_ bytes: [UInt8]) { document = Document(bytes) }

    /// The request's body; nil where it is not at hand or not JSON.
    var body: JSONValue? { document.value }

    /// The text of a top-level member's value, found without reading the rest; nil where there is none.
    func text(of name: StaticString) -> ArraySlice<UInt8>? {
        let bytes = document.bytes
        guard let field = JSONScanner.topLevelFields(in: bytes.span, names: [name])[0] else { return nil }
        return bytes[field.range]
    }

    /// The call's place in its conversation, from 1: the number of user messages so far.
    var turn: Int { max(1, messages.count { $0["role"]?.stringValue == "user" }) }

    /// The chat messages; empty where there are none.
    var messages: [JSONValue] { body?["messages"]?.arrayValue ?? [] }

    /// The bytes and what they say, read once.
    private final class Document: Sendable {
        let bytes: [UInt8]
        private let parsed = Mutex<JSONValue??>(nil)

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var value: JSONValue? {
            parsed.withLock { parsed in
                if let parsed { return parsed }
                let value = bytes.isEmpty ? nil : try? JSONValue.parse(bytes)
                parsed = .some(value)
                return value
            }
        }
    }
}
