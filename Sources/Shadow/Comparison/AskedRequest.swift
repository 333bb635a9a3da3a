import JSON

/// What both models were asked, as far as a comparison looks into it.
struct AskedRequest: Sendable {
    /// The request's body; nil where it is not at hand or not JSON.
    let body: JSONValue?

    /// Reads a request's body; empty bytes are none.
    init(_ bytes: [UInt8]) { body = bytes.isEmpty ? nil : try? JSONValue.parse(bytes) }

    /// The call's place in its conversation, from 1: the number of user messages so far.
    var turn: Int { max(1, messages.count { $0["role"]?.stringValue == "user" }) }

    /// The chat messages; empty where there are none.
    var messages: [JSONValue] { body?["messages"]?.arrayValue ?? [] }
}
