import TestSupport

/// One header line, byte for byte but for the white space around its value.
struct WireLine: Equatable, CustomStringConvertible {
    var name: [UInt8]
    var value: [UInt8]

    var description: String { "\(String(decoding: name, as: UTF8.self)): \(String(decoding: value, as: UTF8.self))" }

    func isNamed(_ names: Set<String>) -> Bool { names.contains(String(decoding: name, as: UTF8.self).lowercased()) }

    /// The lines of a head or of trailers, without the first `skipped` ones.
    static func read(_ bytes: [UInt8], skipping skipped: Int) -> [WireLine] {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        return bytes.split(separator: 0x0A).dropFirst(skipped).compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let value = line[(colon + 1)...].drop(while: isBlank).reversed().drop(while: isBlank).reversed()
            return WireLine(name: Array(line[..<colon]), value: Array(value))
        }
    }
}

/// An answer as a client sees it: what may differ from hop to hop (framing and the connection's own headers) is left out.
struct SeenAnswer: Equatable, CustomStringConvertible {
    static let hopNames: Set<String> = ["connection", "keep-alive", "transfer-encoding"]

    var interim: [SeenAnswer] = []
    /// What follows the version: status and reason.
    var status: [UInt8]
    var headers: [WireLine]
    var body: [UInt8] = []
    var trailers: [WireLine] = []
    var isComplete = true

    init(head: [UInt8]) {
        status = Array(head.prefix { $0 != 0x0D }.dropFirst(9))
        headers = WireLine.read(head, skipping: 1).filter { !$0.isNamed(Self.hopNames) }
    }

    /// The next answer of a connection, its interim ones included.
    init(from probe: HTTPProbe, to method: String) throws {
        var interim: [SeenAnswer] = []
        var answer = try probe.readHead()
        while answer.status / 100 == 1 {
            interim.append(SeenAnswer(head: answer.rawBytes))
            answer = try probe.readHead()
        }
        self.init(head: answer.rawBytes)
        self.interim = interim
        guard method != "HEAD", answer.status != 204, answer.status != 304 else { return }
        let headBytes = answer.rawBytes.count
        try probe.readBody(&answer)
        body = answer.body
        isComplete = answer.isComplete
        if answer.header("transfer-encoding") != nil, isComplete {
            trailers = SeenAnswer.trailers(ofChunked: answer.rawBytes[headBytes...])
        }
    }

    private static func trailers(ofChunked framed: ArraySlice<UInt8>) -> [WireLine] {
        var rest = framed
        while let end = rest.firstIndex(of: 0x0A) {
            let digits = rest[..<end].prefix { $0 != UInt8(ascii: ";") && $0 != 0x0D }
            rest = rest[(end + 1)...]
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size > 0 else { break }
            rest = rest.dropFirst(size + 2)
        }
        return WireLine.read(Array(rest), skipping: 0)
    }

    var description: String {
        "\(interim) \(String(decoding: status, as: UTF8.self)) \(headers) \(body.count) bytes "
            + "\(String(decoding: body.prefix(200), as: UTF8.self)) \(trailers) \(isComplete ? "whole" : "broken")"
    }
}

/// A request as an upstream sees it, without what belongs to the hop. `Host` names the upstream, and an expectation is met on each hop.
struct SeenRequest: Equatable, CustomStringConvertible {
    static let hopNames: Set<String> = SeenAnswer.hopNames.union(["host", "expect", "te", "proxy-connection"])

    var line: String
    var headers: [WireLine]
    var body: [UInt8]
    var trailers: [WireLine]
    var isChunked: Bool

    init(_ request: RawRequest) {
        // The version is the hop's own.
        line = request.requestLine.split(separator: " ").dropLast().joined(separator: " ")
        headers = WireLine.read(request.head, skipping: 1).filter { !$0.isNamed(Self.hopNames) }
        body = request.body
        trailers = WireLine.read(request.trailers, skipping: 0)
        isChunked = request.header("transfer-encoding") != nil
    }

    var description: String { "\(line) \(headers) \(body.count) bytes \(trailers)" }
}
