internal import HTTPServer
internal import HTTPWire
internal import JSON
internal import Records

/// One `POST /{workload}/pairs` on its way: gathers what a gateway hands in, within the memory of captures, and answers when the
/// shadow thread has read it. Loop thread only.
final class TapCall: ExchangeHandler {
    let exchange: Exchange
    let route: Route
    private unowned let loop: ProductionLoop
    private var pieces: [[UInt8]] = []
    /// Bytes that the body holds of the capture memory, until they are handed over.
    private var held = 0

    init(_ exchange: Exchange, route: Route, on loop: ProductionLoop) {
        self.exchange = exchange
        self.route = route
        self.loop = loop
    }

    deinit { loop.limits.memory.giveBack(held) }

    func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {
        guard !exchange.hasResponded else { return }
        if held + bytes.count > loop.limits.perMessage {
            GatewayAnswer.tapTooLarge(limit: loop.limits.perMessage).send(to: exchange)
        } else if loop.limits.memory.take(bytes.count) {
            held += bytes.count
            pieces.append(bytes)
        } else {
            GatewayAnswer.tapBusy.send(to: exchange)
        }
    }

    func requestEnded(_ exchange: Exchange) {
        guard !exchange.hasResponded else { return }
        let body = pieces.count == 1 ? pieces[0] : Array(pieces.joined())
        let bytes = held
        (pieces, held) = ([], 0)
        loop.handIn(self, body, heldBytes: bytes)
    }

    func clientLeft(_ exchange: Exchange) {}
    func responseDrained(_ exchange: Exchange) {}
}

/// Who may hand in finished calls: whoever knows the token. It opens nothing else, and no call of an app needs it.
struct TapAccess: Sendable {
    private let token: [UInt8]

    /// nil lets nobody in.
    init(token: String?) { self.token = Array((token ?? "").utf8) }

    /// Whether the token comes as a bearer token. Compares without telling by its duration how much of it was right.
    func allows(_ headers: Headers) -> Bool {
        guard !token.isEmpty, let authorization = headers["Authorization"] else { return false }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        let given = Array(parts[1].drop { $0 == " " }.utf8)
        guard given.count == token.count else { return false }
        return zip(given, token).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// What a gateway is told about what it handed in.
enum TapAnswer {
    /// Faults that an answer names; the others are counted.
    private static let shownFaults = 100

    static func send(_ receipt: TapReceipt, to exchange: Exchange) {
        let status: Int
        let body: JSONValue
        switch receipt {
        case .taken(let calls, let sampled, let repeated, let ignored):
            status = 202
            body = [
                "taken": JSONValue(calls), "sampled": JSONValue(sampled), "repeated": JSONValue(repeated), "ignored": JSONValue(ignored),
            ]
        case .faulty(let faults):
            status = 400
            body = [
                "error": [
                    "message": .string("Nothing was taken: \(faults[0])"), "type": "understudy_error", "code": "invalid_record",
                ],
                "faults": .array(
                    faults.prefix(shownFaults).map {
                        ["line": JSONValue($0.line), "field": .string($0.field), "message": .string($0.message)]
                    }),
                "fault_count": JSONValue(faults.count),
            ]
        }
        var headers: Headers = [Header("Content-Type", "application/json")]
        if status == 400 { headers.append(GatewayAnswer.header, "invalid_record") }
        exchange.respondSimple(status: status, headers: headers, body: body.serialised())
    }
}
