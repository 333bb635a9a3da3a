import JSON

/// Reads values and calls as Python writes them: `{'city': 'Paris', 'metric': True}`, `[f(a=1), g(b='x')]`.
///
/// Only what says its value by itself is read: no variables, no arithmetic, no arguments without a name.
struct PythonReader {
    /// Ways of writing that a reader of JSON, or of Python, does not take.
    struct Liberties: OptionSet {
        let rawValue: Int

        /// `'text'`, which JSON lacks.
        static let singleQuotes = Liberties(rawValue: 1)
        /// `True`, `False`, `None`, which JSON lacks.
        static let pythonWords = Liberties(rawValue: 2)
        /// `true`, `false`, `null`, which Python lacks.
        static let jsonWords = Liberties(rawValue: 4)
        /// Tuples, a comma after the last element, numbers such as `.5`, which JSON lacks.
        static let pythonSyntax = Liberties(rawValue: 8)
    }

    /// Values inside values are read to this depth.
    private static let depthLimit = 64

    private let bytes: [UInt8]
    private var place = 0
    private var depth = 0
    /// What has been met so far.
    private(set) var liberties: Liberties = []

    private init(_ text: Substring) { bytes = Array(text.utf8) }

    /// A text that is one value.
    static func value(_ text: Substring) -> (value: JSONValue, liberties: Liberties)? {
        var reader = PythonReader(text)
        guard let value = reader.value(), reader.isAtEnd() else { return nil }
        return (value, reader.liberties)
    }

    /// A text that is one call, or several with commas between them, in brackets or not.
    static func calls(_ text: Substring) -> (calls: [(name: String, arguments: JSONValue)], liberties: Liberties)? {
        var reader = PythonReader(text)
        let isList = reader.take("[")
        var calls: [(name: String, arguments: JSONValue)] = []
        repeat {
            if !calls.isEmpty, isList, reader.peek() == UInt8(ascii: "]") { break }
            guard let call = reader.call() else { return nil }
            calls.append(call)
        } while reader.take(",")
        guard !isList || reader.take("]"), reader.isAtEnd() else { return nil }
        return (calls, reader.liberties)
    }

    // MARK: Calls

    private mutating func call() -> (name: String, arguments: JSONValue)? {
        guard let name = name(), take("(") else { return nil }
        var members: [JSONMember] = []
        var names: Set<String> = []
        while !take(")") {
            if !members.isEmpty, !take(",") { return nil }
            if !members.isEmpty, take(")") { break }
            guard let name = self.name(), !name.contains("."), names.insert(name).inserted, take("="), let value = value() else {
                return nil
            }
            members.append(JSONMember(name, value))
        }
        return (name, .object(members))
    }

    /// A name, with dots between its parts.
    private mutating func name() -> String? {
        skipSpace()
        let start = place
        while place < bytes.count, PythonReader.isNameByte(bytes[place]) || (place > start && bytes[place] == UInt8(ascii: ".")) {
            place += 1
        }
        guard place > start, !(48...57).contains(bytes[start]) else { return nil }
        return String(validating: bytes[start..<place], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }

    // MARK: Values

    private mutating func value() -> JSONValue? {
        guard depth < PythonReader.depthLimit, let byte = peek() else { return nil }
        depth += 1
        defer { depth -= 1 }
        switch byte {
        case UInt8(ascii: "{"): return dictionary()
        case UInt8(ascii: "["): return elements(until: "]").map { .array($0) }
        case UInt8(ascii: "("):
            liberties.insert(.pythonSyntax)
            // (x) is x, which is not read; only a comma makes a tuple.
            guard let elements = elements(until: ")", isTuple: true) else { return nil }
            return .array(elements)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        default: return word()
        }
    }

    private mutating func dictionary() -> JSONValue? {
        place += 1
        var members: [JSONMember] = []
        while !take("}") {
            if !members.isEmpty, !take(",") { return nil }
            if !members.isEmpty, take("}") {
                liberties.insert(.pythonSyntax)
                break
            }
            guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), let name = string(), take(":"),
                let value = value()
            else { return nil }
            members.append(JSONMember(name, value))
        }
        return .object(members)
    }

    private mutating func elements(until end: Unicode.Scalar, isTuple: Bool = false) -> [JSONValue]? {
        place += 1
        var elements: [JSONValue] = []
        var hasLastComma = false
        while !take(end) {
            if !elements.isEmpty, !take(",") { return nil }
            if !elements.isEmpty, take(end) {
                hasLastComma = true
                break
            }
            guard let value = value() else { return nil }
            elements.append(value)
        }
        if hasLastComma { liberties.insert(.pythonSyntax) }
        return isTuple && elements.count == 1 && !hasLastComma ? nil : elements
    }

    private mutating func word() -> JSONValue? {
        guard let word = name().flatMap({ PythonReader.words[$0] }) else { return nil }
        liberties.insert(word.liberty)
        return word.value
    }

    private static let words: [String: (value: JSONValue, liberty: Liberties)] = [
        "True": (true, .pythonWords), "False": (false, .pythonWords), "None": (.null, .pythonWords),
        "true": (true, .jsonWords), "false": (false, .jsonWords), "null": (.null, .jsonWords),
    ]

    /// A number in JSON's grammar, or with nothing on one side of its point.
    private mutating func number() -> JSONValue? {
        let start = place
        while place < bytes.count, "0123456789+-.eE".utf8.contains(bytes[place]) { place += 1 }
        var text = String(decoding: bytes[start..<place], as: UTF8.self)
        if let point = text.firstIndex(of: ".") {
            let isDigit = { (character: Character?) in character?.isNumber == true }
            let next = text.index(after: point)
            let (before, after) = (text[..<point].last, next < text.endIndex ? text[next] : nil)
            if isDigit(before) != isDigit(after) {
                liberties.insert(.pythonSyntax)
                text.insert("0", at: isDigit(before) ? next : point)
            }
        }
        guard let value = try? JSONValue.parse(text), case .number = value else { return nil }
        return value
    }

    private mutating func string() -> String? {
        let quote = bytes[place]
        if quote == UInt8(ascii: "'") { liberties.insert(.singleQuotes) }
        place += 1
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case quote: return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// Reads what stands after a backslash.
    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard place < bytes.count else { return false }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "u"):
            // JSON and Python disagree about halves of pairs.
            guard let value = hexadecimal(), let scalar = Unicode.Scalar(value) else { return false }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: return false
        }
        return true
    }

    private mutating func hexadecimal() -> UInt32? {
        guard place + 4 <= bytes.count, bytes[place..<place + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
            return nil
        }
        place += 4
        return UInt32(String(decoding: bytes[place - 4..<place], as: UTF8.self), radix: 16)
    }

    // MARK: Places

    private mutating func skipSpace() {
        while place < bytes.count, bytes[place] == 0x20 || (0x09...0x0D).contains(bytes[place]) { place += 1 }
    }

    private mutating func peek() -> UInt8? {
        skipSpace()
        return place < bytes.count ? bytes[place] : nil
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: sign) else { return false }
        place += 1
        return true
    }

    private mutating func isAtEnd() -> Bool {
        skipSpace()
        return place == bytes.count
    }
}
