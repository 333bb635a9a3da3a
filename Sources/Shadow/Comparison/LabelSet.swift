import Traffic

/// The declared labels of a workload, and how a text that is nothing but a label is read.
struct LabelSet: Sendable {
    let labels: [String]
    private let exact: [String: Int]
    /// Labels by their forms; -1 where two labels share one, which then names neither.
    private let spaced: [String: Int]
    private let words: [String: Int]
    /// A label with signs around it is no longer than this many bytes.
    private let longestAnswer: Int
    /// Finds labels inside longer texts.
    let mentions: LabelMentions

    init(_ labels: [String]) {
        self.labels = labels
        exact = LabelSet.index(labels) { $0 }
        spaced = LabelSet.index(labels, TextForm.spaced)
        words = LabelSet.index(labels, TextForm.words)
        longestAnswer = 4 * (labels.map(\.utf8.count).max() ?? 0) + 256
        mentions = LabelMentions(labels)
    }

    private static func index(_ labels: [String], _ form: (String) -> String) -> [String: Int] {
        var index: [String: Int] = [:]
        for (number, label) in labels.enumerated() {
            let key = form(label)
            index[key] = index[key] == nil ? number : -1
        }
        return index
    }

    /// The label that a text is: exactly, or as the only one that is left when differences of white space, then those of case
    /// and punctuation are left out. nil when it is none, or could be two. A text with a structure of its own (JSON, a code
    /// fence) is not taken for punctuation: `isStructured` keeps its signs.
    func match(_ text: String, isStructured: Bool = false) -> String? {
        // A label and what may stand around it: anything much longer is none.
        guard text.utf8.count <= 4096 else { return nil }
        if let number = exact[text] ?? spaced[TextForm.spaced(text)], number >= 0 { return labels[number] }
        guard !isStructured, text.utf8.count <= longestAnswer else { return nil }
        let words = TextForm.words(text)
        guard !words.isEmpty, let number = self.words[words], number >= 0 else { return nil }
        return labels[number]
    }
}
