internal import Configuration
internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import HTTPWire
internal import JSON
internal import Judge
internal import ModelAPI
internal import Traffic

/// Reaches the models of a workload once, before a trial is started.
struct Probe {
    private let settings: WorkloadSettings
    private static let timeout: UInt64 = 20_000_000_000

    init(_ settings: WorkloadSettings) { self.settings = settings }

    /// Throws when one cannot be reached or refuses; says what to do.
    func run() throws {
        let requester = try Requester()
        try probeProduction(requester)
        try probeCandidate(requester)
        if let judge = settings.judge { try probe(judge, requester) }
    }

    /// Without a key of ours any HTTP answer shows that production is there: the app's own key serves the mirror.
    private func probeProduction(_ requester: Requester) throws {
        let upstream = settings.production.url
        var headers: Headers = []
        if let key = try settings.production.key.map(secret) { headers.append("Authorization", "Bearer \(key)") }
        let request = OutgoingRequest(
            method: "GET", origin: "\(upstream.scheme)://\(upstream.authority)",
            target: Array(upstream.target(appending: "/v1/models").utf8), headers: headers,
            timeoutNanoseconds: Self.timeout)
        do {
            let reply = try requester.send(request)
            if settings.production.key != nil, reply.status == 401 || reply.status == 403 {
                throw CommandError.failed("production (\(upstream.authority)) refuses production.key with HTTP \(reply.status).")
            }
            say("production \(upstream.authority) answers (HTTP \(reply.status))")
        } catch let error as TransferFailure {
            throw CommandError.failed(
                "production cannot be reached at \(upstream): \(error). Check production.url, or skip this with --no-probe.")
        }
    }

    private func probeCandidate(_ requester: Requester) throws {
        let candidate = settings.candidate
        let body: JSONValue = ["model": JSONValue(candidate.model), "messages": [["role": "user", "content": "ping"]], "max_tokens": 1]
        let request = try ChatRequest(body: body.serialised()).forCandidate(candidate, key: candidate.key.map(secret))
        var outgoing = OutgoingRequest(
            method: request.method, origin: request.origin, target: request.target, headers: request.headers, body: .bytes(request.body))
        outgoing.timeoutNanoseconds = Self.timeout
        let reply: Requester.Reply
        do {
            reply = try requester.send(outgoing)
        } catch {
            throw CommandError.failed(
                "the candidate cannot be reached at \(candidate.url): \(error). Check candidate.url, or skip this with --no-probe.")
        }
        guard (200..<300).contains(reply.status) else {
            let said = String(decoding: reply.body.prefix(300), as: UTF8.self).split(separator: "\n").joined(separator: " ")
            throw CommandError.failed(
                "the candidate at \(candidate.url) answers HTTP \(reply.status): \(said). Check candidate.model and candidate.key, or skip this with --no-probe."
            )
        }
        say("candidate \(candidate.model) at \(candidate.url.authority) answers")
    }

    /// Asks the judge about two made-up answers: whether it can be bound to the form of a reply shows only then.
    private func probe(_ judge: JudgeSettings, _ requester: Requester) throws {
        let request: JSONValue = ["messages": [["role": "user", "content": "What is two and two? Answer with a digit."]]]
        let material = JudgeMaterial(
            request: request.serialised(), production: Leg(status: 200, output: "4"), candidate: Leg(status: 200, output: "5"))
        var headers: Headers = [Header("Content-Type", "application/json"), Header("Understudy-Leg", "judge")]
        if let key = try judge.key.map(secret) { headers.append("Authorization", "Bearer \(key)") }
        let outgoing = OutgoingRequest(
            method: "POST", origin: "\(judge.url.scheme)://\(judge.url.authority)", target: Array(ChatRequest.target(at: judge.url).utf8),
            headers: headers,
            body: .bytes(JudgePrompt.body(material, .productionFirst, model: judge.model, mark: "probe", temperature: nil)),
            timeoutNanoseconds: max(Self.timeout, judge.limits.timeoutNanoseconds))
        let reply: Requester.Reply
        do {
            reply = try requester.send(outgoing)
        } catch {
            throw CommandError.failed(
                "the judge cannot be reached at \(judge.url): \(error). Check judge.url, or skip this with --no-probe.")
        }
        let said = String(decoding: reply.body.prefix(300), as: UTF8.self).split(separator: "\n").joined(separator: " ")
        guard (200..<300).contains(reply.status) else {
            throw CommandError.failed(
                "the judge at \(judge.url) answers HTTP \(reply.status): \(said). Check judge.model and judge.key, or skip this with --no-probe."
            )
        }
        let content = (try? JSONValue.parse(reply.body))?.at("/choices/0/message/content")?.stringValue ?? ""
        guard (try? JudgeReply(content)) != nil else {
            throw CommandError.failed(
                "the judge \(judge.model) does not keep to the JSON schema that it is asked for (\(said)): "
                    + "name a model and server that support response_format json_schema.")
        }
        say("judge \(judge.model) at \(judge.url.authority) answers")
    }

    private func secret(_ reference: KeyReference) throws -> String {
        switch reference {
        case .environment(let name):
            guard let value = currentEnvironment()[name], !value.isEmpty else {
                throw CommandError.failed("the environment variable \(name), which the file names as a key, is not set here.")
            }
            return value
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandError.failed("the key file \(path) cannot be read.")
            }
            return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        }
    }

    private func say(_ text: String) { writeToStandardError("\(text)\n") }
}
