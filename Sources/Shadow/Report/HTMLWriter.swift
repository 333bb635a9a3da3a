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
