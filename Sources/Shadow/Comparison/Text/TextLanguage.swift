import Language

/// The language that a text's words are in, as ISO 639 has it; `und` (undetermined) where nothing tells it surely, as in a short text.
public func languageCode(of text: String) -> String { TextLanguage(Prose(text)).code ?? "und" }

/// The language of an answer's words: by its script where that alone decides, else by the detector where it is sure; nil where
/// neither is.
///
/// Measured on 14,667 messages of programs in 39 languages and 190 answers in 25: CLD2 speaks up on 87 and 90 % of them and is right in
/// 93 and 98 %, in 19 µs; libexttextcat gives one answer for 58 and 73 %, right in 91 and 93 %, in 230 µs. With the limits
/// below, and close languages taken as one, CLD2 is right in 99 % of what it speaks up on from 30 letters.
struct TextLanguage {
    /// ISO 639, as the detector has it.
    private(set) var code: String?
    private(set) var script: Script?
    private var letters = 0

    enum Script {
        case latin, cyrillic, greek, arabic, hebrew, devanagari, hangul, thai, bengali, tamil, georgian, armenian
        /// Han and Japanese syllables.
        case han
    }

    init(_ prose: Prose) {
        var counts: [Script: Int] = [:]
        var syllables = 0
        var latin = 0
        for token in prose.tokens where token.kind == .word {
            for scalar in prose.scalars[token.range] where scalar.kind == .letter {
                letters += 1
                if scalar.value < 0x250 {
                    latin += 1
                } else if let script = TextLanguage.script(scalar) {
                    counts[script, default: 0] += 1
                    if (0x3040...0x30FF).contains(scalar.value) { syllables += 1 }
                }
            }
        }
        counts[.latin] = latin
        guard let main = counts.max(by: { $0.value < $1.value }), main.value * 5 >= letters * 4, letters >= (main.key == .latin ? 3 : 2)
        else { return }
        script = main.key
        code =
            TextLanguage.code(main.key, syllables: syllables, letters: letters)
            ?? (main.key == .han && syllables == 0 && TextLanguage.isChinese(prose)
                ? "zh" : TextLanguage.detected(prose, main.key, letters))
    }

    /// Whether two answers are surely in different languages.
    func differs(from other: TextLanguage) -> Bool {
        if let script, let otherScript = other.script, script != otherScript { return true }
        let fewest = script == .han ? TextLanguage.fewestHanToDiffer : TextLanguage.fewestLettersToDiffer
        guard let code, let otherCode = other.code, min(letters, other.letters) >= fewest else { return false }
        return TextLanguage.family(code) != TextLanguage.family(otherCode)
    }

    /// What is shown of it.
    var name: String { code ?? script.map { "\($0)" } ?? "" }

    // MARK: By script

    private static func script(_ scalar: Unicode.Scalar) -> Script? {
        switch scalar.value {
        case 0x1E00...0x1EFF: .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: .greek
        case 0x400...0x52F: .cyrillic
        case 0x530...0x58F: .armenian
        case 0x590...0x5FF: .hebrew
        case 0x600...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFF: .arabic
        case 0x900...0x97F: .devanagari
        case 0x980...0x9FF: .bengali
        case 0xB80...0xBFF: .tamil
        case 0xE00...0xE7F: .thai
        case 0x10A0...0x10FF: .georgian
        case 0x1100...0x11FF, 0xAC00...0xD7A3: .hangul
        case 0x3005...0x3007, 0x3040...0x30FF, 0x3400...0x9FFF, 0x20000...0x3FFFF: .han
        default: nil
        }
    }

    private static func code(_ script: Script, syllables: Int, letters: Int) -> String? {
        switch script {
        case .greek: "el"
        case .hebrew: "he"
        case .hangul: "ko"
        case .thai: "th"
        case .bengali: "bn"
        case .tamil: "ta"
        case .georgian: "ka"
        case .armenian: "hy"
        // No other language writes these syllables; without them a text may be Chinese, or a Japanese title.
        case .han: syllables * 10 >= letters ? "ja" : nil
        case .latin, .cyrillic, .arabic, .devanagari: nil
        }
    }

    /// Pronouns and particles that no Japanese text has without a syllable beside them.
    private static func isChinese(_ prose: Prose) -> Bool {
        prose.tokens.contains { $0.kind == .word && "是我您你们們这這吗嗎请".unicodeScalars.contains(prose.scalars[$0.range.lowerBound]) }
    }

    // MARK: By the detector

    /// With fewer letters of one script it is wrong too often to call two answers different: in 2.8 % of pairs of one language among
    /// those messages with 12 letters, in 1.1 % with 24, and in none among those answers.
    private static let fewestLettersToDiffer = 24

    /// Chinese and Japanese are told apart by their letters.
    private static let fewestHanToDiffer = 5

    /// With fewer letters it guesses.
    private static let fewestLetters = 12

    /// With fewer letters it takes short texts of common languages for rare ones.
    private static let fewestLettersOfRareLanguages = 60

    private static let common: Set<String> = [
        "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "cs", "sv", "da", "no", "fi", "hu", "tr", "el", "ar", "fa", "he", "hi",
        "zh", "zh-Hant", "ja", "ko", "vi", "id", "th", "ro", "bg", "ca",
    ]

    /// More tells no more and takes longer.
    private static let maximumBytes = 200

    /// A text's end is looked at by itself where it is long enough to tell.
    private static let fewestTokensOfEnd = 20
    private static let tokensOfEnd = 60

    private static func detected(_ prose: Prose, _ script: Script, _ letters: Int) -> String? {
        guard letters >= (script == .han ? 6 : fewestLetters) else { return nil }
        let (beginning, count) = sample(prose.tokens[...], of: prose)
        guard let guess = guess(beginning, letters) else { return nil }
        let rest = prose.tokens.dropFirst(count)
        guard rest.count >= fewestTokensOfEnd else { return guess }
        // What ends in another language, as a translation does, is in neither.
        let (end, _) = sample(rest.suffix(tokensOfEnd), of: prose)
        return family(self.guess(end, letters) ?? "") == family(guess) ? guess : nil
    }

    private static func guess(_ text: [UInt8], _ letters: Int) -> String? {
        guard let guess = LanguageGuess(text.span), guess.percent >= 75 else { return nil }
        return common.contains(guess.code) || letters >= fewestLettersOfRareLanguages ? guess.code : nil
    }

    /// The words and signs of the first tokens, and how many tokens that took.
    private static func sample(_ tokens: ArraySlice<Prose.Token>, of prose: Prose) -> (bytes: [UInt8], tokens: Int) {
        var text: [UInt8] = []
        text.reserveCapacity(maximumBytes + 64)
        for (index, token) in tokens.enumerated() {
            if text.count >= maximumBytes { return (text, index) }
            guard token.kind == .word || token.kind == .sign else { continue }
            if token.flags.contains(.spaced) { text.append(0x20) }
            for scalar in prose.scalars[token.range] {
                if scalar.isASCII { text.append(UInt8(scalar.value)) } else { text.append(contentsOf: scalar.utf8) }
            }
        }
        return (text, tokens.count)
    }

    /// Languages that the detector takes for each other count as one.
    private static func family(_ code: String) -> String {
        switch code {
        case "da", "no", "nn", "nb": "da"
        case "hr", "bs", "sr", "sl", "bg", "mk": "hr"
        case "id", "ms": "id"
        case "cs", "sk": "cs"
        case "es", "gl", "ca": "es"
        case "hi", "mr", "ne", "bh": "hi"
        case "zh", "zh-Hant": "zh"
        default: code
        }
    }
}
