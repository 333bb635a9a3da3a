internal import HTTPServer
internal import HTTPWire
internal import JSON

/// The mirror's own answers, for calls that production cannot answer: JSON in the shape that OpenAI's clients read, with an
/// `Understudy-Error` header that no upstream sends.
enum GatewayAnswer {
    case unknownWorkload(name: String, known: [String])
    case upgradeNotSupported
    case upstreamNotAllowed(workload: String, authority: String)
    case productionUnreachable(workload: String, message: String)
    /// Finished calls were handed in without the token.
    case tapUnauthorised
    /// Finished calls were handed in and no trial takes them.
    case tapWithoutTrial(workload: String)
    case tapTooLarge(limit: Int)
    /// As much as memory allows is being captured.
    case tapBusy

    static let header = "Understudy-Error"

    private var status: Int {
        switch self {
        case .unknownWorkload, .tapWithoutTrial: 404
        case .tapUnauthorised: 401
        case .tapTooLarge: 413
        case .tapBusy: 503
        case .upgradeNotSupported: 501
        case .upstreamNotAllowed, .productionUnreachable: 502
        }
    }

    private var code: String {
        switch self {
        case .unknownWorkload: "unknown_workload"
        case .upgradeNotSupported: "upgrade_not_supported"
        case .upstreamNotAllowed: "upstream_not_allowed"
        case .productionUnreachable: "production_unreachable"
        case .tapUnauthorised: "tap_unauthorised"
        case .tapWithoutTrial: "no_tap_trial"
        case .tapTooLarge: "too_large"
        case .tapBusy: "capture_full"
        }
    }

    private var message: String {
        switch self {
        case .unknownWorkload(let name, let known):
            known.isEmpty
                ? "There is no workload \"\(name)\": this mirror knows none yet. Make one with: understudy enable -f FILE"
                : "There is no workload \"\(name)\". This mirror knows: \(known.joined(separator: ", ")). "
                    + "The base URL is http://MIRROR/WORKLOAD/v1."
        case .upgradeNotSupported: "This mirror does not switch protocols: send the request without Upgrade."
        case .upstreamNotAllowed(let workload, let authority):
            "The production of \"\(workload)\" is \(authority), which this mirror was not started to send credentials to. "
                + "Start it with --allow-upstream \(authority)."
        case .tapUnauthorised: "Send the token of the file tap-token in the mirror's data folder: Authorization: Bearer …"
        case .tapWithoutTrial(let workload):
            "No trial of \"\(workload)\" takes calls that are handed in. Start one with: understudy enable --tap -f FILE"
        case .tapTooLarge(let limit): "The body is longer than \(limit) bytes: hand in fewer calls at once, or raise --capture-limit."
        case .tapBusy: "As many calls are being captured as memory allows: hand them in again in a moment."
        case .productionUnreachable(let workload, let message): "Production of \"\(workload)\" could not be asked: \(message)"
        }
    }

    /// Answers the exchange as a whole.
    func send(to exchange: Exchange) {
        var error: [JSONMember] = [
            JSONMember("message", .string(message)), JSONMember("type", "understudy_error"), JSONMember("code", .string(code)),
        ]
        if case .unknownWorkload(let name, let known) = self {
            error.append(JSONMember("workload", .string(name)))
            error.append(JSONMember("known", .array(known.map { .string($0) })))
        }
        let body = JSONValue.object([JSONMember("error", .object(error))]).serialised()
        var headers: Headers = [Header("Content-Type", "application/json"), Header(GatewayAnswer.header, code)]
        if case .tapBusy = self { headers.append("Retry-After", "1") }
        exchange.respondSimple(status: status, headers: headers, body: body)
    }
}
