internal import CLanguage

/// What the statistical detector takes a text's language for.
public struct LanguageGuess: Sendable, Hashable {
    /// The language's code as ISO 639 has it, such as `de` or `zh`; with its script where the language has several, as in `zh-Hant`.
    public let code: String
    /// The share of the text's letters that is in that language, 0…100.
    public let percent: Int

    /// The language of a UTF-8 text; nil where the detector is not sure of one.
    public init?(_ text: Span<UInt8>) {
        // The text's memory is lent for the call only; the code that comes back lies in the library's static memory.
        let guess = unsafe text.withUnsafeBufferPointer { unsafe clanguage_detect($0.baseAddress, $0.count) }
        guard let code = unsafe guess.code else { return nil }
        let name = unsafe String(cString: code)
        self.code = LanguageGuess.olderCodes[name] ?? name
        percent = unsafe Int(guess.percent)
    }

    /// Codes that the detector still uses, and those that replaced them.
    private static let olderCodes = ["iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr"]
}
