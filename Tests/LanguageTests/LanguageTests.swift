import Language
import Testing

@Suite struct `A text's language` {
    private func code(_ text: String) -> String? { LanguageGuess(Array(text.utf8).span)?.code }

    @Test(arguments: [
        ("en", "The refund will arrive within a few working days."), ("de", "Die Rückerstattung kommt innerhalb weniger Werktage an."),
        ("fr", "Le remboursement arrivera sous quelques jours ouvrés."), ("es", "El reembolso llegará en unos pocos días hábiles."),
        ("ru", "Деньги вернутся в течение нескольких рабочих дней."), ("ar", "سيصل المبلغ المسترد خلال أيام عمل قليلة."),
        ("hi", "पैसे कुछ कार्य दिवसों में वापस आ जाएँगे।"), ("zh", "山上的气压较低，所以水在较低的温度下就会沸腾。"),
        ("ja", "返金は数営業日以内に届きます。"), ("he", "ההחזר יגיע תוך כמה ימי עסקים."),
    ])
    func `is that of its words, by today's code`(_ language: String, _ text: String) {
        #expect(code(text) == language)
        #expect(LanguageGuess(Array(text.utf8).span)?.percent ?? 0 > 90)
    }

    @Test(arguments: ["", " ", "7", "1234567890", "!?…", "🦆🦆🦆", "\u{0}\u{0}", "x", "qzx vbw krt"])
    func `is not guessed where there are no words to tell it by`(_ text: String) {
        #expect(code(text) == nil)
    }

    @Test func `is none of bytes that are no UTF-8`() {
        #expect(LanguageGuess([0xFF, 0xFE, 0x41, 0x80].span) == nil)
        #expect(LanguageGuess((Array("The refund will arrive".utf8) + [0xC3]).span) == nil)
    }

    @Test func `is found in any bytes without harm`() {
        var state: UInt64 = 1
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        for _ in 0..<3000 {
            var text = String.UnicodeScalarView()
            let block = UInt32(next(0x3000)) << 4
            for _ in 0..<next(120) {
                let value = next(3) == 0 ? UInt32(next(0x11_0000)) : block + UInt32(next(64))
                text.append(Unicode.Scalar(value) ?? " ")
            }
            let guess = LanguageGuess(Array(String(text).utf8).span)
            #expect(guess.map { (0...100).contains($0.percent) && !$0.code.isEmpty } ?? true)
        }
    }
}
