internal import JSON
internal import Traffic

/// A request body taken apart for storing: what repeats from call to call, the rest, and the text that the call is about.
///
/// `understudy_store.whole_request` puts the two parts together again.
struct StoredRequest {
    /// Leading system messages, tools and response format; nil where the request has none of them.
    var prompt: JSONValue?
    /// Stands for `prompt`.
    var promptHash: Identifier?
    /// Everything else; a JSON string where the body is not a JSON object.
    var rest: JSONValue
    /// The text of the last user message.
    var input: String?
    /// Stands for what was asked; nil where that could not be read.
    var requestHash: Identifier?

    /// - Parameter recent: what the requests before it had; nearly all of a workload share one prompt.
    init(_ body: [UInt8], recent: inout RecentPrompt) {
        guard let request = try? JSONValue.parse(body), case .object = request else {
            rest = .string(StorableText.escaped(String(decoding: body, as: UTF8.self)))
            return
        }
        var whole = StorableText.escaped(request)
        input = StoredRequest.lastUserText(whole)
        requestHash = RequestHash.of(storable: whole)
        var repeated: JSONValue = .object([])
        for name in StoredRequest.repeatingMembers {
            guard let value = whole[name] else { continue }
            repeated[name] = value
            whole[name] = nil
        }
        if let messages = whole["messages"]?.arrayValue {
            let leading = messages.prefix { $0["role"]?.stringValue.map(StoredRequest.instructionRoles.contains) ?? false }
            if !leading.isEmpty {
                repeated["messages"] = .array(Array(leading))
                whole["messages"] = .array(Array(messages.dropFirst(leading.count)))
            }
        }
        rest = whole
        if repeated != .object([]) {
            prompt = repeated
            promptHash = recent.hash(of: repeated)
        }
    }

    private static let repeatingMembers = ["tools", "functions", "response_format", "instructions", "system"]
    private static let instructionRoles: Set<String> = ["system", "developer"]

    /// From chat `messages`, else a plain `input` or `prompt`.
    private static func lastUserText(_ request: JSONValue) -> String? {
        guard let messages = request["messages"]?.arrayValue else {
            return request["input"]?.stringValue ?? request["prompt"]?.stringValue
        }
        return messages.last { $0["role"]?.stringValue == "user" }.flatMap { text(of: $0["content"]) }
    }

    /// The text of a message's content; parts without text (pictures, sound) are left out.
    private static func text(of content: JSONValue?) -> String? {
        switch content {
        case .string(let text): text
        case .array(let parts): parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
        default: nil
        }
    }
}

/// The prompt that was seen last and its hash, which takes longer to reckon than it takes to see that a prompt is the same.
struct RecentPrompt {
    private var prompt: JSONValue?
    private var hash = Identifier(high: 0, low: 0)

    init() {}

    mutating func hash(of prompt: JSONValue) -> Identifier {
        if prompt == self.prompt { return hash }
        self.prompt = prompt
        hash = ContentHash.of(prompt.canonical().serialised())
        return hash
    }
}

/// 128 bits that stand for some bytes: two SipHash-2-4 under fixed keys, the same in every installation and for ever.
///
/// Good against chance, not against somebody who wants two texts to collide; both would be his own.
enum ContentHash {
    private static let first = KeyedHash(key0: 0x7072_6f6d_7074_2061, key1: 0x6e64_206b_6579_2031)
    private static let second = KeyedHash(key0: 0x7072_6f6d_7074_2061, key1: 0x6e64_206b_6579_2032)

    static func of(_ bytes: some Collection<UInt8>) -> Identifier {
        let hashes = KeyedHash.hash(bytes, first, second)
        return Identifier(high: hashes.first, low: hashes.second)
    }
}
