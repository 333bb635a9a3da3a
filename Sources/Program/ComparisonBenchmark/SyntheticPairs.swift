internal import Configuration
internal import JSON
internal import Storage
internal import Traffic

/// What a row of the benchmark compares: a kind of answer at a length.
struct Load: Sendable {
    var kind: ComparisonKind
    /// Rough length of an answer in bytes; nil for the shortest that the kind has (a bare label).
    var bytes: Int?

    var name: String {
        let length = bytes.map { $0 >= 1024 ? "\($0 / 1024) KB" : "\($0) B" } ?? "bare"
        return "\(kind.rawValue), \(length)"
    }

    static let all = [
        Load(kind: .label), Load(kind: .label, bytes: 1024), Load(kind: .label, bytes: 20 << 10), Load(kind: .json, bytes: 1024),
        Load(kind: .json, bytes: 20 << 10), Load(kind: .tools, bytes: 1024), Load(kind: .tools, bytes: 20 << 10),
        Load(kind: .text, bytes: 1024), Load(kind: .text, bytes: 20 << 10),
    ]
}

/// Makes pairs of a load, the same for the same number: in one of ten the candidate differs.
struct SyntheticPairs {
    private static let words = [
        "invoice", "delivery", "customer", "because", "the", "amount", "was", "paid", "twice", "order", "number", "please", "check", "and",
        "return", "within", "seven", "days", "address", "account", "Größe", "naïve", "配送", "status", "pending", "refund",
    ]

    let load: Load

    func settings(_ name: String) throws -> WorkloadSettings {
        var compare = CompareSettings(kind: load.kind)
        switch load.kind {
        case .label: compare.labels = Self.labels
        case .json:
            compare.schema = Self.schema
            compare.ignore = ["/notes"]
            compare.tolerance = ["/total": 0.01]
        case .tools, .text: break
        }
        return WorkloadSettings(
            workload: name, compare: compare,
            production: ProductionSettings(url: try UpstreamURL("http://production.test"), price: TokenPrice(input: 5, output: 25)),
            candidate: CandidateSettings(
                name: "small", url: try UpstreamURL("http://candidate.test/v1"), model: "small",
                price: .tokens(TokenPrice(input: 0.125, output: 0.5))))
    }

    /// The call and its pair with the given number, at its own millisecond.
    func pair(_ number: Int, of trial: StoredTrial) -> (call: Call, pair: Pair) {
        let moment = trial.startedAt.adding(seconds: Double(number) / 1000)
        let differs = number % 10 == 0
        let call = Call(
            id: Identifier(at: moment), workload: trial.workload, source: .mirror, calledAt: moment, segment: ["web", "mail"][number % 2],
            path: "/v1/chat/completions", request: request(number).serialised(), production: leg(number, differs: false, model: "large"),
            controlRate: 0)
        return (
            call,
            Pair(
                id: Identifier(at: moment), callID: call.id, trial: trial.id, workload: trial.workload,
                candidate: leg(number, differs: differs, model: "small"), samplingRate: 0.1)
        )
    }

    private func request(_ number: Int) -> JSONValue {
        var request: JSONValue = [
            "model": "large", "temperature": 0,
            "messages": [
                ["role": "system", "content": .string(text(0, bytes: 600))],
                ["role": "user", "content": .string(text(number, bytes: 120))],
            ],
        ]
        if load.kind == .tools { request["tools"] = Self.tools }
        return request
    }

    private func leg(_ number: Int, differs: Bool, model: String) -> Leg {
        var leg = Leg(
            status: 200, streamed: true, finishReason: "stop", model: model,
            usage: TokenUsage(input: 180, output: (load.bytes ?? 12) / 4), durationMs: 300 + Double(number % 400),
            ttftMs: 80 + Double(number % 60), confidence: Confidence(score: 0.9))
        switch load.kind {
        case .label:
            let label = Self.labels[(number + (differs ? 1 : 0)) % Self.labels.count]
            leg.output = load.bytes.map { "\(label)\n\n\(text(number, bytes: $0))" } ?? label
        case .json: leg.output = document(number, differs: differs).serialisedString()
        case .tools: leg.toolCalls = calls(number, differs: differs)
        case .text: leg.output = text(number, bytes: load.bytes ?? 1024) + (differs ? " The total is \(number) euros." : "")
        }
        return leg
    }

    private func text(_ number: Int, bytes: Int) -> String {
        var text = ""
        var place = number
        while text.utf8.count < bytes {
            place = place &* 1_103_515_245 &+ 12_345
            text += Self.words[Int(UInt(bitPattern: place) >> 16) % Self.words.count] + " "
        }
        return text
    }

    private static let labels = (0..<24).map { "intent_\($0)" }

    private static let schema: JSONValue = [
        "type": "object", "required": ["number", "due", "total", "lines"],
        "properties": [
            "number": ["type": "string", "pattern": "^R-[0-9]+$"], "due": ["type": "string"], "total": ["type": "number"],
            "notes": ["type": "string"],
            "lines": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["item", "quantity", "price"],
                    "properties": ["item": ["type": "string"], "quantity": ["type": "integer"], "price": ["type": "number"]],
                ],
            ],
        ],
    ]

    private func document(_ number: Int, differs: Bool) -> JSONValue {
        var lines: [JSONValue] = []
        while lines.count * 60 < (load.bytes ?? 1024) - 150 {
            let place = number + lines.count
            lines.append([
                "item": .string(text(place, bytes: 16)), "quantity": JSONValue(place % 9),
                "price": JSONValue(Double(place % 500) + 0.5),
            ])
        }
        return [
            "number": .string("R-\(number)"), "due": "2026-12-01", "total": JSONValue(Double(number) + (differs ? 3.5 : 0)),
            "notes": .string(text(number + (differs ? 1 : 0), bytes: 60)), "lines": .array(lines),
        ]
    }

    private static let tools: JSONValue = [
        [
            "type": "function",
            "function": [
                "name": "book",
                "parameters": [
                    "type": "object", "required": ["city", "nights"],
                    "properties": [
                        "city": ["type": "string"], "nights": ["type": "integer"], "remarks": ["type": "string"],
                        "breakfast": ["type": "boolean", "default": false],
                    ],
                ],
            ],
        ]
    ]

    private func calls(_ number: Int, differs: Bool) -> [ToolCall] {
        let count = 3
        return (0..<count).map { place in
            let arguments: JSONValue = [
                "city": .string(text(number + place, bytes: 12)), "nights": JSONValue(1 + (number + place + (differs ? 1 : 0)) % 7),
                "remarks": .string(text(number, bytes: (load.bytes ?? 1024) / count - 60)),
            ]
            return ToolCall(id: "call_\(place)", name: "book", arguments: arguments.serialisedString())
        }
    }
}
