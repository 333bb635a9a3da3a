import JSON
import Traffic

/// An answer read as one JSON document.
struct JSONReading {
    /// What stands around the document where it is not the whole answer.
    enum Wrapping: Hashable {
        /// A code fence, with nothing around it or with prose.
        case codeFence(isWhole: Bool)
        /// The arguments of the one tool that the answer calls.
        case toolCall(name: String)

        /// The rule that found it.
        var rule: String {
            switch self {
            case .codeFence(let isWhole): isWhole ? "json.code_fence" : "json.fence_in_prose"
            case .toolCall: "json.tool_call"
            }
        }

        /// Whether it stands in sentences, which no program reads.
        var isProse: Bool { self == .codeFence(isWhole: false) }
    }

    /// nil when the answer cannot be read.
    var document: JSONValue?
    var wrapping: Wrapping?

    /// Whether it stands in a tool call instead of the text.
    var isToolCall: Bool { if case .toolCall? = wrapping { true } else { false } }

    /// Why the answer cannot be read.
    var error: JSONError?

    /// Strictly, then with the repairs. Where its delivery is at fault, only a whole object or array counts: half a text may
    /// hold a document that the other half takes back.
    init(_ answer: Delivery) {
        if TextForm.isBlank(answer.text), answer.fault == nil, answer.leg.toolCalls.count == 1 {
            readCall(answer.leg.toolCalls[0])
            return
        }
        do throws(JSONError) {
            let value = try JSONValue.parse(answer.text)
            if answer.fault == nil || value.arrayValue != nil || value.objectValue != nil { document = value }
            return
        } catch {
            self.error = error
        }
        guard answer.fault == nil, let fence = AnswerFence(answer.text) else { return }
        do throws(JSONError) {
            document = try JSONValue.parse(fence.inside)
            wrapping = .codeFence(isWhole: fence.isWhole)
            error = nil
        } catch {
            self.error = JSONError(
                offset: error.offset + fence.offset, line: error.line + fence.line,
                column: error.column + (error.line == 1 ? fence.column : 0),
                message: error.message)
        }
    }

    private mutating func readCall(_ call: ToolCall) {
        do throws(JSONError) {
            document = try JSONValue.parse(call.arguments)
            wrapping = .toolCall(name: call.name)
        } catch {
            self.error = error
        }
    }
}

/// The one code fence in a text.
private struct AnswerFence {
    /// What stands in it.
    let inside: String
    /// Whether nothing but the fence is in the text.
    let isWhole: Bool
    /// Where the inside begins: bytes, lines and bytes of its line before it.
    let offset: Int
    let line: Int
    let column: Int

    /// nil when there is no fence, no end of it, or more than one in prose.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        let mark = Array("```".utf8)
        guard let first = AnswerFence.marks(bytes).first else { return nil }
        let isFirst = bytes[..<first].allSatisfy(AnswerFence.isSpace)
        var end = bytes.count
        while end > 0, AnswerFence.isSpace(bytes[end - 1]) { end -= 1 }
        // JSON may hold such marks in its strings: a fence around everything ends at the last one.
        let isWhole = isFirst && end >= first + 6 && bytes[(end - 3)..<end].elementsEqual(mark)
        let last: Int
        if isWhole {
            last = end - 3
        } else {
            let marks = AnswerFence.marks(bytes).filter { AnswerFence.isAtLineStart(bytes, $0) }
            guard marks.count == 2, marks[0] == first else { return nil }
            last = marks[1]
        }
        var start = first + 3
        while start < last, AnswerFence.isLetter(bytes[start]) { start += 1 }
        inside = String(decoding: bytes[start..<last], as: UTF8.self)
        self.isWhole = isWhole
        offset = start
        line = bytes[..<start].count { $0 == UInt8(ascii: "\n") }
        column = start - ((bytes[..<start].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    }

    /// Where three backticks stand, each counted once.
    private static func marks(_ bytes: [UInt8]) -> [Int] {
        var places: [Int] = []
        var run = 0
        for (index, byte) in bytes.enumerated() {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            if run == 3 { places.append(index - 2) }
        }
        return places
    }

    private static func isAtLineStart(_ bytes: [UInt8], _ place: Int) -> Bool {
        for byte in bytes[..<place].reversed() {
            if byte == UInt8(ascii: "\n") { return true }
            if !isSpace(byte) { return false }
        }
        return true
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
