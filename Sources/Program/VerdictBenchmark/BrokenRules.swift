internal import Statistics
internal import Verdict

/// The same margin with one rule of the evidence broken on purpose. If these were not found wrong far too often, the simulation would
/// be blind to what it is there to see.
let brokenRules: [Null] = [
    Null(scenario: withoutWeights, expectation: .noticed), Null(scenario: readyFirst, expectation: .noticed),
    Null(scenario: chosenForTheirLook, expectation: .noticed),
    Null(scenario: everyTurn, expectation: .noticed),
]

/// Segments sampled at different rates, every pair counted alike.
private let withoutWeights = Scenario("weights left out") { _ in
    let strata = Strata()
    return { _, _, random in
        [
            strata.pairs(calls: 3000, using: &random).map { pair in
                var pair = pair
                pair.weight = 1
                return pair
            }
        ]
    }
}

/// Pairs enter the ledger when their label comes, and losses are labelled a week later than the rest.
private let readyFirst = Scenario("pairs entered as they are ready") { _ in
    var waiting: [Int: [SimulatedPair]] = [:]
    return { day, _, random in
        for _ in 0..<300 {
            let pair = atMargin.pair(using: &random)
            waiting[day + (pair.difference < 0 ? 7 : 0), default: []].append(pair)
        }
        return [waiting.removeValue(forKey: day) ?? []]
    }
}

/// People who look at wins more readily than at losses, with the same probability logged for both.
private let chosenForTheirLook = Scenario(
    "judged for their look", terms: TrialTerms(adjudicateBy: .people, adjudicationFloor: 0.5)
) { _, random in
    var pair = atMargin.pair(using: &random)
    pair.probability = 0.5
    pair.planned = random.happens(pair.difference > 0 ? 0.7 : 0.4)
    return pair
}

/// Every turn of a conversation is evidence, though its turns come out alike.
private let everyTurn = Scenario("every turn in evidence") { _ in
    { _, _, random in
        var pairs: [SimulatedPair] = []
        while pairs.count < 300 {
            let pair = atMargin.pair(using: &random)
            pairs += Array(repeating: pair, count: 20)
        }
        return [pairs]
    }
}
