import Language
import Testing

@Suite struct `A text's language` {
    @Test func `is that of most of its words`() {
        #expect(LanguageGuess(Array("The refund will arrive within five working days.".utf8).span)?.code == "en")
    }
}
