internal import Glibc
internal import Statistics
internal import Verdict

/// Trials whose quality is not the same from day to day, or from conversation to conversation.
///
/// What is promised of these is about each day: where Δ never rises above −δ, hardly any trial may find that it does. Where it rises
/// above on some days and falls below on others, "Δ is above −δ" is true some of the time, and that may be found.
let nullsInTime: [Null] = [
    Null(scenario: neverAbove, wrong: [.switches, .qualityPasses]),
    Null(scenario: dayToDay(points: 0.5), expectation: .open),
    Null(scenario: dayToDay(points: 1), expectation: .open),
    Null(scenario: dayToDay(points: 2), expectation: .open),
    Null(scenario: weekends(from: 0), expectation: .open),
    Null(scenario: weekends(from: 5), expectation: .open),
    Null(scenario: withinTheMargin(from: 0), wrong: [.stays]),
    Null(scenario: withinTheMargin(from: 5), wrong: [.stays]),
    Null(scenario: changedForTheWorse, wrong: [.switches], expectation: .open),
    Null(scenario: lasting(days: 3), expectation: .open),
    Null(scenario: longerIsWorse("long conversations worse, 1 % of calls", share: 0.01, whole: false), expectation: .open),
    Null(scenario: longerIsWorse("long conversations worse, 10 % of calls", share: 0.1, whole: false), expectation: .open),
    Null(scenario: longerIsWorse("long conversations worse, sampled whole", share: 0.1, whole: true), expectation: .open),
]

/// Each day's Δ lies between −5 % and −2 %.
private let neverAbove = Scenario("drift that never rises above the margin") { _ in
    { _, _, random in
        let odds = atMargin.shifted(to: -0.02 - 0.03 * random.fraction())
        return [(0..<300).map { _ in odds.pair(using: &random) }]
    }
}

/// Each day's Δ is −δ give or take so many points of a hundred.
private func dayToDay(points: Double) -> Scenario {
    Scenario("days differ by \(fixed(points, 1)) points") { _ in
        { _, _, random in
            let odds = atMargin.shifted(to: max(-0.08, min(0.04, -0.02 + points / 100 * random.normal())))
            return [(0..<300).map { _ in odds.pair(using: &random) }]
        }
    }
}

/// As good as production on working days, 7 points worse at weekends: −2 points over a week. `first` is the weekday it begins with.
private func weekends(from first: Int) -> Scenario {
    Scenario("worse at weekends, begun on a \(first == 0 ? "Monday" : "Saturday")") { day, random in
        atMargin.shifted(to: (day + first) % 7 < 5 ? 0 : -0.07).pair(using: &random)
    }
}

/// As good as production on working days, 5 points worse at weekends: 1.4 points over a week, where 2 are allowed. `first` is the weekday
/// it begins with.
private func withinTheMargin(from first: Int) -> Scenario {
    Scenario("worse at weekends but within the margin, begun on a \(first == 0 ? "Monday" : "Saturday")") { day, random in
        atMargin.shifted(to: (day + first) % 7 < 5 ? 0 : -0.05).pair(using: &random)
    }
}

/// As good as production for five days, then 10 points worse, as after an update that nobody announced: 2.9 points over the first week.
private let changedForTheWorse = Scenario("10 points worse from day 6 on") { day, random in
    (day < 5 ? atMargin.shifted(to: 0) : Odds(worse: 0.12, better: 0.02)).pair(using: &random)
}

/// Conversations that go on for some days and come out the same each day: a pair of each and day is evidence.
private func lasting(days: Int) -> Scenario {
    Scenario("conversations that last \(days) days") { _ in
        var running: [(pair: SimulatedPair, daysLeft: Int)] = []
        return { _, _, random in
            running = running.filter { $0.daysLeft > 0 }
            while running.count < 300 { running.append((atMargin.pair(using: &random), 1 + random.index(below: 2 * days - 1))) }
            for index in running.indices { running[index].daysLeft -= 1 }
            return [running.map(\.pair)]
        }
    }
}

/// Three of ten conversations have eight turns, the others one. The candidate is better in the short ones and worse in the long
/// ones: 2 points worse over all calls.
private func longerIsWorse(_ name: String, share: Double, whole: Bool) -> Scenario {
    let short = atMargin.shifted(to: 0.02)
    let long = atMargin.shifted(to: (-0.02 * 3.1 - 0.7 * 0.02) / 2.4)
    return Scenario(name) { _ in
        { _, _, random in
            var pairs: [SimulatedPair] = []
            // So many conversations that the sample has about 300 pairs in evidence.
            let reached = whole ? share : 0.7 * share + 0.3 * (1 - pow(1 - share, 8))
            for _ in 0..<Int(300 / reached) {
                let isLong = random.happens(0.3)
                let probability = whole || !isLong ? share : 1 - pow(1 - share, 8)
                if random.happens(probability) { pairs.append((isLong ? long : short).pair(using: &random)) }
            }
            return [pairs]
        }
    }
}
