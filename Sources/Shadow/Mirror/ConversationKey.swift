internal import Configuration
internal import HTTPWire
internal import JSON
internal import Traffic

/// What a call's conversation is known by.
struct ConversationKey: Equatable {
    /// The conversation's number under the sampling key.
    var hash: UInt64
    /// What is stored as the conversation's name: the named value, or the number in hexadecimal.
    var name: String

    /// Longest name that is stored; the number is always made of the whole value.
    static let maxNameBytes = 256

    private init(hash: UInt64, name: String) {
        self.hash = hash
        self.name = name
    }

    /// From the header that names it; nil when the call has none.
    init?(header: String, of headers: Headers, key: KeyedHash) {
        guard let value = headers.bytes(of: header), !value.isEmpty else { return nil }
        self.init(value: value, key: key)
    }

    /// From the body field at a JSON Pointer; nil when the body has no such string or number.
    init?(field pointer: String, of body: [UInt8], key: KeyedHash) {
        guard let tree = try? JSONValue.parse(body), let value = tree.at(pointer) else { return nil }
        switch value {
        case .string(let text) where !text.isEmpty: self.init(value: Array(text.utf8), key: key)
        case .number(let text): self.init(value: Array(text.utf8), key: key)
        default: return nil
        }
    }

    /// From system text, first user message and date (UTC): the same for every turn of a conversation that sends its whole
    /// history, and on every mirror. nil when the body has no messages.
    init?(openingOf body: [UInt8], at moment: Timestamp, key: KeyedHash) {
        let bytes = body.span
        guard let messages = JSONScanner.topLevelFields(in: bytes, names: ["messages"])[0], messages.kind == .array else { return nil }
        var opening: [UInt8] = []
        var foundUser = false
        ArrayElements.visit(in: bytes, array: messages.range) { range in
            let element = bytes.extracting(range)
            let fields = JSONScanner.topLevelFields(in: element, names: ["role", "content"])
            guard let role = fields[0].flatMap({ JSONScanner.string($0, in: element) }), let content = fields[1] else { return true }
            foundUser = role == "user"
            guard foundUser || role == "system" || role == "developer" else { return true }
            opening += body[(range.lowerBound + content.range.lowerBound)..<(range.lowerBound + content.range.upperBound)]
            opening.append(0)
            return !foundUser
        }
        guard foundUser else { return nil }
        let day = moment.microseconds / 86_400_000_000
        opening += String(day).utf8
        let number = key.hash(opening)
        let digits = String(number, radix: 16)
        self.init(hash: number, name: String(repeating: "0", count: 16 - digits.count) + digits)
    }

    private init(value: [UInt8], key: KeyedHash) {
        hash = key.hash(value)
        name = String(decoding: value.prefix(ConversationKey.maxNameBytes), as: UTF8.self)
    }
}

/// The elements of a JSON array in its bytes.
enum ArrayElements {
    /// Calls `body` with the place of each element that is an object, until it says false. `array` is the place of the array's
    /// text, brackets included, as `JSONScanner` found it.
    static func visit(in bytes: Span<UInt8>, array: Range<Int>, _ body: (Range<Int>) -> Bool) {
        var depth = 0
        var start = 0
        var index = array.lowerBound + 1
        while index < array.upperBound - 1 {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                while index < array.upperBound, bytes[index] != UInt8(ascii: "\"") { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 0 { start = index }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0, bytes[start] == UInt8(ascii: "{"), !body(start..<(index + 1)) { return }
            default: break
            }
            index += 1
        }
    }
}
