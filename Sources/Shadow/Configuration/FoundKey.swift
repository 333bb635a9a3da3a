/// A key as it was found where the settings say that it is. Never logged, never stored.
public enum FoundKey: Sendable {
    /// The settings name none.
    case notNeeded
    case found(String)
    /// The settings name one, and it is not there; the text says where it was looked for.
    case missing(String)

    private static let maxBytes = 16_384

    /// Looks where the settings say: in an environment variable, or in the first line of a file.
    public init(_ reference: KeyReference?, environment: [String: String]) {
        switch reference {
        case nil: self = .notNeeded
        case .environment(let name):
            let value = environment[name].map(FoundKey.trimmed) ?? ""
            self = value.isEmpty ? .missing("the environment variable \(name)") : .found(value)
        case .file(let path):
            let content = (try? LocalFile(path).read(limit: FoundKey.maxBytes)) ?? []
            let value = FoundKey.trimmed(String(decoding: content.prefix { $0 != 0x0A }, as: UTF8.self))
            self = value.isEmpty ? .missing("the first line of \(path)") : .found(value)
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
