/// Writes HTML in which every text and attribute value is escaped: markup comes from element names in this program only.
struct HTMLWriter {
    private(set) var html = ""

    /// A text, escaped.
    mutating func text(_ text: String) { html += HTMLWriter.escaped(text) }

    /// An element around what `body` writes.
    mutating func element(_ name: StaticString, _ attributes: [(StaticString, String)] = [], _ body: (inout HTMLWriter) -> Void) {
        open(name, attributes)
        body(&self)
        html += "</\(name)>"
    }

    /// An element around one text.
    mutating func element(_ name: StaticString, _ attributes: [(StaticString, String)] = [], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// An element around one text whose short hyphenated words, such as a model's name, are not broken at their hyphens.
    mutating func element(_ name: StaticString, _ attributes: [(StaticString, String)] = [], words: String) {
        element(name, attributes) { $0.words(words) }
    }

    /// The longest hyphenated word that is kept whole: a longer one would not fit a narrow page.
    private static let longestWhole = 24
    private static let longestFigure = 48

    /// A text, escaped, with its short hyphenated words kept whole.
    mutating func words(_ text: String) {
        for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { html += " " }
            if word.contains("-"), word.count <= HTMLWriter.longestWhole {
                element("span", [("class", "whole")], text: String(word))
            } else {
                self.text(String(word))
            }
        }
    }

    /// A figure with its limits behind it, in a line or two: neither is broken.
    mutating func figure(_ text: String) {
        guard let limits = text.firstIndex(of: "("), limits > text.startIndex, text.count <= HTMLWriter.longestFigure else {
            return words(text)
        }
        let gap = text.index(before: limits)
        element("span", [("class", "whole")], text: String(text[..<gap]))
        html += " "
        element("span", [("class", "whole")], text: String(text[limits...]))
    }

    /// An element without content, written so that HTML and SVG both take it.
    mutating func empty(_ name: StaticString, _ attributes: [(StaticString, String)] = []) {
        open(name, attributes, end: "/>")
    }

    /// Text of this program that is markup already: the doctype, the style sheet.
    mutating func verbatim(_ text: StaticString) { html += "\(text)" }

    mutating func line() { html += "\n" }

    private mutating func open(_ name: StaticString, _ attributes: [(StaticString, String)], end: String = ">") {
        html += "<\(name)"
        for (key, value) in attributes { html += " \(key)=\"\(HTMLWriter.escaped(value))\"" }
        html += end
    }

    /// The five characters that mean something to HTML; controls are gone already (`ForeignText`), but a stray one does no harm.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
