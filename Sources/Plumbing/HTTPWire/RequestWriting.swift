/// A request's head as a client puts it on the wire.
public enum RequestWriting {
    /// Appends the head, the empty line included. `Host` comes first: the one of `headers`, else `host`. The other lines follow as they
    /// are but for lengths and codings, which `framing` says; a line without a value ends at its colon.
    public static func appendHead(
        method: String, target: [UInt8], host: [UInt8], headers: Headers, framing: RequestFraming, to output: inout [UInt8]
    ) {
        output.append(contentsOf: method.utf8)
        output.append(ASCII.space)
        output.append(contentsOf: target)
        output.append(contentsOf: " HTTP/1.1\r\n".utf8)
        let ownHost = headers.firstIndex(named: "host")
        if let ownHost {
            append(headers, at: ownHost, to: &output)
        } else {
            output.append(contentsOf: "Host: ".utf8)
            output.append(contentsOf: host)
            endLine(&output)
        }
        for index in headers.indices where !isSaidElsewhere(headers, at: index) { append(headers, at: index, to: &output) }
        switch framing {
        case .none: break
        case .length(let bytes):
            output.append(contentsOf: "Content-Length: ".utf8)
            Decimal.append(bytes, to: &output)
            endLine(&output)
        case .chunked: output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        }
        endLine(&output)
    }

    private static func isSaidElsewhere(_ headers: Headers, at index: Int) -> Bool {
        switch headers.withField(at: index, { name, _ in name.count }) {
        case 4: headers.isNamed("host", at: index)
        case 14: headers.isNamed("content-length", at: index)
        case 17: headers.isNamed("transfer-encoding", at: index)
        default: false
        }
    }

    private static func append(_ headers: Headers, at index: Int, to output: inout [UInt8]) {
        if headers.withField(at: index, { _, value in value.isEmpty }) {
            headers.appendName(at: index, to: &output)
            output.append(ASCII.colon)
        } else {
            headers.appendField(at: index, to: &output)
        }
        endLine(&output)
    }

    private static func endLine(_ output: inout [UInt8]) {
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }
}
