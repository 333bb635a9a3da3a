import HTTPWire

/// What a parser made of an input, body pieces put together.
enum Found: Equatable, CustomStringConvertible {
    case head(String, HTTPVersion, Headers, RequestFraming)
    case body(String)
    case end
    case rejected(Int, String)

    var description: String {
        switch self {
        case .head(let line, let version, let headers, let framing):
            "head(\(line), \(version), \(headers.map { "\($0.nameText): \($0.valueText)" }), \(framing))"
        case .body(let text): "body(\(text))"
        case .end: "end"
        case .rejected(let status, let message): "rejected(\(status), \(message))"
        }
    }
}

/// Feeds the pieces one by one, request after request.
func read(_ pieces: [ArraySlice<UInt8>], maxHeadBytes: Int = 1000, maxHeaders: Int = 20) -> [Found] {
    var parser = RequestParser(maxHeadBytes: maxHeadBytes, maxHeaders: maxHeaders)
    var found: [Found] = []
    for piece in pieces {
        var offset = 0
        let input = Array(piece)
        while let event = parser.next(input.span, at: &offset) {
            switch event {
            case .head(let head): found.append(.head("\(head.method) \(head.targetText)", head.version, head.headers, head.framing))
            case .body(let range):
                let text = String(decoding: input[range], as: UTF8.self)
                if case .body(let before) = found.last { found[found.count - 1] = .body(before + text) } else { found.append(.body(text)) }
            case .end: found.append(.end)
            case .rejected(let rejection): found.append(.rejected(rejection.status, rejection.message))
            }
        }
    }
    return found
}

func read(_ text: String, maxHeadBytes: Int = 1000, maxHeaders: Int = 20) -> [Found] {
    read([Array(text.utf8)[...]], maxHeadBytes: maxHeadBytes, maxHeaders: maxHeaders)
}

/// The only head of a request that must be fine.
func head(_ text: String) throws -> RequestHead {
    var parser = RequestParser()
    var offset = 0
    let bytes = Array(text.utf8)
    switch parser.next(bytes.span, at: &offset) {
    case .head(let head): return head
    case .rejected(let rejection): throw rejection
    default: throw RequestRejection(status: 0, message: "incomplete")
    }
}

/// The status with which a text is rejected, or nil.
func rejection(_ text: String) -> Int? {
    guard case .rejected(let status, _) = read(text).last else { return nil }
    return status
}
