internal import JSON

/// The text of a chat message's `content`, which is a string or a list of parts.
enum MessageText {
    /// The text; parts are joined without anything between them, and those without text (pictures, sound, thoughts) are left out.
    /// nil where there is no content at all.
    static func of(_ content: JSONValue?) -> String? {
        switch content {
        case .string(let text): text
        case .array(let parts): parts.compactMap { $0["text"]?.stringValue }.joined()
        default: nil
        }
    }
}
