public import JSON
public import Traffic

/// Stands for what a call asked: the messages, the tools and the form of the answer, whatever model, temperature or streaming they
/// went with. Two calls that asked the same have the same hash, in every installation and for ever, so that a gold answer finds all of
/// them.
public enum RequestHash {
    /// The members that say what is asked, of every API that may have been called.
    private static let asking = [
        "messages", "input", "prompt", "system", "instructions", "tools", "functions", "response_format",
    ]
    /// One of these must be there: without it nothing is asked that could have an answer.
    private static let questions = ["messages", "input", "prompt"]

    /// The hash of a request's body; nil where it asks nothing that can be read.
    public static func of(_ request: JSONValue) -> Identifier? {
        // The store holds NUL escaped: what is read back from it must have the hash that it was stored with.
        of(storable: StorableText.escaped(request))
    }

    /// The hash of a request's body that holds no NUL any more.
    static func of(storable request: JSONValue) -> Identifier? {
        guard questions.contains(where: { request[$0].map { !isNothing($0) } ?? false }) else { return nil }
        let members = asking.compactMap { name in
            request[name].flatMap { isNothing($0) || isUsual(name, $0) ? nil : JSONMember(name, plain(name, $0)) }
        }
        return ContentHash.of(JSONValue.object(members).canonical().serialised())
    }

    /// Left out by one program and said by another: both ask the same.
    private static func isNothing(_ value: JSONValue) -> Bool { value.isNull || value == .array([]) || value == "" }

    /// What an API takes for granted.
    private static func isUsual(_ name: String, _ value: JSONValue) -> Bool {
        name == "response_format" && value["type"] == "text"
    }

    /// Client libraries write the members that a message does not have as null.
    private static func plain(_ name: String, _ value: JSONValue) -> JSONValue {
        guard name == "messages", case .array(let messages) = value else { return value }
        return .array(
            messages.map { message in
                guard case .object(let members) = message else { return message }
                return .object(members.filter { !$0.value.isNull })
            })
    }
}
