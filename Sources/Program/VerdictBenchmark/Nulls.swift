internal import Statistics
internal import Verdict

/// Models at the margin: Δ = −δ, eight pairs of a hundred decided for one of the two.
let atMargin = Odds(worse: 0.05, better: 0.03)

/// Trials at Δ = −δ exactly, each with one thing that happens in practice.
let nulls: [Null] =
    [
        Null(scenario: Scenario("plain, 8 % decided") { _, random in atMargin.pair(using: &random) }),
        Null(scenario: Scenario("plain, 4 % decided") { _, random in Odds(worse: 0.03, better: 0.01).pair(using: &random) }),
        Null(scenario: stratified("stratified sampling")),
        Null(scenario: partial("half of the differences judged", share: 0.5)),
        Null(scenario: partial("3 of 10 differences judged", share: 0.3)),
        Null(scenario: judged("3 of 10 judged, a judge model right in 8 of 10", right: 0.8)),
        Null(scenario: judged("3 of 10 judged, a judge model for the candidate", right: nil)),
        Null(scenario: hiding("a tolerant rule hides a point", visible: -0.01, hidden: 0.05), wrong: [.switches, .qualityPasses]),
        Null(scenario: hiding("a tolerant rule hides what it may", visible: -0.015, hidden: 0.025), wrong: [.switches, .qualityPasses]),
        Null(
            scenario: hiding("the same, a quarter of it judged", visible: -0.015, hidden: 0.025, fromLevel: 2),
            wrong: [.switches, .qualityPasses]),
        Null(scenario: late("labels come late, some never", never: 0.05)),
        Null(scenario: firstAgreement),
        Null(scenario: changingRates),
        Null(scenario: raisedWhileItLooksGood),
        Null(scenario: conversations("turns of a conversation alike", by: .call)),
        Null(scenario: conversations("whole conversations sampled", by: .conversation)),
        Null(scenario: candidates),
        Null(scenario: everything),
        Null(scenario: agreementOnly, wrong: [.switches, .qualityPasses]),
        Null(scenario: failures, wrong: [.switches]),
    ]

/// Three segments that differ in quality and are sampled at different rates, the best one most: unweighted pairs would say `switch`.
struct Strata: Sendable {
    /// Share of the calls, P(D = −1) and P(D = +1), ρ.
    let segments = [
        (name: "web", share: 0.6, odds: Odds(worse: 0.07, better: 0.03), rate: 0.05),
        (name: "mail", share: 0.3, odds: Odds(worse: 0.03, better: 0.03), rate: 0.1),
        (name: "phone", share: 0.1, odds: Odds(worse: 0.02, better: 0.06), rate: 0.5),
    ]
    var rates: [Double]

    init() { rates = segments.map(\.rate) }

    /// The sampled calls of a day. Δ over all calls is 0.6·(−0.04) + 0.3·0 + 0.1·0.04 = −0.02.
    func pairs(calls: Int, using random: inout SplitMix64) -> [SimulatedPair] {
        let floor = rates.min() ?? 1
        return (0..<calls).compactMap { _ in
            let draw = random.fraction()
            let index = draw < 0.6 ? 0 : draw < 0.9 ? 1 : 2
            guard random.happens(rates[index]) else { return nil }
            var pair = segments[index].odds.pair(using: &random)
            pair.segment = segments[index].name
            pair.weight = floor / rates[index]
            return pair
        }
    }
}

private func stratified(_ name: String) -> Scenario {
    Scenario(name) { _ in
        let strata = Strata()
        return { _, _, random in [strata.pairs(calls: 3000, using: &random)] }
    }
}

/// Every so many days other rates, by plan.
private let changingRates = Scenario("sampling rates changed on days 4, 9 and 15") { _ in
    var strata = Strata()
    return { day, _, random in
        switch day {
        case 3: strata.rates = [0.2, 0.1, 0.1]
        case 8: strata.rates = [0.02, 0.4, 0.05]
        case 14: strata.rates = [0.1, 0.1, 0.1]
        default: break
        }
        return [strata.pairs(calls: 2500, using: &random)]
    }
}

/// An operator who samples four times as much while the estimate lies above the margin.
private let raisedWhileItLooksGood = Scenario("sampling raised while it looks good") { _ in
    { _, looks, random in
        let looksGood = (looks.first?.gate(.quality).estimate ?? 0) > -0.02
        return [(0..<(looksGood ? 400 : 100)).map { _ in atMargin.pair(using: &random) }]
    }
}

/// People judge a share of what differs, drawn beforehand.
private func partial(_ name: String, share: Double) -> Scenario {
    Scenario(name, terms: TrialTerms(adjudicateBy: .people, adjudicationFloor: share)) { _, random in
        var pair = atMargin.pair(using: &random)
        pair.probability = share
        pair.planned = random.happens(share)
        return pair
    }
}

/// The same with a model judge whose prediction counts for half: right so often, else any other; nil: always for the candidate.
private func judged(_ name: String, right: Double?) -> Scenario {
    let share = 0.3
    return Scenario(name, terms: TrialTerms(adjudicateBy: .people, adjudicationFloor: share, judgeTrust: TrialTerms.trustInJudge)) {
        _, random in
        var pair = atMargin.pair(using: &random)
        pair.probability = share
        pair.planned = random.happens(share)
        pair.prediction = right.map { random.happens($0) ? Double(pair.difference) : Double(random.index(below: 3) - 1) } ?? 1
        return pair
    }
}

/// Every fifth pair agrees by a tolerant rule alone, and in a share of those the candidate is worse unseen. Δ = visible − a fifth of it.
/// `fromLevel`: only this sample of them is ever judged.
private func hiding(_ name: String, visible: Double, hidden: Double, fromLevel: Int = 0) -> Scenario {
    let odds = atMargin.shifted(to: visible / 0.8)
    return Scenario(name, terms: TrialTerms(auditsEquivalents: true)) { _, random in
        guard random.happens(0.2) else { return odds.pair(using: &random) }
        var pair = SimulatedPair()
        pair.isEquivalent = true
        pair.difference = random.happens(hidden) ? -1 : 0
        pair.auditLevel = min(equivalenceSamples - 1, UInt8(truncatingIfNeeded: random.next()).leadingZeroBitCount)
        pair.labelDelay = pair.auditLevel >= fromLevel ? 0 : nil
        return pair
    }
}

/// Whoever labels is quick with wins and slow with losses, and some labels never come.
private func late(_ name: String, never: Double) -> Scenario {
    Scenario(name) { _, random in
        var pair = atMargin.pair(using: &random)
        pair.labelDelay = random.happens(never) ? nil : pair.difference < 0 ? 3 + random.index(below: 4) : random.index(below: 2)
        return pair
    }
}

/// No label before the ninth day: the first verdicts rest on agreement, the later ones on labels. Whatever differs is worse.
private let firstAgreement = Scenario("agreement first, labels from day 9") { day, random in
    var pair = Odds(worse: 0.02, better: 0, harmless: 0).pair(using: &random)
    pair.labelDelay = max(0, 8 - day)
    pair.control = ControlDraw(probability: 0.2, outcome: random.happens(0.2) ? (random.happens(0.02) ? .differed : .agreed) : .notDrawn)
    return pair
}

/// Nobody judges: the answers differ as often as the margin, each time to production's advantage.
private let agreementOnly = Scenario("agreement only", terms: TrialTerms(adjudicateBy: .none)) { _, random in
    var pair = Odds(worse: 0.02, better: 0, harmless: 0).pair(using: &random)
    pair.labelDelay = nil
    pair.control = ControlDraw(probability: 0.2, outcome: random.happens(0.2) ? (random.happens(0.02) ? .differed : .agreed) : .notDrawn)
    return pair
}

/// As good as production, but failing more often by exactly what is allowed.
private let failures = Scenario("failures at their margin") { _, random in
    var pair = Odds(worse: 0, better: 0, harmless: 0.01).pair(using: &random)
    let draw = random.fraction()
    if draw < 0.008 { pair.failureDifference = 1 } else if draw < 0.011 { pair.failureDifference = -1 }
    return pair
}

/// How a conversation's calls are sampled.
private enum SamplingUnit { case call, conversation }

/// Conversations of one to eight turns; in four of five all turns come out as the first does. One pair of each is evidence.
private func conversations(_ name: String, by unit: SamplingUnit) -> Scenario {
    Scenario(name) { _ in
        { _, _, random in
            var pairs: [SimulatedPair] = []
            for _ in 0..<(unit == .call ? 800 : 3000) {
                let turns = 1 + random.index(below: 8)
                let first = atMargin.pair(using: &random)
                let alike = random.happens(0.8)
                let sampled = unit == .call ? (0..<turns).count { _ in random.happens(0.1) } : random.happens(0.1) ? turns : 0
                // Which turn is taken is chance: any of them, alike or drawn for itself.
                if sampled > 0 { pairs.append(alike || random.index(below: turns) == 0 ? first : atMargin.pair(using: &random)) }
            }
            return [pairs]
        }
    }
}

/// Three candidates on the same calls, each at a third of the error; on most calls they come out alike.
private let candidates = Scenario("three candidates, any of them", terms: TrialTerms(candidates: 3)) { _ in
    { _, _, random in
        var lists: [[SimulatedPair]] = [[], [], []]
        for _ in 0..<300 {
            let common = random.happens(0.6) ? atMargin.pair(using: &random) : nil
            for index in lists.indices { lists[index].append(common ?? atMargin.pair(using: &random)) }
        }
        return lists
    }
}

/// All at once: segments, changing rates, people who judge half and late, two candidates.
private let everything = Scenario(
    "all of these at once", terms: TrialTerms(candidates: 2, adjudicateBy: .people, adjudicationFloor: 0.5)
) { _ in
    var strata = Strata()
    return { day, _, random in
        if day == 5 { strata.rates = [0.2, 0.1, 0.1] }
        return (0..<2).map { _ in
            strata.pairs(calls: 3000, using: &random).map { pair in
                var pair = pair
                pair.probability = 0.5
                pair.planned = random.happens(0.5)
                pair.labelDelay = pair.difference < 0 ? 1 + random.index(below: 3) : random.index(below: 2)
                return pair
            }
        }
    }
}
