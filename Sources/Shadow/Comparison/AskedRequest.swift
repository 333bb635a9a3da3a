import JSON
import Synchronization

/// What both models were asked, as far as a comparison looks into it.
struct AskedRequest: Sendable {
    private let reading: Reading

    /// Takes a request's body; empty bytes are none.
    init(_ bytes: [UInt8]) { reading = Reading(bytes) }

    /// The request's body; nil where it is not at hand or not JSON. It is read when it is first asked for.
    var body: JSONValue? { reading.body }

    /// The call's place in its conversation, from 1: the number of user messages so far.
    var turn: Int { max(1, messages.count { $0["role"]?.stringValue == "user" }) }

    /// The chat messages; empty where there are none.
    var messages: [JSONValue] { body?["messages"]?.arrayValue ?? [] }

    /// A body that is read at most once.
    private final class Reading: Sendable {
        private let bytes: [UInt8]
        private let read = Mutex<JSONValue??>(nil)

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var body: JSONValue? {
            read.withLock { value in
                if let value { return value }
                let body = bytes.isEmpty ? nil : try? JSONValue.parse(bytes)
                value = .some(body)
                return body
            }
        }
    }
}
