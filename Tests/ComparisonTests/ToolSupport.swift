import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// An answer with tool calls in the API's own place: name and arguments in turn.
func toolAnswer(_ calls: (String, String)..., text: String? = nil, finish: String = "tool_calls") -> Leg {
    toolAnswer(calls, text: text, finish: finish)
}

func toolAnswer(_ calls: [(String, String)], text: String? = nil, finish: String = "tool_calls") -> Leg {
    Leg(
        status: 200, output: text,
        toolCalls: calls.enumerated().map { ToolCall(id: "call_\($0.offset)", name: $0.element.0, arguments: $0.element.1) },
        finishReason: finish)
}

/// The tools that the requests of these tests offer.
let offeredTools = """
    [{"type":"function","function":{"name":"get_weather","description":"…","parameters":{"type":"object","properties":{
       "city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"],"default":"celsius"},
       "days":{"type":"integer","default":1},"hourly":{"type":"boolean"}},"required":["city"],"additionalProperties":false}}},
     {"type":"function","function":{"name":"book_table","parameters":{"type":"object","properties":{
       "restaurant":{"type":"string"},"people":{"type":"integer"},"when":{"type":"string","format":"date-time"},
       "guests":{"type":"array","items":{"$ref":"#/$defs/guest"}},
       "options":{"anyOf":[{"$ref":"#/$defs/options"},{"type":"null"}],"default":null}},
       "required":["restaurant","people"],
       "$defs":{"guest":{"type":"object","properties":{"name":{"type":"string"},"child":{"type":"boolean","default":false}},"required":["name"]},
                "options":{"type":"object","properties":{"smoking":{"type":"boolean","default":false},"table":{"type":"string"}}}}}}},
     {"type":"function","function":{"name":"transfer","parameters":{"type":"object","properties":{
       "amount":{"type":"number"},"to":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},
       "request_id":{"type":"string"},"fee":{"type":["number","null"],"default":0}},"required":["amount","to"]}}},
     {"type":"function","function":{"name":"search","parameters":{"type":"object","properties":{"query":{"type":"string"},
       "limit":{"type":"integer","default":10}},"required":["query"]}}},
     {"type":"function","function":{"name":"set_mode","parameters":{"type":"object",
       "properties":{"mode":{"type":"string","default":"eco"},"level":{"$ref":"#/$defs/level","default":3}},"required":["mode"],
       "allOf":[{"properties":{"room":{"type":"string","default":"all"}}}],
       "oneOf":[{"properties":{"speed":{"type":"integer","default":1}}},{"properties":{"speed":{"type":"integer","default":2}}}],
       "$defs":{"level":{"type":"integer","default":5}}}}},
     {"type":"function","function":{"name":"now"}}]
    """

func request(_ tools: String = offeredTools) -> [UInt8] {
    Array("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"…\"}],\"tools\":\(tools)}".utf8)
}

func toolsCompared(
    _ production: Leg, _ candidate: Leg, control: Leg? = nil, settings: CompareSettings = CompareSettings(kind: .tools),
    request bytes: [UInt8] = request(), gold: JSONValue? = nil
) -> Finding {
    Comparator(settings).compare(
        ComparedAnswers(production: production, candidate: candidate, control: control, request: bytes), label: gold)
}
