internal import JSON
internal import Postgres
internal import Traffic

/// A leg's columns, alike in `call` (production, control) and `pair` (candidate), in the order in which rows are copied.
enum LegRows {
    private static let names = [
        "duration_ms", "ttft_ms", "queue_ms", "confidence", "logprob_sum", "logprob_min", "confidence_margin", "input_tokens",
        "output_tokens", "cached_input_tokens", "reasoning_tokens", "confidence_tokens", "status", "tokens_estimated", "streamed",
        "truncated", "simulated", "error", "finish_reason", "model", "request_id", "refusal", "output", "tool_calls", "untranslated",
    ]

    static func columns(_ role: LegRole) -> [String] { names.map { "\(role.rawValue)_\($0)" } }

    static func columnList(_ role: LegRole, of table: String) -> String {
        columns(role).map { "\(table).\($0)" }.joined(separator: ", ")
    }

    /// Writes the columns of a leg; all of them NULL where there is none.
    static func write(_ leg: Leg?, to row: inout BinaryCopyRow) {
        guard let leg else {
            for _ in names { row.null() }
            return
        }
        row.double(leg.durationMs)
        row.double(leg.ttftMs)
        row.double(leg.queueMs)
        row.double(leg.confidence?.score)
        row.double(leg.confidence?.logProbabilitySum)
        row.double(leg.confidence?.logProbabilityMinimum)
        row.double(leg.confidence?.margin)
        row.int4(leg.usage.input.map(Int32.init(clamping:)))
        row.int4(leg.usage.output.map(Int32.init(clamping:)))
        row.int4(leg.usage.cachedInput.map(Int32.init(clamping:)))
        row.int4(leg.usage.reasoning.map(Int32.init(clamping:)))
        row.int4(leg.confidence?.tokenCount.map(Int32.init(clamping:)))
        row.int2(leg.status.map(Int16.init(clamping:)))
        row.bool(leg.usage.estimated)
        row.bool(leg.streamed)
        row.bool(leg.truncatedCapture)
        row.bool(leg.simulated)
        row.text(leg.error?.rawValue)
        row.text(StorableText.escaped(leg.finishReason))
        row.text(StorableText.escaped(leg.model))
        row.text(StorableText.escaped(leg.requestID))
        row.text(StorableText.escaped(leg.refusal))
        row.text(StorableText.escaped(leg.output))
        row.jsonb(leg.toolCalls.isEmpty ? nil : json(leg.toolCalls).serialisedString())
        row.textArray(leg.untranslated.isEmpty ? nil : leg.untranslated.map { StorableText.escaped($0) })
    }

    /// Reads a leg back.
    static func read(_ role: LegRole, from row: PostgresRow) throws -> Leg {
        func name(_ column: String) -> String { "\(role.rawValue)_\(column)" }
        let confidence = try row.doubleOrNull(name("confidence")).map { score in
            Confidence(
                score: score, logProbabilitySum: try row.doubleOrNull(name("logprob_sum")),
                logProbabilityMinimum: try row.doubleOrNull(name("logprob_min")), tokenCount: try row.intOrNull(name("confidence_tokens")),
                margin: try row.doubleOrNull(name("confidence_margin")))
        }
        return Leg(
            status: try row.intOrNull(name("status")), error: try row.wordOrNull(name("error")), streamed: try row.bool(name("streamed")),
            output: row.textOrNull(name("output")), refusal: row.textOrNull(name("refusal")),
            toolCalls: toolCalls(try row.jsonOrNull(name("tool_calls"))), finishReason: row.textOrNull(name("finish_reason")),
            model: row.textOrNull(name("model")), requestID: row.textOrNull(name("request_id")),
            usage: TokenUsage(
                input: try row.intOrNull(name("input_tokens")), output: try row.intOrNull(name("output_tokens")),
                cachedInput: try row.intOrNull(name("cached_input_tokens")), reasoning: try row.intOrNull(name("reasoning_tokens")),
                estimated: try row.bool(name("tokens_estimated"))),
            durationMs: try row.doubleOrNull(name("duration_ms")), ttftMs: try row.doubleOrNull(name("ttft_ms")),
            queueMs: try row.doubleOrNull(name("queue_ms")), confidence: confidence,
            untranslated: (try row.textArrayOrNull(name("untranslated")) ?? []).compactMap { $0 },
            truncatedCapture: try row.bool(name("truncated")), simulated: try row.bool(name("simulated")))
    }

    private static func json(_ calls: [ToolCall]) -> JSONValue {
        .array(
            calls.map { call in
                StorableText.escaped(
                    ["id": .string(call.id), "name": .string(call.name), "arguments": .string(call.arguments)] as JSONValue)
            })
    }

    static func toolCalls(_ json: JSONValue?) -> [ToolCall] {
        (json?.arrayValue ?? []).map {
            ToolCall(
                id: $0["id"]?.stringValue ?? "", name: $0["name"]?.stringValue ?? "", arguments: $0["arguments"]?.stringValue ?? "")
        }
    }
}
