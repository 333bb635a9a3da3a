internal import Configuration
internal import Glibc
internal import JSON
internal import Traffic

/// One token of an answer and how probable the model found it.
struct TokenProbability {
    var byteCount: Int
    var logProbability: Double
    /// The most probable other token's log-probability.
    var bestAlternative: Double?

    /// Reads an element of `logprobs.content`; nil without a number. The stop token stands there as an empty text or, with some
    /// servers, as its special name.
    init?(_ element: JSONValue) {
        guard let value = element["logprob"]?.doubleValue else { return nil }
        let token = element["token"]?.stringValue ?? ""
        let isSpecial = token.hasPrefix("<|") && token.hasSuffix("|>") || token == "</s>" || token == "<eos>" || token == "<end_of_turn>"
        byteCount = isSpecial ? 0 : element["bytes"]?.arrayValue?.count ?? token.utf8.count
        // A probability is at most 1; servers that compute in half precision report slightly more.
        logProbability = min(0, value)
        for alternative in element["top_logprobs"]?.arrayValue ?? [] where alternative["token"]?.stringValue != token {
            guard let other = alternative["logprob"]?.doubleValue else { continue }
            bestAlternative = max(bestAlternative ?? -.infinity, min(0, other))
        }
    }
}

extension Confidence {
    /// s = exp(Σ log p) over the answer's tokens (design §9); stop tokens, and whatever follows the end of the answer's text, are
    /// left out. nil when no token is left.
    init?(tokens: [TokenProbability], answerBytes: Int) {
        var covered = 0
        var counted: [TokenProbability] = []
        for token in tokens where token.byteCount > 0 {
            if answerBytes > 0, covered >= answerBytes { break }
            covered += token.byteCount
            counted.append(token)
        }
        guard let first = counted.first else { return nil }
        let sum = counted.reduce(0) { $0 + $1.logProbability }
        self.init(
            score: exp(sum), logProbabilitySum: sum, logProbabilityMinimum: counted.map(\.logProbability).min(), tokenCount: counted.count,
            margin: first.bestAlternative.map { exp(first.logProbability) - exp($0) })
    }

    /// A number from 0 to 1 that the answer itself carries: in its text, or in the arguments of its first tool call.
    init?(field pointer: String, text: String?, toolCalls: [ToolCall]) {
        for candidate in [text, toolCalls.first?.arguments] {
            guard let candidate, let value = try? JSONValue.parse(candidate).at(pointer)?.doubleValue, (0...1).contains(value) else {
                continue
            }
            self.init(score: value)
            return
        }
        return nil
    }
}
