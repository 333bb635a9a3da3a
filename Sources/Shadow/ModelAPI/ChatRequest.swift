public import JSON

/// Why a request cannot be read as a chat completion.
public struct ChatRequestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and where, without repeating any content.
    public let description: String
}

/// An app's chat-completion request, read once for all that happens to it beside production's path.
public struct ChatRequest: Sendable, Hashable {
    /// The body.
    public let tree: JSONValue

    /// Reads a body. Throws for anything but a JSON object with a list of `messages`.
    public init(body: [UInt8]) throws(ChatRequestError) {
        do {
            tree = try JSONValue.parse(body)
        } catch {
            throw ChatRequestError(description: "the request body is not JSON (\(error))")
        }
        guard tree["messages"]?.arrayValue != nil else {
            throw ChatRequestError(description: "the request body is no JSON object with a list of messages")
        }
    }

    /// The model that the app asked for.
    public var model: String? { tree["model"]?.stringValue }

    /// Whether the app asked for a stream.
    public var streams: Bool { tree["stream"]?.boolValue ?? false }

    /// Whether the app declared tools that the model may call.
    public var hasTools: Bool { tree["tools"]?.arrayValue?.isEmpty == false }

    /// The call's place in its conversation, from 1: the number of user messages so far.
    public var turn: Int { max(1, messages.count { $0["role"]?.stringValue == "user" }) }

    /// What a provider would bill roughly for the input: a token per four bytes of message text and tool declarations.
    public var estimatedInputTokens: Int {
        let text = messages.reduce(0) { $0 + (MessageText.of($1["content"])?.utf8.count ?? 0) }
        return TokenEstimate.tokens(bytes: text + (tree["tools"]?.serialised().count ?? 0))
    }

    /// The field that refers to something kept on the provider's side (an earlier response, a thread, an uploaded file), which
    /// another model cannot see; nil where the request is complete in itself.
    public var serverState: String? {
        for field in ["previous_response_id", "conversation", "thread_id", "assistant_id"] where tree[field]?.isNull == false {
            return field
        }
        for message in messages {
            if message["type"]?.stringValue == "item_reference" { return "item_reference" }
            if message["audio"]?["id"] != nil { return "audio.id" }
            for part in message["content"]?.arrayValue ?? [] where part["file_id"] != nil || part["file"]?["file_id"] != nil {
                return "file_id"
            }
        }
        return nil
    }

    var messages: [JSONValue] { tree["messages"]?.arrayValue ?? [] }
}

/// Token counts where the provider gives none.
enum TokenEstimate {
    /// A token per four bytes, rounded up: near enough for English text under the common tokenisers, and marked as an estimate.
    static func tokens(bytes: Int) -> Int { (bytes + 3) / 4 }
}
