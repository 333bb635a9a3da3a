import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// Makes documents up, and changes them.
struct DocumentGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    static let names = ["a", "b", "c d", "名", "due", "total", "fee", "name", "tags", "lines", "n/~", ""]
    static let texts = [
        "", "x", "X", "Ada", "東京", "ß", "2018-03-25", "25/03/2018", "03/04/2018", "1,234.50", "$5", "5 EUR", "-1", "1", "true", "null",
        "a\u{0}b", "\u{FFFD}",
        "e\u{301}", "👍🏽", " x", "x.", "line\nbreak", "\"", "\\",
    ]
    static let numbers = ["0", "-0", "1", "1.0", "-1", "10", "1e1", "0.1", "2.50", "123456789012345678901", "1e300", "1.5e-7", "99.99"]

    mutating func document(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 5 : 9), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(Self.numbers.randomElement(using: &random)!)
        case 3, 4: return .string(Self.texts.randomElement(using: &random)!)
        case 5, 6:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in document(depth: depth - 1) })
        default: return object(depth: depth)
        }
    }

    mutating func object(depth: Int = 4) -> JSONValue {
        let names = Self.names.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random))
        return .object(names.map { JSONMember($0, document(depth: depth - 1)) })
    }

    /// The same document with the members of every object in another order.
    mutating func shuffled(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { shuffled($0) })
        case .object(let members): return .object(members.map { JSONMember($0.name, shuffled($0.value)) }.shuffled(using: &random))
        default: return value
        }
    }

    /// A document that does not mean the same: one value in it is another one, of another kind, gone, or there is one more.
    mutating func changed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(var elements) where !elements.isEmpty && Int.random(in: 0..<4, using: &random) > 0:
            let place = Int.random(in: 0..<elements.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: elements.remove(at: place)
            case 1: elements.insert(other(than: elements[place]), at: place)
            default: elements[place] = changed(elements[place])
            }
            return .array(elements)
        case .object(var members) where !members.isEmpty && Int.random(in: 0..<4, using: &random) > 0:
            let place = Int.random(in: 0..<members.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: members.remove(at: place)
            case 1: members.insert(JSONMember("more\(Int.random(in: 0..<9, using: &random))", document(depth: 1)), at: place)
            default: members[place].value = changed(members[place].value)
            }
            return .object(members)
        default: return other(than: value)
        }
    }

    /// A value with another meaning, whatever is declared about it.
    private mutating func other(than value: JSONValue) -> JSONValue {
        switch value {
        case .null: return "was nothing"
        case .bool(let truth): return .bool(!truth)
        case .number(let text): return .number(JSONNumber.normal(text).hasPrefix("-") ? "7777" : "-8888")
        case .string(let text):
            let digits = text.filter { $0.isASCII && $0.isNumber }
            if let digit = digits.randomElement(using: &random) {
                let other = "0123456789".filter { $0 != digit }.randomElement(using: &random)!
                let place = text.firstIndex(of: digit)!
                return .string(text.replacingCharacters(in: place, with: other))
            }
            return [.string(text + " and more"), .null, .array([value]), .string("zzz" + text)].randomElement(using: &random)!
        case .array(let elements): return .array(elements + ["one more"])
        case .object(let members): return .object(members + [JSONMember("one more", .null)])
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in place: Index, with character: Character) -> String {
        String(self[..<place]) + String(character) + self[index(after: place)...]
    }
}

@Suite struct `JSON comparisons of whatever comes` {
    static let settings = [
        json(), AgreeingJSON.valued, MisformedJSON.receipt,
        json(
            ignore: ["/a", "/lines/*/b"], unordered: ["/tags", "/lines", "/lines/*/tags"], tolerance: ["/total": 0.5],
            formats: ["/due": .date, "/fee": .currency, "/name": .text, "/tags/*": .text]),
    ]

    @Test func `find a document identical to itself and indifferent to the order of members`() {
        var generator = DocumentGenerator(seed: 1)
        for round in 0..<800 {
            let document = generator.object()
            let settings = Self.settings[round % Self.settings.count]
            let text = document.serialisedString()
            #expect(comparedJSON(text, text, settings, gold: document).correct.difference == 0)
            #expect(comparedJSON(text, `text with layout`(document), settings).agreement == .identical)
            let turned = comparedJSON(text, generator.shuffled(document).serialisedString(), settings, gold: document)
            #expect(turned.agreement == .identical || turned.equivalence == .keyOrder, "\(text) \(turned)")
            #expect(turned.correct == .both || turned.candidateFailed)
        }
    }

    private func `text with layout`(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[ " + elements.map(`text with layout`).joined(separator: " ,\n") + "\t]"
        case .object(let members):
            "{\r\n"
                + members.map { JSONValue.string($0.name).serialisedString() + " :\n" + `text with layout`($0.value) }.joined(
                    separator: ",  ") + "}"
        default: value.serialisedString()
        }
    }

    @Test func `are repeatable, whole, and the same from either side`() {
        var generator = DocumentGenerator(seed: 2)
        for round in 0..<1200 {
            let left = generator.object()
            let right = Bool.random(using: &generator.random) ? generator.changed(left) : generator.object()
            let settings = Self.settings[round % Self.settings.count]
            let (text, other) = (left.serialisedString(), right.serialisedString())
            let gold = generator.object()
            let finding = comparedJSON(text, other, settings, gold: gold)
            #expect(comparedJSON(text, other, settings, gold: gold) == finding)
            #expect((finding.agreement == .identical) == finding.differences.isEmpty)
            #expect((finding.agreement == .different) == (finding.failureMode != nil))
            #expect((finding.agreement == .equivalent) == (finding.equivalence != nil))
            #expect(finding.failureMode.map { finding.differences.first?.kind == $0.rawValue } ?? true)
            #expect(finding.correct != .unknown)
            let turned = comparedJSON(other, text, settings, gold: gold)
            #expect(turned.agreement == finding.agreement, "\(text) \(other)")
            #expect(turned.equivalence == finding.equivalence, "\(text) \(other)")
            #expect(turned.productionFailed == finding.candidateFailed && turned.candidateFailed == finding.productionFailed)
            #expect(turned.correct.difference == finding.correct.difference.map { -$0 })
        }
    }

    @Test func `never take a changed meaning for the same`() {
        var generator = DocumentGenerator(seed: 3)
        var (mutations, wrong) = (0, 0)
        let declared = json(
            unordered: ["/tags", "/lines"], tolerance: ["/total": 0.5],
            formats: ["/due": .date, "/fee": .currency, "/name": .text, "/total": .number, "/tags/*": .text, "/lines/*/due": .date])
        for round in 0..<8_000 {
            let document = generator.object()
            let changed = generator.changed(document)
            if changed.canonical() == document.canonical() { continue }
            mutations += 1
            let candidate = generator.shuffled(changed).serialisedString()
            let finding = comparedJSON(document.serialisedString(), candidate, round % 2 == 0 ? json() : declared, gold: document)
            guard finding.agreement != .different || finding.correct != .productionOnly else { continue }
            wrong += 1
            print("  false agreement: \(document.serialisedString()) | \(candidate) | \(finding)")
        }
        print("json: \(wrong) false agreements in \(mutations) mutations of documents")
        #expect(mutations > 7_000 && wrong == 0)
    }

    @Test func `never take a changed value for the same where its meaning is declared`() {
        var generator = DocumentGenerator(seed: 4)
        var (mutations, wrong) = (0, 0)
        let values: [(name: String, texts: [String])] = [
            (
                "due",
                [
                    "2018-03-25", "25/03/2018", "25 March 2018", "March 25th, 2018", "25.3.2018", "2018年3月25日", "25 mars 2018 21:27",
                    "2018-03-25T21:27:00+02:00", "31-Dec-99",
                ]
            ),
            ("qty", ["1,234.50", "1.234,5", "12", "0.75", "-3", "12 %", "1 234 567", "1'000.25", "12,34,567.8"]),
            ("fee", ["$1,234.50", "1.234,50 €", "USD 12", "£0.75", "-5 EUR", "12.50", "RM 3.20", "100円"]),
            ("name", ["Ada Lovelace", "St. Mary's 12", "C#", "50% off", "-1", "Größe 7", "東京都"]),
        ]
        for _ in 0..<500 {
            for (name, texts) in values {
                for format in texts {
                    var scalars = Array(format.unicodeScalars)
                    let place = Int.random(in: 0..<scalars.count, using: &generator.random)
                    let letters = "abcdefghijklmnopqrstuvwxyzäß東市"
                    if scalars[place].properties.numericType == .decimal {
                        scalars[place] = "0123456789".unicodeScalars.filter { $0 != scalars[place] }.randomElement(
                            using: &generator.random)!
                    } else if scalars[place].properties.isAlphabetic {
                        let folded = String(scalars[place]).lowercased()
                        scalars[place] = letters.unicodeScalars.filter { String($0) != folded }.randomElement(using: &generator.random)!
                    } else {
                        continue
                    }
                    mutations += 1
                    let changed = String(String.UnicodeScalarView(scalars))
                    let left: JSONValue = .object([JSONMember(name, .string(format))])
                    let right: JSONValue = .object([JSONMember(name, .string(changed))])
                    let finding = comparedJSON(left.serialisedString(), right.serialisedString(), AgreeingJSON.valued)
                    // The same month in another language is no change of meaning.
                    let isSynonym = ["Marca", "Marco", "Dez", "Dic"].contains { changed.contains($0) }
                    guard finding.agreement != .different, !isSynonym else { continue }
                    wrong += 1
                    print("  false agreement: \(format) | \(changed) | \(finding.equivalence?.rawValue ?? "identical")")
                }
            }
        }
        print("json: \(wrong) false agreements in \(mutations) mutations of declared values")
        #expect(mutations > 10_000 && wrong == 0)
    }

    /// A day in one of the ways in which it is written; all but the sixth say which number is which, or leave it open.
    private static func written(_ day: (year: Int, month: Int, day: Int), _ way: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let english = ["January", "Feb", "March", "Apr", "May", "June", "Jul", "August", "Sept", "October", "Nov", "December"]
        let german = [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
        ]
        return switch way {
        case 0: "\(day.year)-\(two(day.month))-\(two(day.day))"
        case 1: "\(day.day) \(english[day.month - 1]) \(day.year)"
        case 2: "\(english[day.month - 1]) \(day.day), \(day.year)"
        case 3: "\(day.day). \(german[day.month - 1]) \(day.year)"
        case 4: "\(two(day.day)).\(two(day.month)).\(day.year)"
        case 5: "\(two(day.day))/\(two(day.month))/\(day.year)"
        case 6: "\(two(day.month))-\(two(day.day))-\(day.year)"
        case 7: "\(day.year)年\(day.month)月\(day.day)日"
        case 8: "\(two(day.day))-\(english[day.month - 1].prefix(3).lowercased())-\(two(day.year % 100))"
        case 9: "\(two(day.day))/\(two(day.month))/\(two(day.year % 100))"
        default: "\(day.year)\(two(day.month))\(two(day.day))"
        }
    }

    /// The day that a text says: two digits are a year from 1970 to 2069.
    private static func said(_ day: (year: Int, month: Int, day: Int), _ way: Int) -> [Int] {
        [way == 8 || way == 9 ? 1970 + (day.year - 1870) % 100 : day.year, day.month, day.day]
    }

    @Test func `never take two days for the same, and one day for two where it is said plainly`() {
        var random = SeededGenerator(state: 6)
        var (pairs, wrong, missed) = (0, 0, 0)
        for _ in 0..<6000 {
            let day = (
                year: Int.random(in: 1971...2068, using: &random), month: Int.random(in: 1...12, using: &random),
                day: Int.random(in: 1...28, using: &random)
            )
            var other = day
            switch Int.random(in: 0..<6, using: &random) {
            case 0: other.day = day.day % 28 + 1
            case 1: other.month = day.month % 12 + 1
            case 2: other.year += [-100, -10, -1, 1, 10, 100].randomElement(using: &random)!
            case 3: if day.day <= 12 { (other.day, other.month) = (day.month, day.day) }
            default: break
            }
            let (way, otherWay) = (Int.random(in: 0...10, using: &random), Int.random(in: 0...10, using: &random))
            let (text, otherText) = (Self.written(day, way), Self.written(other, otherWay))
            if text == otherText { continue }
            pairs += 1
            let finding = comparedJSON(#"{"due":"\#(text)"}"#, #"{"due":"\#(otherText)"}"#, AgreeingJSON.valued)
            let isSame = Self.said(day, way) == Self.said(other, otherWay)
            if finding.agreement != .different, !isSame {
                wrong += 1
                print("  false agreement: \(text) | \(otherText)")
            }
            let isPlain = { (way: Int) in [0, 1, 2, 3, 4, 7, 8].contains(way) }
            if finding.agreement == .different, isSame, isPlain(way), isPlain(otherWay) {
                missed += 1
                print("  missed: \(text) | \(otherText)")
            }
        }
        print("dates: \(wrong) false agreements and \(missed) missed in \(pairs) pairs of days")
        #expect(pairs > 4000 && wrong == 0 && missed == 0)
    }
}
