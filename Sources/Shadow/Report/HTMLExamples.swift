internal import Traffic

/// Pairs side by side: what was asked, both answers, the differing part marked.
enum HTMLExamples {
    static func write(_ html: inout HTMLWriter, _ group: Page.ExampleGroup) {
        html.element("details", [("class", "examples")]) { html in
            html.element("summary", text: group.title)
            for example in group.examples { write(&html, example, group) }
        }
    }

    private static func write(_ html: inout HTMLWriter, _ example: ReportModel.Example, _ group: Page.ExampleGroup) {
        html.element("div", [("class", "example")]) { html in
            html.element("p", [("class", "identity")], text: "pair \(ExampleWords(example).identity)")
            block(&html, "asked", example.input)
            if let label = example.label { block(&html, "right", label) }
            html.element("div", [("class", "sides")]) { html in
                let answers = MarkedDifference(
                    ForeignText.block(example.productionOutput), ForeignText.block(example.candidateOutput))
                side(&html, group.production, answers.left)
                side(&html, group.candidate, answers.right)
            }
            if example.differences.count > 1 { differences(&html, example.differences) }
        }
    }

    private static func block(_ html: inout HTMLWriter, _ label: String, _ text: String) {
        html.element("p", [("class", "label")], text: label)
        html.element("p", [("class", "foreign"), ("dir", "auto")], text: text.isEmpty ? "(empty)" : ForeignText.block(text))
    }

    private static func side(_ html: inout HTMLWriter, _ label: String, _ answer: MarkedDifference.Side) {
        html.element("div") { html in
            html.element("p", [("class", "label")], text: label)
            html.element("p", [("class", "foreign"), ("dir", "auto")]) { html in
                if answer.isEmpty { html.text("(empty)") }
                html.text(answer.before)
                if !answer.differing.isEmpty { html.element("mark", text: answer.differing) }
                html.text(answer.after)
            }
        }
    }

    private static func differences(_ html: inout HTMLWriter, _ differences: [Difference]) {
        let shown = differences.prefix(20)
        html.element("ul", [("class", "differences")]) { html in
            for difference in shown {
                html.element("li") { html in
                    html.element("code", text: ForeignText.line(difference.path.isEmpty ? "answer" : difference.path, limit: 120))
                    let kind = ForeignText.name(difference.kind).replacing("_", with: " ")
                    let values = [difference.productionValue, difference.candidateValue].map {
                        $0.map { ForeignText.line($0, limit: 120) } ?? "nothing"
                    }
                    html.text(" \(kind): \(values[0]) → \(values[1])")
                }
            }
            if differences.count > shown.count {
                html.element("li", text: "and \(Numbers.count(differences.count - shown.count)) more")
            }
        }
    }
}

/// Two texts cut into what they begin with alike, what differs, and what they end with alike, at word boundaries.
struct MarkedDifference {
    struct Side {
        var before = ""
        var differing = ""
        var after = ""

        var isEmpty: Bool { before.isEmpty && differing.isEmpty && after.isEmpty }
    }

    let left: Side
    let right: Side

    init(_ left: String, _ right: String) {
        let (first, second) = (MarkedDifference.words(left), MarkedDifference.words(right))
        let shorter = min(first.count, second.count)
        var head = 0
        while head < shorter, first[head] == second[head] { head += 1 }
        var tail = 0
        while tail < shorter - head, first[first.count - 1 - tail] == second[second.count - 1 - tail] { tail += 1 }
        func side(_ words: [Substring]) -> Side {
            Side(
                before: words[..<head].joined(), differing: words[head..<(words.count - tail)].joined(),
                after: words[(words.count - tail)...].joined())
        }
        self.left = side(first)
        self.right = side(second)
    }

    /// The text in words, each with the white space before it, so that joined they are the text.
    private static func words(_ text: String) -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var inWord = false
        for index in text.indices {
            let isSpace = text[index].isWhitespace
            if inWord, isSpace {
                words.append(text[start..<index])
                start = index
            }
            inWord = !isSpace
        }
        if start < text.endIndex { words.append(text[start...]) }
        return words
    }
}
