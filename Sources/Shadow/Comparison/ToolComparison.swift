import Configuration
import JSON
import Traffic

/// Compares tool calls: which are made, under which names, with which arguments; the modes of the group `tools`.
struct ToolComparison: AnswerComparison {
    let readsRequest = true

    init(_ settings: CompareSettings) {}

    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        Finding(agreement: .incomparable)
    }
}
