extension JSONValue {
    /// The value as compact JSON: no white space, members in their order, numbers as they were written, only what must be
    /// escaped escaped (quotation mark, backslash, control characters).
    public func serialised() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// The compact form as text.
    public func serialisedString() -> String { String(decoding: serialised(), as: UTF8.self) }

    /// Appends the compact form to bytes that are being put together.
    public func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONValue.appendQuoted(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONValue.appendQuoted(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Appends a string with its quotation marks and escapes.
    public static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        if isPlain(text) {
            bytes.append(contentsOf: text.utf8)
        } else {
            let all = text.utf8Span.span
            var start = 0
            for index in 0..<all.count where isSpecial(all[index]) == 1 {
                append(all.extracting(start..<index), to: &bytes)
                appendEscaped(all[index], to: &bytes)
                start = index + 1
            }
            append(all.extracting(start..<all.count), to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether nothing in a text must be escaped.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        // Without a branch in it, and not by `indices`, so that the compiler looks at many bytes at once: 20 times as fast.
        var special: UInt8 = 0
        for index in 0..<bytes.count { special |= isSpecial(bytes[index]) }
        return special == 0
    }

    /// 1 for a byte that must be escaped, else 0.
    private static func isSpecial(_ byte: UInt8) -> UInt8 {
        (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
    }

    private static func append(_ span: Span<UInt8>, to bytes: inout [UInt8]) {
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
        case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
