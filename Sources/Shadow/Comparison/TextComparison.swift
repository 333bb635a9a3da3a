import Configuration
import JSON
import Traffic

/// Compares free text by its meaning; the modes of the group `text`.
struct TextComparison: AnswerComparison {
    let readsRequest = false

    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        Finding(agreement: .incomparable)
    }
}
