import Testing
import Traffic

@testable import Comparison

/// Each signal by itself.
@Suite struct `Signals of a text` {
    private func numbers(_ text: String, _ language: String?) -> [String] {
        let prose = Prose(text)
        return Facts(prose, language: language).numbers.map { fact in
            let value = fact.reading.value
            let digits = "\(value.isNegative ? "-" : "")\(value.mantissa)e\(value.exponent)"
            return digits + (fact.reading.other.map { " or \($0.mantissa)e\($0.exponent)" } ?? "") + (fact.unit.map { " \($0)" } ?? "")
        }
    }

    @Test(
        arguments: [
            ("1,000", "en", ["1e3"]), ("1000.0", "en", ["1e3"]), ("one thousand", "en", ["1e3"]), ("two thousand", "en", ["2e3"]),
            ("1.000", "de", ["1e3"]), ("1.000", "en", ["1e0"]), ("1.000", nil, ["1e3 or 1e0"]), ("1,5", "de", ["15e-1"]),
            ("12,34,567", "en", ["1234567e0"]), ("1.234.567,89", "de", ["123456789e-2"]), ("1'250", "de", ["125e1"]),
            ("10 000 personnes", "fr", ["1e4"]), ("10\u{202F}000", "fr", ["1e4"]), ("in 2020 150 people", "fr", ["202e1", "15e1"]),
            ("twenty-one", "en", ["21e0"]), ("two hundred and five", "en", ["205e0"]), ("three million", "en", ["3e6"]),
            ("three hundred thousand and two", "en", ["3e5", "2e0"]), ("no one and one of them", "en", []),
            ("drei Katzen", "de", ["3e0"]), ("zwei Millionen", "de", ["2e6"]), ("seis", "es", ["6e0"]), ("пять дней", "ru", ["5e0 d"]),
            ("5 km", "en", ["5e0 km"]), ("5 kilometers", "en", ["5e0 km"]), ("5 MW and 5 mW", "en", ["5e0 MW", "5e0 mW"]),
            ("$5", "en", ["5e0 $"]), ("5 dollars", "en", ["5e0 $"]), ("€ 5", "en", ["5e0"]), ("33%", "en", ["33e0 %"]),
            ("33 percent", "en", ["33e0 %"]), ("$5K", "en", ["5e3 $"]), ("2K + 1", "en", ["2e0 K", "1e0"]),
            ("it is -5 now", "en", ["-5e0"]),
            ("10-20", "en", ["1e1", "2e1"]), ("GPT-4", "en", ["4e0"]), ("R2D2", "en", []), ("-$5", "en", ["-5e0 $"]),
            ("٣ أيام", "ar", ["3e0"]),
            ("५ दिन", "hi", ["5e0"]), ("5个工作日", "zh", ["5e0"]), ("`x = 7`", "en", []), ("https://a.de/7", "en", []),
            ("1. first\n2. last", "en", []),
            ("version 1.2.3", "en", []), ("123456789012345678901234567890", "en", ["3081894009437391203e1"]),
        ] as [(String, String?, [String])])
    func `numbers are read by value and unit`(_ text: String, _ language: String?, _ expected: [String]) {
        let found = numbers(text, language)
        if text.count > 25, text.allSatisfy(\.isNumber) {
            // Known by a hash, and only equal to itself.
            #expect(found == numbers(text, language) && found != numbers("9" + text, language) && found.count == 1)
        } else {
            #expect(found == expected)
        }
    }

    @Test(arguments: [
        ("on March 5, 2024", "2024-3-5"), ("5 March 2024", "2024-3-5"), ("the 5th of March", "?-3-5"), ("2024-03-05", "2024-3-5"),
        ("05.03.2024", "2024-3-5?"), ("25.03.2024", "2024-3-25"), ("3/4/2024", "2024-4-3?"), ("12/25/24", "2024-12-25"),
        ("am 3. März", "?-3-3"), ("5 de marzo de 2024", "2024-3-5"), ("le 1 août", "?-8-1"), ("5 марта 2024 года", "2024-3-5"),
        ("2024年3月5日", "2024-3-5"), ("3月5日", "?-3-5"), ("3월 5일", "?-3-5"), ("March 2024", "2024-3-?"), ("20 - 6 - 13", ""),
        ("20-6-13", ""), ("1.2.10", ""), ("may be", ""), ("march on", ""), ("40/40/2024", ""),
    ])
    func `dates are read in many forms`(_ text: String, _ expected: String) {
        let dates = Facts(Prose(text), language: nil).dates.map { fact in
            let date = fact.date
            return [date.year, date.month, date.day].map { $0.map(String.init) ?? "?" }.joined(separator: "-")
                + (date.isAmbiguous ? "?" : "")
        }
        #expect(dates == (expected.isEmpty ? [] : [expected]))
    }

    @Test(arguments: [("at 14:30", 870), ("at 2:30 pm", 870), ("at 12:05 am", 5), ("at 9:05", 545)])
    func `times of day are read`(_ text: String, _ minute: Int) {
        #expect(Facts(Prose(text), language: "en").dates.map(\.date.minute) == [minute])
    }

    @Test func `dates may be the same where both say the same`() {
        let day = WrittenDate(year: 2024, month: 3, day: 5)
        #expect(day.mayEqual(WrittenDate(month: 3, day: 5)) && !day.mayEqual(WrittenDate(month: 3, day: 6)))
        #expect(WrittenDate(year: 2024, month: 5, day: 3, isAmbiguous: true).mayEqual(day))
        #expect(!WrittenDate(minute: 5).mayEqual(day) && !WrittenDate(weekday: 1).mayEqual(WrittenDate(weekday: 2)))
    }

    @Test(
        arguments: [
            ("We met Barack Obama in Paris.", "en", ["Barack Obama", "Paris"]), ("Paris is big.", "en", []),
            ("The Key Points To Know", "en", []),
            ("## About Berlin\nIt is big.", "en", []), ("so I asked Ann's boss", "en", ["Ann"]), ("Das ist der Hund.", nil, []),
            ("Wir sehen Berlin.", "de", []), ("Мы видели Москву вчера.", "ru", ["Москву"]), ("在北京", "zh", []),
            ("**Bold Name** here", "en", []),
            ("He said: Hello there", "en", []), ("via NASA and ESA", "en", ["NASA", "ESA"]), ("rencontré Élodie hier", "fr", ["Élodie"]),
        ] as [(String, String?, [String])])
    func `names are capitals inside sentences`(_ text: String, _ language: String?, _ expected: [String]) {
        let prose = Prose(text)
        let names = Facts(prose, language: language).names.map { fact in
            prose.text(prose.tokens[fact.tokens.lowerBound].range.lowerBound..<prose.tokens[fact.tokens.upperBound - 1].range.upperBound)
        }
        #expect(names == expected)
    }

    @Test(arguments: [
        ("see https://Example.com/A/ now", ["https://example.com/A"]), ("(https://a.org/x_(y))", ["https://a.org/x_(y)"]),
        ("www.a.de.", ["www.a.de"]), ("mail a.b+c@d-e.org!", ["a.b+c@d-e.org"]), ("[text](https://a.de/b)", ["https://a.de/b"]),
        ("a@b", []), ("@name", []), ("https://", []), ("访问https://a.cn/x。", ["https://a.cn/x"]),
    ])
    func `links are found with what belongs to them`(_ text: String, _ expected: [String]) {
        #expect(Facts(Prose(text), language: nil).links.map(\.key) == expected)
    }

    @Test func `code is set aside`() {
        let prose = Prose("Run `ls -l` now:\n```sh\nrm 7\n```\n~~~\nx\n```\n~~~\nand ``a`b`` too, but not ` this.")
        #expect(prose.codeBlocks.map(prose.text) == ["rm 7\n", "x\n```\n"])
        #expect(Facts(prose, language: nil).codeSpans.map(\.key) == ["ls -l", "a`b"])
        #expect(prose.tokens.allSatisfy { prose.text($0) != "rm" })
        #expect(Prose("```\nno end").codeBlocks.count == 1)
    }

    @Test func `list items and sentences are found`() {
        func sentences(_ prose: Prose) -> Int { Set(prose.tokens.map(\.sentence)).count }
        let prose = Prose("Take:\n- one thing\n* another\n3) the third\n10. the tenth\n-no item\nDr. Lee came. Was it 3.5? Yes!\nEnd")
        #expect(prose.items.count == 4)
        #expect(sentences(prose) == 10)
        #expect(sentences(Prose("你好。再见！")) == 2)
        #expect(sentences(Prose("Am 3. März war es kalt. Dann warm.")) == 2)
    }

    @Test(arguments: ParallelAnswers.byLanguage.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    func `languages are told, or nothing is said`(_ language: String, _ answers: [String]) {
        let codes = answers.map { TextLanguage(Prose($0)).code }
        #expect(codes.allSatisfy { $0 == nil || $0 == language }, "\(codes)")
        #expect(codes.count { $0 == language } >= 4, "\(codes)")
    }

    @Test func `an answer with its translation is in neither language`() throws {
        let german = try #require(ParallelAnswers.byLanguage["de"]).joined(separator: " ")
        let english = try #require(ParallelAnswers.byLanguage["en"]).joined(separator: " ")
        #expect(TextLanguage(Prose(german)).code == "de")
        #expect(TextLanguage(Prose("\(german)\n\n\(english)")).code == nil)
        #expect(comparedAsText(english, "\(german)\n\n(Translation: \(english))").failureMode != .languageMismatch)
    }

    @Test(arguments: [
        ("Yes", "Да"), ("OK", "好的"), ("42", "Forty-two"), ("Hello", "Bonjour"), ("`SELECT 1`", "select one"), ("!!", "??"),
        ("Hola, ¿qué tal?", "Olá, tudo bem?"), ("東京", "Tokyo is far"),
    ])
    func `short answers differ in language only by script`(_ left: String, _ right: String) {
        let isScript = [("Yes", "Да"), ("東京", "Tokyo is far")].contains { $0 == (left, right) }
        #expect(TextLanguage(Prose(left)).differs(from: TextLanguage(Prose(right))) == isScript)
    }

    /// Reference values from sacreBLEU 2.6.0, `CHRF().sentence_score(text, [reference]).score / 100`, on texts of this test.
    @Test(arguments: [
        ("The refund will arrive within five working days.", "Your refund should arrive in five business days.", 0.36305315140360067),
        ("Die Rückerstattung kommt in fünf Tagen.", "Die Erstattung trifft in fünf Tagen ein.", 0.5483978658204105),
        ("退款将在五个工作日内到账。", "退款会在五个工作日内退回。", 0.4650738150738151),
        ("Деньги вернутся в течение пяти дней.", "Возврат займёт пять дней.", 0.15351412428328193),
        ("वह बर्लिन में रहती है।", "वह बर्लिन में काम करती है।", 0.6771149861569712),
        ("يغلي الماء عند مئة درجة", "يغلي الماء في مئة درجة مئوية", 0.622358300629217), ("abc", "abd", 0.38888888888888884),
        ("yes", "no", 0),
        ("ab", "ab ab", 0.7812499999999999), ("aaaa", "aa", 0.47169811320754707), ("🦆 quack", "quack 🦆🦆", 0.5891790473273089), ("", "a", 0),
        ("a", "", 0), ("a b c", "abc", 1),
    ])
    func `the character F-score is sacreBLEU's`(_ reference: String, _ text: String, _ expected: Double) {
        let score = CharacterFScore.score(Array(text.unicodeScalars), reference: Array(reference.unicodeScalars))
        #expect(abs(score - expected) < 1e-9)
    }

    @Test func `the character F-score takes any alphabet`() {
        // More than a thousand different scalars: the wide keys.
        let wide = (0..<3000).compactMap { Unicode.Scalar(0x4E00 + $0) }
        #expect(CharacterFScore.score(wide, reference: wide) == 1)
        #expect(CharacterFScore.score(wide.reversed(), reference: wide) > 0)
        #expect(CharacterFScore.score(Array("abc".unicodeScalars), reference: wide) == 0)
        let half = CharacterFScore.score(Array(wide.prefix(1500)), reference: wide)
        #expect(half > 0.5 && half < 0.6)
    }
}
