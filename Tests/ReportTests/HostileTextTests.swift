import Foundation
import FoundationXML
import Report
import Testing
import Traffic
import Verdict

/// What models and users write cannot become markup, a terminal's command or a flood.
@Suite struct HostileTextTests {
    static let script = "<script>alert('x')</script>\"onload=\"y&amp;"
    static let controls = "a\u{1B}[31mred\u{7}\u{0}\u{202E}abc\u{2066}\u{200B}\r\nnext\rlast"
    static let markdown = "`` ` ``|**bold** [x](javascript:1) <img src=x> # _h_"

    private func model(_ text: String) -> ReportModel {
        var model = SimulatedTrial(days: 1, pairsPerDay: 200).model()
        model.trial.workload = text
        model.trial.candidate = text
        model.trial.production = text
        model.confusion = [ReportModel.ConfusionRow(productionLabel: text, candidateLabel: text, pairs: 900, productionOnly: 900)]
        model.labelMatrix = ReportModel.LabelMatrix(cells: [(text, text, 900), (text, "b", 3)])
        model.fields = [ReportModel.FieldRow(path: text, production: .init(expected: 3), candidate: .init(expected: 3, given: 2))]
        model.turns = [.init(turn: 1, pairs: 9, different: 1), .init(turn: 2, pairs: 9, different: 9)]
        model.warnings = [
            .schemaUnsupported(keywords: [text], pairs: 2), .other(text), .productionModels([text, text]),
            .untranslated(parameters: [text], pairs: 3),
        ]
        model.coverage.shed = [ReportModel.ReasonCount(reason: text, calls: 3)]
        for index in model.failureModes.indices {
            model.failureModes[index].segments = [ReportModel.SegmentCount(segment: text, count: 3)]
            model.failureModes[index].examples = [
                ReportModel.Example(
                    pair: Identifier(high: 1, low: 2), calledAt: Timestamp(microseconds: 0), segment: text, input: text,
                    productionOutput: text, candidateOutput: text + "!", label: text, correct: .productionOnly,
                    differences: [
                        Difference(path: "/\(text)", kind: text, productionValue: text, candidateValue: nil, rule: text),
                        Difference(path: "", kind: text, productionValue: nil, candidateValue: text, rule: text),
                    ])
            ]
        }
        return model
    }

    @Test(arguments: [script, controls, markdown, "", "'", "]]>", "\u{10FFFF}\u{FFFE}"])
    func htmlStaysWellFormedAndHarmless(_ text: String) {
        let html = model(text).rendered(as: .html)
        let parser = XMLParser(data: Data(html.replacing("\u{FFFE}", with: "").utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
        #expect(!html.lowercased().contains("<script") && !html.contains("<img"))
        #expect(!html.contains("\"onload"))
    }

    @Test(arguments: ReportFormat.allCases) func noControlCharacterSurvives(_ format: ReportFormat) {
        let rendered = model(Self.controls).rendered(as: format)
        let bad = rendered.unicodeScalars.filter { ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || (0x7F...0x9F).contains($0.value) }
        #expect(bad.isEmpty)
        // JSON carries the text as it is, escaped by its own rules; a reader sees it only through a program.
        guard format != .json else { return }
        #expect(!rendered.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value) })
        #expect(rendered.contains("␛") && rendered.contains("⟨U+202E⟩"))
    }

    @Test func textWithoutColourHasNoEscapesAndWithColourOnlyOurs() {
        let plain = model(Self.controls).rendered(as: .text)
        #expect(!plain.contains("\u{1B}"))
        let coloured = model(Self.controls).rendered(as: .text, colour: true)
        let escapes = coloured.components(separatedBy: "\u{1B}").dropFirst().map { $0.prefix { $0 != "m" } }
        #expect(!escapes.isEmpty && escapes.allSatisfy { ["[0", "[1", "[31", "[32", "[33"].contains($0) })
    }

    @Test func markdownShowsMarkupAsText() {
        let markdown = model(Self.markdown).rendered(as: .markdown)
        // Examples stand in code spans, whose fence is longer than any in them; everything else is escaped.
        for line in markdown.split(separator: "\n") {
            if line.hasPrefix("  - ") {
                #expect(!line.contains("bold") || line.contains("``` `` ` ``|"))
            } else {
                #expect(!line.contains(" <img") && !line.contains("|**bold"))
            }
        }
        for line in markdown.split(separator: "\n") where line.hasPrefix("|") {
            let cells = line.replacing("\\|", with: "").split(separator: "|", omittingEmptySubsequences: false).count
            #expect(cells > 2)
        }
        #expect(markdown.contains("\\[x\\]") && markdown.contains("\\<img"))
    }

    @Test func aMegabyteIsCutAndSaidToBe() {
        let long = String(repeating: "very long ", count: 100_000)
        let model = model(long)
        for format in [ReportFormat.text, .markdown, .html] {
            let rendered = model.rendered(as: format)
            #expect(rendered.utf8.count < 300_000, "\(format)")
            #expect(rendered.contains("more characters"))
        }
    }
}

/// The page as a document: parts, references, nothing from outside.
@Suite struct HTMLDocumentTests {
    private final class Reader: NSObject, XMLParserDelegate {
        var ids: [String] = []
        var references: [String] = []
        var elements: Set<String> = []
        var headings: [Int] = []
        var unnamed = 0

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            elements.insert(name)
            if let id = attributes["id"] { ids.append(id) }
            references += (attributes["aria-labelledby"] ?? "").split(separator: " ").map(String.init)
            if let link = attributes["href"] { references.append(String(link.drop { $0 == "#" })) }
            if name.count == 2, name.hasPrefix("h"), let level = Int(name.dropFirst()) { headings.append(level) }
            if name == "svg", attributes["aria-labelledby"] == nil { unnamed += 1 }
        }
    }

    @Test(arguments: GoldenTests.all) func everyReferenceHasItsTarget(_ golden: GoldenTests.Golden) {
        let reader = Reader()
        let parser = XMLParser(data: Data(golden.report.rendered(as: .html).utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(Set(reader.ids).count == reader.ids.count, "an id stands twice")
        #expect(Set(reader.references).isSubset(of: reader.ids), "\(Set(reader.references).subtracting(reader.ids))")
        #expect(reader.elements.isSuperset(of: ["title", "header", "main", "nav", "footer", "h1", "h2", "table", "svg"]))
        #expect(reader.elements.isDisjoint(with: ["script", "link", "img", "iframe", "form", "object"]))
        #expect(reader.unnamed == 0)
        #expect(reader.headings.first == 1)
        #expect(zip(reader.headings, reader.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "a heading skips a level")
    }

    @Test func theStartPageNamesEveryWorkloadAndItsVerdicts() {
        let reports = GoldenTests.all.map(\.report)
        let html = HTMLPage.list(reports) { "/\($0)" }
        #expect(XMLParser(data: Data(html.utf8)).parse())
        for report in reports { #expect(html.contains("href=\"/\(report.workload)\"")) }
        #expect(html.contains("SIMULATED") && html.contains("SWITCH:") && html.contains("NOT YET:"))
        #expect(HTMLPage.list([]) { $0 }.contains("understudy enable"))
        #expect(HTMLPage.message(title: "Not <found>", text: "No \"such\" & such").contains("Not &lt;found&gt;"))
    }
}
