internal import JSON
internal import StandIn
internal import Statistics
internal import Traffic

/// A week of the demo's workload as two simulated models answer it: recorded pairs for `import`, made anew from the models' files.
struct RecordedWeek {
    /// Calls a day; seven days of them make a verdict possible.
    static let callsPerDay = 640
    private static let controlShare = 0.08
    private static let promptTokens = 240

    let production: StandInModel
    let candidate: StandInModel
    /// The first instant after the week: a midnight, UTC.
    let end: Timestamp

    /// The pairs, a JSON line each.
    func lines() -> [UInt8] {
        var bytes: [UInt8] = []
        var occurrences: [String: Int] = [:]
        var generator = SplitMix64(seed: 2026)
        for number in 0..<(7 * Self.callsPerDay) {
            let message = DemoWorkload.messages[generator.index(below: DemoWorkload.messages.count)]
            let occurrence = occurrences[message.text, default: 0]
            occurrences[message.text] = occurrence + 2
            line(number, message, occurrence, &generator).append(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private func line(_ number: Int, _ message: DemoWorkload.Message, _ occurrence: Int, _ generator: inout SplitMix64) -> JSONValue {
        let day = number / Self.callsPerDay
        let place = Double(number % Self.callsPerDay) / Double(Self.callsPerDay)
        // Customers write from seven to eleven in the evening.
        let seconds = Double(day - 7) * 86_400 + 25_200 + place * 57_600
        let segments = ["web", "web", "web", "app", "app", "mail"]
        var pair: JSONValue = [
            "id": JSONValue("week-\(number + 1)"), "called_at": JSONValue(end.adding(seconds: seconds).description),
            "segment": JSONValue(segments[generator.index(below: segments.count)]),
            "request": [
                "model": JSONValue(production.name),
                "messages": [
                    ["role": "system", "content": JSONValue(Self.prompt)], ["role": "user", "content": JSONValue(message.text)],
                ],
            ],
            "production": leg(production, message, occurrence), "candidate": leg(candidate, message, occurrence),
            "label": JSONValue(message.intent),
            "simulated": true, "control_rate": JSONValue(Self.controlShare),
        ]
        if Double(generator.next() >> 11) * 0x1p-53 < Self.controlShare { pair["control"] = leg(production, message, occurrence + 1) }
        return pair
    }

    private func leg(_ model: StandInModel, _ message: DemoWorkload.Message, _ occurrence: Int) -> JSONValue {
        let answer = model.answer(to: message.text, occurrence: occurrence)
        return [
            "status": 200, "output": JSONValue(answer.text), "finish_reason": "stop", "model": JSONValue(model.name),
            "input_tokens": JSONValue(Self.promptTokens + message.text.utf8.count / 4),
            "output_tokens": JSONValue(1 + answer.text.utf8.count / 4),
            "duration_ms": JSONValue((answer.latencyMs * 10).rounded() / 10),
            "confidence": JSONValue((answer.confidence * 10_000).rounded() / 10_000),
        ]
    }

    /// The system text of the workload, live and recorded.
    static let prompt =
        "You sort messages from customers of a shop. Answer with exactly one label and nothing else: \(DemoWorkload.intents.joined(separator: ", "))."
}
