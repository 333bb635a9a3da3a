/// An answer taken apart: words, numbers and signs by sentence, with code and links set aside.
struct Prose {
    /// Only so much of an answer is looked into: the time that a pair takes is bounded.
    static let maximumScalars = 64 << 10

    /// The answer's beginning.
    let scalars: [Unicode.Scalar]
    /// Whether the answer is longer than what is looked into.
    let isCut: Bool
    /// What stands outside code, in the order of the text.
    private(set) var tokens: [Token] = []
    /// Fenced blocks of code, without their fences.
    private(set) var codeBlocks: [Range<Int>] = []
    /// The places in `tokens` of each list item's words.
    private(set) var items: [Range<Int>] = []

    struct Token {
        enum Kind { case word, number, sign, code, link }

        struct Flags: OptionSet {
            let rawValue: UInt8
            /// White space or the text's beginning stands before it.
            static let spaced = Flags(rawValue: 1)
            /// The first word of a sentence, a line or a quotation.
            static let first = Flags(rawValue: 2)
            static let capitalised = Flags(rawValue: 4)
            /// Of a heading, of something bold, or in quotes.
            static let marked = Flags(rawValue: 8)
        }

        var kind: Kind
        var flags: Flags = []
        /// The place in `scalars`.
        var range: Range<Int>
        /// Sentences are numbered from 0; headings, list items and lines end one.
        var sentence: Int32 = 0
        /// A word's hash in small letters; a sign's scalar; of all else the hash of its scalars.
        var hash: UInt64 = 0
    }

    init(_ text: String) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(min(text.utf8.count, Prose.maximumScalars))
        var isCut = false
        for scalar in text.unicodeScalars {
            if scalars.count == Prose.maximumScalars {
                isCut = true
                break
            }
            scalars.append(scalar)
        }
        self.scalars = scalars
        self.isCut = isCut
        var reader = ProseReader(scalars)
        reader.read()
        tokens = reader.tokens
        codeBlocks = reader.codeBlocks
        items = reader.items
    }

    /// A token's text.
    func text(_ token: Token) -> String { text(token.range) }

    /// The text of a range of scalars as it is shown: without the stars of bold, and of no more than differences keep.
    func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        var index = range.lowerBound
        while index < range.upperBound, index - range.lowerBound < 2500 {
            if scalars[index] == "*", index + 1 < range.upperBound, scalars[index + 1] == "*" {
                index += 2
            } else {
                view.append(scalars[index])
                index += 1
            }
        }
        return String(view)
    }

    /// Whether a token is a certain sign.
    func isSign(_ index: Int, _ sign: Unicode.Scalar) -> Bool {
        tokens.indices.contains(index) && tokens[index].kind == .sign && scalars[tokens[index].range.lowerBound] == sign
    }

    /// Whether nothing stands between a token and the one before it.
    func isGlued(_ index: Int) -> Bool {
        index > 0 && index < tokens.count && tokens[index - 1].range.upperBound == tokens[index].range.lowerBound
    }
}
