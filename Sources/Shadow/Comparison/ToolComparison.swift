import Configuration
import JSON
import Traffic

/// Compares tool calls: which are made, under which names, with which arguments; the modes of the group `tools`.
///
/// - Text beside calls is no part of the answer. A turn in which neither answer makes a call is compared as text or JSON, as
///   the settings say.
/// - The form that the program reads is production's: calls in the API's own place, or written as text in one way. The same
///   calls in another form are `wrapped_json`: like a JSON document with something around it, they are right for a person and
///   of no use to the program.
/// - Arguments that are no JSON are `invalid_json`, since no program can read them.
/// - Differences have pointers that begin with the place of production's call, such as `/0/arguments/city`. Calls that only
///   the candidate makes are counted on behind production's.
struct ToolComparison: AnswerComparison {
    let readsRequest = true

    private let reader = ToolCallReader()
    private let rules: ArgumentRules
    private let isOrdered: Bool
    private let otherwise: any AnswerComparison
    private let offers = OfferedToolsCache()

    init(_ settings: CompareSettings) {
        rules = ArgumentRules(settings)
        isOrdered = settings.orderedCalls
        otherwise = settings.otherwise == .json ? JSONComparison(settings) : TextComparison()
    }

    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        let turn = ToolTurn(ToolAnswer(production, reader), ToolAnswer(candidate, reader), isOrdered: isOrdered)
        let goldCalls = gold.flatMap { GoldCalls($0) }
        // Most pairs are decided without the request.
        lazy var matching = ToolMatching(arguments: ArgumentComparison(rules: rules), offered: offers.tools(of: request))
        var finding: Finding
        if let failure = candidate.failure {
            finding = Finding.failed(failure, production, candidate)
        } else if turn.isText {
            finding = otherwise.compare(production, candidate, request, gold: goldCalls == nil ? gold : nil)
        } else if turn.isSame {
            finding = Finding(agreement: .identical)
        } else {
            finding = turn.finding(matching)
        }
        if let goldCalls {
            finding.correct = turn.correctness(goldCalls, matching)
        } else if let gold, candidate.failure != nil || !turn.isText {
            finding.correct = textCorrectness(turn, request, gold)
        }
        finding.productionFailed = finding.productionFailed || turn.production.isUnreadable
        finding.candidateFailed = finding.candidateFailed || turn.candidate.isUnreadable
        return finding
    }

    /// Who was right where the gold answer is a text and only one answer is, if that.
    private func textCorrectness(_ turn: ToolTurn, _ request: AskedRequest, _ gold: JSONValue) -> Correctness {
        let isRight = { (answer: ToolAnswer) -> Bool? in
            if answer.delivery.failure != nil || answer.reading.makesCalls { return false }
            let correct = otherwise.compare(answer.delivery, answer.delivery, request, gold: gold).correct
            return correct == .unknown ? nil : correct == .both
        }
        guard let production = isRight(turn.production), let candidate = isRight(turn.candidate) else { return .unknown }
        return Correctness(production: production, candidate: candidate)
    }
}

/// An answer and its tool calls.
struct ToolAnswer {
    let delivery: Delivery
    let reading: ToolCallReading
    let calls: [ReadCall]

    init(_ delivery: Delivery, _ reader: ToolCallReader) {
        self.delivery = delivery
        reading = reader.read(delivery)
        calls = reading.calls.map(ReadCall.init)
    }

    /// Whether there are calls that no program can read.
    var isUnreadable: Bool { reading.makesCalls && calls.contains { $0.fault != nil } }
}
