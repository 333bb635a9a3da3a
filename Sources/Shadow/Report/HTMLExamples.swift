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
            html.element("p", [("class", "identity")], text: "pair \(ExampleWords.identity(example, group))")
            guard let texts = example.texts else { return html.element("p", text: ExampleWords.gone) }
            block(&html, "asked", texts.input)
            if let label = texts.label { block(&html, "right", label) }
            html.element("div", [("class", "sides")]) { html in
                let answers = MarkedDifference(ForeignText.block(texts.productionOutput), ForeignText.block(texts.candidateOutput))
                side(&html, group.production, answers.left)
                side(&html, group.candidate, answers.right)
            }
            if texts.differences.count > 1 { differences(&html, texts) }
        }
    }

    private static func block(_ html: inout HTMLWriter, _ label: String, _ passage: ReportModel.Passage) {
        html.element("p", [("class", "label")], text: label)
        let text = ForeignText.block(passage)
        html.element("p", [("class", "foreign"), ("dir", "auto")], text: text.isEmpty ? "(empty)" : text)
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

    private static func differences(_ html: inout HTMLWriter, _ texts: ReportModel.Example.Texts) {
        html.element("ul", [("class", "differences")]) { html in
            for difference in texts.differences {
                html.element("li") { html in
                    html.element("code", text: difference.path)
                    html.text(" \(difference.kind): \(difference.productionValue) → \(difference.candidateValue)")
                }
            }
            if texts.moreDifferences > 0 { html.element("li", text: "and \(Numbers.count(texts.moreDifferences)) more") }
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
