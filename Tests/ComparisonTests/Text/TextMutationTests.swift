import JSON
import Testing
import Traffic

@testable import Comparison

/// Correct answers, changed so that they say something else: none may count as agreeing.
@Suite struct `Answers changed in their meaning` {
    static let answers = [
        "Yes, the ticket costs $45.50, and it is valid for 30 days.", "The reactor delivers 1,200 MW at an efficiency of 33%.",
        "No. The US team lost to Brazil by 2:1 on 14 June 2018.", "The answer is **42**.", "Let's eat, grandma.",
        "If x < 10 and y >= 5, then x + y > 3.", "Use `git reset --hard HEAD~1`, not `git revert`.",
        "Steps:\n1. Open the valve slowly.\n2. Wait 5 minutes.\n3. Close it again.",
        "Pros:\n- cheap, light\n- made by Bosch\n\nCons:\n- noisy (80 dB)\n- no refund",
        "See https://example.com/Docs/v2?page=3#Top or write to info@example.com.",
        "```python\nfor i in range(3):\n    if i != 2:\n        print(i)\n    total += i\n```\nIt prints 0 and 1.",
        "{\"id\": 7, \"name\": \"Ann\"}", "The temperature is -5 °C, not 5 °C.", "She said \"never\" and he said 'maybe'.",
        "Call 555-0142 between 9:30 and 17:00; ask for Dr. Lee.", "Is it safe? It is not safe for children under 3 years.",
        "He re-signed the contract; the Polish team resigned.", "| item | price |\n| --- | --- |\n| tea | 2.10 |\n| milk | 0.95 |",
        "Ja, die Frist endet am 3. März 2025 um 12:00 Uhr.", "Das Gerät wiegt 2,5 kg und ist nicht wasserdicht.",
        "Er liebt sie, aber Sie kennen ihn nicht.", "Le train part à 14 h 05 ; il n'est pas direct.",
        "« Non », a dit Claire, « je paie 1 250,75 € ».", "El año pasado ganó 3,5 millones de euros, no de dólares.",
        "¿Puede viajar sin pasaporte? No, nunca.", "Cena wynosi 120 zł, a nie 210 zł.",
        "Он не пришёл, потому что поезд опоздал на 40 минут.",
        "Казнить нельзя, помиловать.", "لا، السعر 150 درهمًا وليس 200.", "नहीं, दुकान 9 बजे खुलती है और 6 बजे बंद होती है।",
        "不，退款需要5个工作日，手续费是2.5%。", "会議は3月5日の午後2時です。場所は東京ではありません。", "아니요, 배송은 3일 걸리고 비용은 2,500원입니다.",
        "Het kost €1.250,50 en er is geen korting.", "Kaç gün? Üç gün değil, 5 gün.", "f(x) = 3x^2 - 2x + 1, so f'(x) = 6x - 2.",
        "PATH=/usr/bin:/bin and HOME=/root", "A: 3/4, B: 4/3, C: 0.75.", "The ratio Na:Cl is 1:1; CO is not Co.",
        "Dose: 5 mg twice a day, at most 10 mg. Do not take with alcohol.",
    ]

    /// A change of the answer at one place, with what it is called.
    struct Mutation {
        var kind: String
        var text: String
    }

    @Test func `never count as agreeing`() {
        var counts: [String: Int] = [:]
        var agreeing: [String] = []
        for answer in Self.answers {
            for mutation in Mutations(answer).all where mutation.text != answer {
                for text in [mutation.text] + Self.disguised(mutation.text) {
                    counts[mutation.kind, default: 0] += 1
                    // What agrees is the same or has one form; every so often the whole comparison is asked.
                    let isAgreeing = ProseForm.rule(answer, text) != nil || text == answer
                    let isChecked = isAgreeing || (counts[mutation.kind] ?? 0) % 40 == 1
                    if isChecked { #expect((comparedAsText(answer, text).agreement != .different) == isAgreeing) }
                    if isAgreeing { agreeing.append("\(mutation.kind): \(answer) | \(text)") }
                }
            }
        }
        let total = counts.values.reduce(0, +)
        print("\(total) answers changed in their meaning, \(agreeing.count) counted as agreeing")
        print("  " + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        for text in agreeing.prefix(20) { print("  " + text.replacing("\n", with: "⏎")) }
        #expect(total > 5000)
        #expect(agreeing.isEmpty)
    }

    /// The changed answer with what may be left out: the rules must not meet over it.
    private static func disguised(_ text: String) -> [String] {
        var texts = [" \(text)\n", "\"\(text)\""]
        if text.hasSuffix(".") { texts.append(String(text.dropLast())) }
        return texts
    }
}

/// Every change that is made to an answer.
struct Mutations {
    private let scalars: [Unicode.Scalar]
    private(set) var all: [`Answers changed in their meaning`.Mutation] = []

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        for index in scalars.indices { change(at: index) }
        replaceWords(text)
        moveWords(text)
        changeLines(text)
    }

    private mutating func add(_ kind: String, _ range: Range<Int>, _ replacement: String) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[..<range.lowerBound])
        view.append(contentsOf: replacement.unicodeScalars)
        view.append(contentsOf: scalars[range.upperBound...])
        all.append(.init(kind: kind, text: String(view)))
    }

    private mutating func change(at index: Int) {
        let scalar = scalars[index]
        let next = index + 1 < scalars.count ? scalars[index + 1] : " "
        let place = index..<(index + 1)
        if scalar.properties.generalCategory == .decimalNumber {
            let digit = Int(scalar.properties.numericValue ?? 0)
            for change in [1, 5, 9] { add("digit", place, String((digit + change) % 10)) }
            add("digit", place, "")
            add("digit", place, "\(scalar)0")
            add("sign", place, "-\(scalar)")
            add("decimal point", place, "\(scalar).\(digit)")
        } else if scalar.properties.isAlphabetic {
            add("letter", place, "eE".unicodeScalars.contains(scalar) ? "a" : "e")
            add("letter", place, "")
        } else if let others = Mutations.signs[scalar] {
            for other in others { add("sign", place, other) }
        }
        // The full stop at a line's end may be left out, and white space around dashes.
        let isLineEnd = next == "\n" || index + 1 == scalars.count
        if ",;:()[]{}\"'`«»“”".unicodeScalars.contains(scalar) || (".?¿।。!".unicodeScalars.contains(scalar) && !isLineEnd) {
            let isPaired = "\"«»".unicodeScalars.contains(scalar)
            if !(isPaired && (index == 0 || isLineEnd)) { add("punctuation", place, "") }
        }
    }

    private static let signs: [Unicode.Scalar: [String]] = [
        "<": [">", "<=", "="], ">": ["<", "="], "=": ["≠", "==", "!="], "+": ["-", "×"], "-": ["+", ""], "%": ["‰", ""],
        "$": ["€", "£", ""],
        "€": ["$", ""], "£": ["$"], "^": ["*", ""], "/": ["*", "\\", ""], "~": ["^", ""], "|": [""], "#": ["", "?"], "@": ["."],
        "?": [".", "!"],
        "？": ["。"], "¿": [""], "°": [""], ":": ["-", "."],
    ]

    private static let words: [(String, String)] = [
        ("Yes", "No"), ("No", "Yes"), ("not ", ""), ("is", "is not"), ("no ", "a "), ("and", "or"), ("if", "unless"), ("US", "us"),
        ("MW", "mW"),
        ("mg", "g"), ("kg", "g"), ("minutes", "hours"), ("days", "weeks"), ("years", "months"), ("Brazil", "Germany"), ("Bosch", "Makita"),
        ("Claire", "Marie"), ("Lee", "Li"), ("tea", "milk"), ("lost", "won"), ("never", "always"), ("at most", "at least"),
        ("Polish", "polish"),
        ("CO", "Co"), ("Co.", "CO."), ("Docs", "docs"), ("HEAD", "head"), ("range", "Range"), ("Ja", "Nein"), ("nicht ", ""),
        ("sie", "Sie"),
        ("März", "Mai"), ("n'est pas", "est"), ("Non", "Oui"), ("euros", "dólares"), ("sin", "con"), ("nunca", "siempre"), ("No,", "Sí,"),
        ("a nie", "lub"), ("не ", ""), ("Казнить нельзя, помиловать", "Казнить, нельзя помиловать"), ("لا", "نعم"), ("ليس", ""),
        ("नहीं", "हाँ"),
        ("खुलती", "बंद होती"), ("不", "是"), ("工作日", "日"), ("東京", "大阪"), ("ではありません", "です"), ("아니요", "네"), ("geen", "wel"), ("değil", ""),
        ("an", "AN"), ("slowly", "quickly"), ("twice", "once"), ("valid", "invalid"), ("x", "X"), ("PM", "AM"), ("Ann", "ann"),
        ("año", "ano"),
        ("print", "Print"), ("light", "heavy"), ("under", "over"),
    ]

    private mutating func replaceWords(_ text: String) {
        for (word, replacement) in Mutations.words {
            for range in text.ranges(of: word) {
                all.append(.init(kind: "word", text: text.replacingCharacters(range, with: replacement)))
            }
        }
    }

    private mutating func moveWords(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for index in words.indices {
            var fewer = words
            fewer.remove(at: index)
            if words[index].contains(where: { $0.isLetter || $0.isNumber }) {
                all.append(.init(kind: "word left out", text: fewer.joined(separator: " ")))
            }
            if index > 0, words[index] != words[index - 1] {
                var swapped = words
                swapped.swapAt(index, index - 1)
                all.append(.init(kind: "words swapped", text: swapped.joined(separator: " ")))
            }
        }
    }

    private mutating func changeLines(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count > 1 else { return }
        for index in lines.indices where !lines[index].isEmpty {
            var fewer = lines
            fewer.remove(at: index)
            all.append(.init(kind: "line left out", text: fewer.joined(separator: "\n")))
            var indented = lines
            indented[index] = "    " + lines[index]
            if index > 0 { all.append(.init(kind: "indentation", text: indented.joined(separator: "\n"))) }
            if index > 0, lines[index] != lines[index - 1], !lines[index - 1].isEmpty {
                var swapped = lines
                swapped.swapAt(index, index - 1)
                all.append(.init(kind: "lines swapped", text: swapped.joined(separator: "\n")))
            }
        }
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<String.Index>, with replacement: String) -> String {
        self[..<range.lowerBound] + replacement + self[range.upperBound...]
    }
}
