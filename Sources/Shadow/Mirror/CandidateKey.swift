internal import Configuration

/// A candidate's key as it was found when the settings were read. Never logged, never stored.
enum CandidateKey: Sendable {
    /// The settings name none.
    case notNeeded
    case found(String)
    /// The settings name one, and it is not there; the text says where it was looked for.
    case missing(String)

    private static let maxBytes = 16_384

    init(_ reference: KeyReference?, environment: [String: String]) {
        switch reference {
        case nil: self = .notNeeded
        case .environment(let name):
            let value = environment[name].map(CandidateKey.trimmed) ?? ""
            self = value.isEmpty ? .missing("the environment variable \(name)") : .found(value)
        case .file(let path):
            let content = FileBytes.read(path, limit: CandidateKey.maxBytes) ?? []
            let value = CandidateKey.trimmed(String(decoding: content.prefix { $0 != 0x0A }, as: UTF8.self))
            self = value.isEmpty ? .missing("the first line of \(path)") : .found(value)
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
