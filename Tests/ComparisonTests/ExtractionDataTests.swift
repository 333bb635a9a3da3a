import Comparison
import Configuration
import Foundation
import JSON
import TestSupport
import Testing
import Traffic

/// Gold answers of real extraction workloads, written anew, reordered and changed in meaning.
@Suite(.enabled(if: sharedFolder() != nil, "the shared data folder is absent"))
struct `Real extraction answers` {
    struct Case {
        var id: String
        var gold: JSONValue
        var request: [UInt8]
        /// What the model was asked, in lower case and without spaces.
        var input: String
    }

    static let workloads = ["extract_sroie", "extract_restaurant8k"]

    static func cases(_ workload: String) throws -> [Case] {
        let schema = try JSONValue.parse([UInt8](Data(contentsOf: URL(fileURLWithPath: sharedFolder()! + "/data/\(workload).schema.json"))))
        return try `Real outputs of real models`.lines("\(workload).dev.jsonl").map { line in
            let request: JSONValue = [
                "messages": line["input"] ?? [], "response_format": ["type": "json_schema", "json_schema": schema],
            ]
            let text = line["input"]?.arrayValue?.compactMap { $0["content"]?.stringValue }.joined(separator: "\n") ?? ""
            return Case(
                id: line["id"]?.stringValue ?? "", gold: line["label"] ?? .null, request: request.serialised(), input: squeezed(text))
        }
    }

    static func squeezed(_ text: String) -> String { text.lowercased().filter { !$0.isWhitespace } }

    /// The finding of two documents, each written in its own way.
    static func compared(_ production: JSONValue, _ candidate: String, _ item: Case, _ settings: CompareSettings = json()) -> Finding {
        Comparator(settings).compare(
            ComparedAnswers(production: answer(production.serialisedString()), candidate: answer(candidate), request: item.request),
            label: item.gold)
    }

    /// A document with white space wherever there may be some.
    static func spaced(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[\n " + elements.map(spaced).joined(separator: " ,\n ") + "\n]"
        case .object(let members):
            "{\n  " + members.map { JSONValue.string($0.name).serialisedString() + " : " + spaced($0.value) }.joined(separator: " ,\n  ")
                + "\n}\n"
        default: value.serialisedString()
        }
    }

    @Test(arguments: workloads)
    func `agree with themselves in another order and layout`(_ workload: String) throws {
        for item in try Self.cases(workload) {
            let members = try #require(item.gold.objectValue)
            let layout = Self.compared(item.gold, Self.spaced(item.gold), item)
            #expect(layout.agreement == .identical && layout.correct == .both, "\(item.id)")
            #expect(layout.schemaUnsupported == [] && !layout.candidateFailed && !layout.productionFailed)
            let turned = Self.compared(item.gold, Self.spaced(.object(members.reversed())), item)
            #expect(turned.equivalence == .keyOrder && turned.correct == .both, "\(item.id)")
            #expect(turned.fields.count == members.count)
            #expect(turned.fields.allSatisfy { $0.production == $0.candidate && [.right, .absent].contains($0.production) })
        }
    }

    @Test(arguments: workloads)
    func `are right exactly where their fields are, and say which are not`(_ workload: String) throws {
        let cases = try Self.cases(workload)
        var random = SeededGenerator(state: 11)
        var judged = 0
        for item in cases {
            for _ in 0..<4 {
                let (changed, field) = Self.changed(item, among: cases, using: &random)
                guard let changed else { continue }
                let finding = Self.compared(item.gold, changed.serialisedString(), item)
                judged += 1
                #expect(finding.failureMode == .valueMismatch && finding.correct == .productionOnly, "\(item.id) \(finding)")
                #expect(finding.differences.map(\.path) == ["/\(field)"])
                #expect(finding.fields.filter { ![.right, .absent].contains($0.candidate) }.map(\.path) == ["/\(field)"])
            }
        }
        print("\(workload): \(judged) gold answers with one field changed, each different, not right, with its field named")
        #expect(judged > 500)
    }

    /// A gold answer with one field changed: another case's value, other digits, or a value where there was none and the other way
    /// round.
    static func changed(
        _ item: Case, among cases: [Case], using random: inout SeededGenerator
    ) -> (document: JSONValue?, field: String) {
        let members = item.gold.objectValue ?? []
        guard let member = members.randomElement(using: &random) else { return (nil, "") }
        var document = item.gold
        let other = cases.randomElement(using: &random)?.gold[member.name] ?? .null
        if Bool.random(using: &random), let text = member.value.stringValue, text.contains(where: \.isNumber) {
            document[member.name] = .string(withOtherDigit(text, using: &random))
        } else {
            document[member.name] = other
        }
        return (document == item.gold ? nil : document, member.name)
    }

    static func withOtherDigit(_ text: String, using random: inout SeededGenerator) -> String {
        var characters = Array(text)
        let places = characters.indices.filter { characters[$0].isASCII && characters[$0].isNumber }
        guard let place = places.randomElement(using: &random) else { return text }
        let others = "0123456789".filter { $0 != characters[place] }
        characters[place] = others.randomElement(using: &random)!
        return String(characters)
    }

    /// The same value in another form that a careful model may choose.
    static func rewritten(_ text: String, _ name: String, using random: inout SeededGenerator) -> [String] {
        var forms = [
            text.lowercased(), text.uppercased(), text.replacing(", ", with: "\n"),
            text.replacing(",", with: " ").replacing(".", with: " "),
        ]
        if let amount = Double(text), name == "total" {
            forms += [String(amount), "RM \(text)", "$\(text)", String(format: "%.1f", amount)]
        }
        if name == "date" {
            let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
            if numbers.count == 3, numbers[0] <= 31, numbers[1] <= 12, numbers[2] > 31 || numbers[2] > 1900 {
                let year = numbers[2] < 100 ? 2000 + numbers[2] : numbers[2]
                let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                forms += [
                    String(format: "%04d-%02d-%02d", year, numbers[1], numbers[0]), "\(numbers[0]) \(names[numbers[1] - 1]) \(year)",
                    String(format: "%02d.%02d.%04d", numbers[0], numbers[1], year),
                ]
            }
        }
        return forms.filter { $0 != text }
    }

    @Test func `show how surely values are called ungrounded`() throws {
        var (called, rightly, invented, found, legitimate) = (0, 0, 0, 0, 0)
        for workload in Self.workloads {
            let cases = try Self.cases(workload)
            var random = SeededGenerator(state: 5)
            var (calledHere, rightlyHere, inventedHere, foundHere, legitimateHere) = (0, 0, 0, 0, 0)
            var wrong: [String] = []
            func judge(_ item: Case, _ document: JSONValue, isInvented: Bool, _ value: String) {
                let finding = Self.compared(item.gold, document.serialisedString(), item)
                inventedHere += isInvented ? 1 : 0
                legitimateHere += isInvented ? 0 : 1
                guard finding.ungrounded == true else { return }
                calledHere += 1
                rightlyHere += isInvented ? 1 : 0
                foundHere += isInvented ? 1 : 0
                if !isInvented { wrong.append("\(item.id): \(value)") }
            }
            for item in cases {
                for _ in 0..<3 {
                    let (changed, field) = Self.changed(item, among: cases, using: &random)
                    guard let changed, let value = changed[field]?.stringValue else { continue }
                    judge(item, changed, isInvented: !item.input.contains(Self.squeezed(value)), value)
                }
                for member in item.gold.objectValue ?? [] {
                    guard let text = member.value.stringValue else { continue }
                    for form in Self.rewritten(text, member.name, using: &random) {
                        var document = item.gold
                        document[member.name] = .string(form)
                        judge(item, document, isInvented: false, form)
                    }
                }
            }
            print(
                "\(workload): \(calledHere) called ungrounded, \(rightlyHere) of them invented "
                    + "(precision \(Double(rightlyHere) / Double(max(1, calledHere)))); \(foundHere) of \(inventedHere) invented values found; "
                    + "\(legitimateHere) legitimate ones")
            for line in wrong.prefix(40) { print("  " + line.replacing("\n", with: "⏎")) }
            (called, rightly, invented, found) = (called + calledHere, rightly + rightlyHere, invented + inventedHere, found + foundHere)
            legitimate += legitimateHere
        }
        print(
            "ungrounded: precision \(Double(rightly) / Double(called)), recall \(Double(found) / Double(invented)), \(legitimate) legitimate"
        )
        #expect(called > 500 && Double(rightly) >= 0.95 * Double(called))
    }
}
