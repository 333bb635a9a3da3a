import Comparison
import Configuration
import Testing
import Traffic

/// The costliest error is an agreement that is none: it is never looked at again.
@Suite struct `Label answers whose meaning was changed` {
    private static let sets = [
        ["card_arrival", "card_linking", "lost_or_stolen_card", "transfer", "transfer_failed", "top_up", "top_up_failed", "other"],
        ["Yes", "No", "Not sure"], ["c", "c#", "c++", "objective-c", "java", "javascript"], ["-1", "0", "1", "1.5", "15", "5"],
        ["Kündigung", "Störung", "Straße", "Rückgabe"], ["退款", "退款失败", "物流", "物流查询"], ["a-b", "a+b", "a&b", "a b c"],
    ]

    /// Ways of writing an answer that change nothing about which label it is.
    private static let guises: [@Sendable (String) -> String] = [
        { $0 }, { " \($0)\n" }, { $0.uppercased() }, { "\"\($0)\"" }, { "**\($0)**" }, { "\($0)." }, { "Intent: \($0)" },
        { "{\"label\": \"\($0)\"}" }, { "```\n\($0)\n```" }, { "It must be \($0) I think" }, { $0.replacing("_", with: " ") },
    ]

    @Test func `never agree`() {
        var tried = 0
        var wrong: [String] = []
        for labels in Self.sets {
            let comparator = Comparator(CompareSettings(kind: .label, labels: labels))
            for label in labels {
                for mutant in Self.mutants(of: label, among: labels) {
                    for guise in Self.guises {
                        let text = guise(mutant)
                        let finding = comparator.compare(ComparedAnswers(production: answer(label), candidate: answer(text)))
                        tried += 1
                        if finding.agreement != .different { wrong.append("\(label) | \(text): \(finding.agreement)") }
                    }
                }
            }
        }
        print("\(tried) label answers of another meaning, \(wrong.count) taken for agreement")
        for line in wrong.prefix(20) { print("  " + line) }
        #expect(tried > 5000 && wrong.isEmpty)
    }

    /// Other labels of the set, the label denied, and the label with a letter or digit more, less or other.
    private static func mutants(of label: String, among labels: [String]) -> [String] {
        var mutants = labels.filter { $0 != label }
        let letters = Array(label)
        for place in letters.indices where letters[place].isLetter || letters[place].isNumber {
            var fewer = letters
            fewer.remove(at: place)
            var other = letters
            other[place] = letters[place].isNumber ? "7" : "z"
            var more = letters
            more.insert(letters[place].isNumber ? "3" : "x", at: place)
            mutants += [String(fewer), String(other), String(more)]
        }
        mutants.append("not \(label), not \(labels.first { $0 != label } ?? "")")
        return Array(Set(mutants).subtracting([label])).filter { mutant in
            // A mutant that is the label again in another case or with other signs is none.
            let words = { (text: String) in text.lowercased().filter { $0.isLetter || $0.isNumber || "#+&-".contains($0) } }
            return words(mutant) != words(label)
        }.sorted()
    }
}
