internal import Configuration
internal import HTTPClient
internal import HTTPWire
internal import JSON
internal import Processes
internal import Worker

/// A webhook that takes `{"text": …}`, as Slack's incoming webhooks do.
///
/// Its URL lets whoever knows it post there: it comes from a file or the environment, and stands in no argument, log line or message.
struct Webhook: Sendable {
    private enum Place: Sendable {
        case file(String)
        case environment(String)
    }

    private let place: Place
    static let variable = "UNDERSTUDY_WEBHOOK"
    private static let timeout: UInt64 = 15_000_000_000

    /// The one that the arguments or the environment name; nil where neither does.
    init?(_ arguments: Arguments) {
        if let path = arguments["webhook-file"] {
            place = .file(path)
        } else if let url = currentEnvironment()[Self.variable], !url.isEmpty {
            place = .environment(url)
        } else {
            return nil
        }
    }

    /// Throws when the file cannot be read or holds no URL. It is read anew for every message: a changed URL needs no restart.
    func check() throws { _ = try url() }

    /// Posts a message once, over a connection of its own: one that was open already might break and be used anew unasked.
    func post(_ text: String) -> PostOutcome {
        do {
            let url = try url()
            let body: JSONValue = ["text": .string(text)]
            var request = OutgoingRequest(
                method: "POST", url: url, headers: [Header("Content-Type", "application/json"), Header("User-Agent", "understudy")],
                body: .bytes(body.serialised()))
            request.timeoutNanoseconds = Self.timeout
            return Self.outcome(status: try Requester().send(request).status)
        } catch let failure as TransferFailure {
            return Self.outcome(failure)
        } catch {
            return .refused("\(error)")
        }
    }

    /// A server's answer is certain, unless it speaks for another behind it that it did not hear from.
    private static func outcome(status: Int) -> PostOutcome {
        switch status {
        case 200..<300: .accepted
        case 502, 504: .unknown("the webhook's gateway answered HTTP \(status)")
        default: .refused("the webhook answered HTTP \(status)")
        }
    }

    /// Without a connection nothing was sent; once there is one, who knows.
    private static func outcome(_ failure: TransferFailure) -> PostOutcome {
        switch failure.kind {
        case .connect: .refused("the webhook cannot be reached")
        case .tls: .refused("the webhook's TLS certificate or handshake failed")
        case .timeout: .unknown("the webhook did not answer in time")
        case .broken, .other: .unknown("the connection to the webhook broke before it answered")
        }
    }

    private func url() throws -> String {
        let (text, name): (String, String) =
            switch place {
            case .environment(let url): (url, "the environment variable \(Self.variable)")
            case .file(let path):
                if let text = FileSystem.smallText(path) {
                    (text, path)
                } else {
                    throw CommandError.failed("the webhook file \(path) cannot be read.")
                }
            }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let url = words.first.map(String.init), url.hasPrefix("https://") || url.hasPrefix("http://"),
            (try? UpstreamURL(String(url.prefix { $0 != "?" }))) != nil
        else {
            throw CommandError.failed("\(name) must hold the webhook's URL, https://…, and nothing else.")
        }
        return url
    }
}
