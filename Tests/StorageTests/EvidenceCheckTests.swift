import Comparison
import Configuration
import JSON
import Postgres
import Statistics
import Storage
import Testing
import Traffic
import Verdict

/// From a file of random pairs to the look, the report's counts and the views: each figure is reckoned once more from the file itself,
/// pair by pair, and must be the same.
@Suite struct EvidenceCheckTests {
    private let store: StoreFixture
    private let afterwards = Timestamp("2026-12-01T12:00:00Z")!
    /// ln 40: what each side of a claim needs.
    private let alpha = 0.025

    init() throws { store = try StoreFixture() }

    private func settings(_ drawn: Double?, isJudged: Bool = false) throws -> WorkloadSettings {
        try labelSettings(workload: RandomPair.workload) { settings in
            if isJudged { settings.judge = JudgeSettings(url: try! UpstreamURL("http://judge.test"), model: "judge-1") }
            settings.trial.timezone = "Europe/Berlin"
            if let drawn { settings.adjudicate.disagreements = drawn }
        }
    }

    /// Imports pairs and compares them; costs are reckoned from the tokens of the file.
    private func take(_ pairs: [RandomPair], drawn: Double? = nil, isJudged: Bool = false) throws -> StoredTrial {
        let outcome = try RecordedPairs(store.connection).store(
            lines: RecordedLines.file(pairs.map(\.line)), name: "pairs.jsonl", settings: settings(drawn, isJudged: isJudged), at: afterwards
        )
        #expect(outcome.stored == pairs.count)
        try compare(pairs)
        return outcome.trial
    }

    private func compare(_ pairs: [RandomPair]) throws {
        let comparator = Comparator(try settings(nil).compare)
        let known = Dictionary(uniqueKeysWithValues: pairs.map { ($0.id, $0) })
        while let batch = try store.queue.claim() {
            let compared = batch.pairs.map { claimed in
                let pair = known[claimed.call.externalID ?? ""]!
                return ComparedPair(
                    pair: claimed.pair.id,
                    finding: comparator.compare(
                        ComparedAnswers(
                            production: claimed.call.production, candidate: claimed.pair.candidate, control: claimed.call.control),
                        label: claimed.label),
                    costs: PairCosts(
                        production: pair.production.cost(RandomPair.prices.production),
                        candidate: pair.candidate.cost(RandomPair.prices.candidate)))
            }
            #expect(try store.queue.store(batch, compared, comparatorVersion: Comparator.version, at: afterwards))
        }
    }

    private func look(_ trial: StoredTrial, at moment: Timestamp? = nil) throws -> Look {
        try Looks(store.connection).take(
            trial: trial.id, at: moment ?? afterwards, decide: { Verdict.look(at: $0, after: $1) },
            reason: { $0.decision.recommendation.rawValue }
        ).look
    }

    /// The pairs that are evidence, in the ledger's order: alone, or one a conversation and day.
    private func ledger(_ pairs: [RandomPair]) throws -> [RandomPair] {
        let rows = try store.analyst().query("SELECT external_id FROM pairs WHERE in_evidence")
        let chosen = Set(try rows.map { try #require($0.value(at: 0)) })
        for (_, turns) in Dictionary(grouping: pairs.filter { $0.conversation != nil }, by: { "\($0.conversation ?? "") \($0.day)" }) {
            #expect(turns.count { chosen.contains($0.id) } == 1)
        }
        #expect(pairs.allSatisfy { $0.conversation != nil || chosen.contains($0.id) })
        return pairs.filter { chosen.contains($0.id) }
    }

    // MARK: Accuracy

    /// What is known about a pair's D when it is drawn with a probability.
    private enum Score {
        case known(Double)
        case waiting
    }

    /// Both arms of the rule for pending pairs, for pairs that `serves` lets the candidate answer; the `first` take no part, but one
    /// of them that waits ends the first arm.
    private func capitals(
        _ ledger: [RandomPair], probability: Double, against mean: Double, above: Bool, score: (RandomPair) -> Score,
        leavingOut first: Int = 0, bound: Double? = nil, serves: (RandomPair) -> Bool = { _ in true }
    ) -> (arms: [[Reckoning.Observation]], best: Double) {
        let bound = bound ?? 1 / probability
        var upToPending: [Reckoning.Observation] = []
        var whole: [Reckoning.Observation] = []
        var isBeforePending = true
        for (place, pair) in ledger.enumerated() where pair.isComparable {
            var value = 0.0
            switch score(pair) {
            case .known(let known): value = known
            case .waiting:
                isBeforePending = false
                value = above ? -bound : bound
            }
            guard place >= first else { continue }
            let seen = Reckoning.Observation(score: serves(pair) ? value : 0, weight: pair.weight, lowest: -bound, highest: bound)
            if isBeforePending { upToPending.append(seen) }
            whole.append(seen)
        }
        let arms = [upToPending, whole]
        return (arms, arms.map { Reckoning.logCapital($0, above: above, mean) }.max()!)
    }

    private func qualityLimits(
        _ ledger: [RandomPair], probability: Double, bound: Double? = nil, score: (RandomPair) -> Score
    ) -> (Double, Double) {
        let above = capitals(ledger, probability: probability, against: -0.02, above: true, score: score, bound: bound).arms
        let below = capitals(ledger, probability: probability, against: -0.02, above: false, score: score, bound: bound).arms
        return (
            above.map { Reckoning.limit($0, above: true, alpha: alpha, from: -1, to: 1) }.max()!,
            below.map { Reckoning.limit($0, above: false, alpha: alpha, from: 1, to: -1) }.min()!
        )
    }

    private func isNear(_ got: Double?, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
        guard let got else { return false }
        return abs(got - expected) <= tolerance * max(1, abs(expected))
    }

    @Test func labelsThatComeLateAreTakenAsTheRuleForPendingPairsSays() throws {
        var pairs = RandomPair.week(3000, drawn: nil, seed: 1)
        let trial = try take(pairs)
        let first = try look(trial)
        let ledger = try ledger(pairs)
        func score(_ pairs: [String: RandomPair]) -> (RandomPair) -> Score {
            { pair in !pair.differs ? .known(0) : pairs[pair.id]!.isLabelled ? .known(pairs[pair.id]!.difference) : .waiting }
        }
        let atFirst = Dictionary(uniqueKeysWithValues: pairs.map { ($0.id, $0) })
        let (lower, upper) = qualityLimits(ledger, probability: 1, score: score(atFirst))
        #expect(isNear(first.latches.quality.lower, lower) && isNear(first.latches.quality.upper, upper))
        #expect(first.quality.pending == ledger.count { $0.differs && !$0.isLabelled })
        for above in [true, false] {
            let capital = capitals(ledger, probability: 1, against: -0.02, above: above, score: score(atFirst)).best
            #expect(isNear(above ? first.latches.quality.above : first.latches.quality.below, max(0, capital)))
        }

        // The first five days' labels come; and some that a look has consumed are corrected, which must change nothing.
        var said: [JSONValue] = []
        for index in pairs.indices where pairs[index].day < 5 {
            if !pairs[index].isLabelled {
                said.append(["id": .string(pairs[index].id), "label": .string(pairs[index].gold)])
                pairs[index].isLabelled = true
            } else if pairs[index].differs, index.isMultiple(of: 3) {
                said.append(["id": .string(pairs[index].id), "label": .string(pairs[index].candidate.answer.label ?? pairs[index].gold)])
            }
        }
        _ = try Labels(store.connection).store(
            lines: RecordedLines.file(said), name: "labels.jsonl", workload: RandomPair.workload, at: afterwards)
        try compare(pairs)
        let second = try look(trial, at: afterwards.adding(seconds: 60))
        let later = Dictionary(uniqueKeysWithValues: pairs.map { ($0.id, $0) })
        let (nextLower, nextUpper) = qualityLimits(ledger, probability: 1, score: score(later))
        #expect(isNear(second.latches.quality.lower, max(lower, nextLower)) && isNear(second.latches.quality.upper, min(upper, nextUpper)))
        #expect(nextLower > lower, "five days' labels should tell more than none")
    }

    @Test func aDrawnShareCountsByItsProbability() throws {
        let pairs = RandomPair.week(3000, drawn: 0.4, seed: 2)
        let trial = try take(pairs, drawn: 0.4)
        let look = try look(trial)
        let ledger = try ledger(pairs)
        // A label is the record of the draw; pairs that were not drawn wait for nothing.
        let score: (RandomPair) -> Score = { pair in .known(pair.differs && pair.isLabelled ? pair.difference / 0.4 : 0) }
        let (lower, upper) = qualityLimits(ledger, probability: 0.4, score: score)
        #expect(isNear(look.latches.quality.lower, lower) && isNear(look.latches.quality.upper, upper))
        #expect(look.quality.pending == 0)
        #expect(look.quality.adjudicated == ledger.count { $0.differs && $0.isLabelled })
    }

    @Test func aJudgesPredictionsCountForHalfAndWhatIsKnownCorrectsThem() throws {
        let pairs = RandomPair.week(3000, drawn: 0.4, seed: 6)
        let trial = try take(pairs, drawn: 0.4, isJudged: true)
        let known = Dictionary(uniqueKeysWithValues: pairs.map { ($0.id, $0) })
        // The judge is right about four of five, and for every ninth pair it gives no opinion.
        var predictions: [String: Double] = [:]
        let line = JudgeQueue(store.connection)
        while let task = try line.claim(lease: 60) {
            let pair = try #require(known[task.claimed?.call.externalID ?? ""])
            let number = predictions.count
            let prediction = number % 9 == 8 ? 0 : number % 5 == 4 ? 0.5 : pair.difference
            predictions[pair.id] = prediction
            let result: Result<JudgeOpinion, JudgeFault> =
                number % 9 == 8 ? .failure(.malformed) : .success(JudgeOpinion(prediction: prediction))
            #expect(try line.settle(task, result, model: "judge-1", at: afterwards))
        }
        let look = try look(trial)
        let ledger = try ledger(pairs)
        #expect(predictions.count > 100 && look.quality.pairs == ledger.count(where: \.isComparable))
        let score: (RandomPair) -> Score = { pair in
            guard pair.differs else { return .known(0) }
            let expected = 0.5 * (predictions[pair.id] ?? 0)
            return .known(expected + (pair.isLabelled ? (pair.difference - expected) / 0.4 : 0))
        }
        let (lower, upper) = qualityLimits(ledger, probability: 0.4, bound: (1 + 0.5 * 0.6) / 0.4, score: score)
        #expect(isNear(look.latches.quality.lower, lower) && isNear(look.latches.quality.upper, upper))
    }

    @Test func aDisagreementThatCouldNotBeDrawnIsNotTakenForHarmless() throws {
        var pairs = RandomPair.week(600, drawn: 1, seed: 3)
        for index in pairs.indices { pairs[index].isLabelled = true }
        for index in pairs.indices where pairs[index].segment == "web" {
            pairs[index].adjudicationProbability = 0
            pairs[index].isLabelled = false
        }
        let look = try look(try take(pairs))
        let ledger = try ledger(pairs)
        let (lower, upper) = qualityLimits(ledger, probability: 1) { pair in
            !pair.differs ? .known(0) : pair.isLabelled ? .known(pair.difference) : .waiting
        }
        #expect(isNear(look.latches.quality.lower, lower) && isNear(look.latches.quality.upper, upper))
        #expect(look.quality.pending == ledger.count { $0.differs && !$0.isLabelled })
    }

    // MARK: Everything else of one look

    @Test func everyOtherFigureFollowsFromThePairs() throws {
        let pairs = RandomPair.week(3000, drawn: nil, seed: 4)
        let trial = try take(pairs)
        _ = try Summaries(store.connection).refreshLatency()
        let look = try look(trial)
        let ledger = try ledger(pairs)
        try checkCounts(pairs, trial, look)
        checkRates(ledger, look)
        try checkLatency(pairs, look)
        try checkCosts(pairs, trial, look)
        try checkTiers(pairs, ledger, look)
        try checkStoredGates(look)
    }

    private func checkCounts(_ pairs: [RandomPair], _ trial: StoredTrial, _ look: Look) throws {
        let compared = pairs.filter(\.isComparable)
        let totals = try ReportQueries(store.connection).agreement(trial: trial.id)
        func isShouted(_ pair: RandomPair) -> Bool { if case .shouted = pair.candidate.answer { true } else { false } }
        #expect(totals.different == compared.count(where: \.differs))
        #expect(totals.equivalent == compared.count { !$0.differs && isShouted($0) })
        #expect(totals.identical == compared.count { !$0.differs && !isShouted($0) })
        #expect(totals.incomparable == pairs.count - compared.count)
        let labelled = compared.filter(\.isLabelled)
        let expected = CorrectnessCounts(
            both: labelled.count { $0.productionIsRight && $0.candidateIsRight },
            productionOnly: labelled.count { $0.productionIsRight && !$0.candidateIsRight },
            candidateOnly: labelled.count { !$0.productionIsRight && $0.candidateIsRight },
            neither: labelled.count { !$0.productionIsRight && !$0.candidateIsRight }, unknown: compared.count - labelled.count)
        #expect(look.quality.counts == expected)
        #expect(try ReportQueries(store.connection).correctness(trial: trial.id) == expected)
        let view = try store.analyst().query(
            """
            SELECT sum(pairs), sum(production_only), sum(candidate_only), sum(unknown) FROM failure_modes
            """)[0]
        let differing = compared.filter(\.differs)
        #expect(
            try (0..<4).map { Int(try #require(view.value(at: $0))) } == [
                differing.count, expected.productionOnly, expected.candidateOnly, differing.count { !$0.isLabelled },
            ])
        let confused = try store.analyst().query("SELECT sum(pairs) FROM label_confusion")[0].value(at: 0)
        #expect(confused == "\(differing.count { $0.candidate.answer.label != nil })")
        let funnel = try store.analyst().query("SELECT sum(calls), sum(paired), sum(compared), sum(incomparable) FROM coverage")[0]
        let calls = pairs.reduce(0) { $0 + Int(1 / $1.samplingRate) }
        #expect((0..<4).map { funnel.value(at: $0) } == [calls, pairs.count, pairs.count, totals.incomparable].map { "\($0)" })
        #expect(look.day == 7)
    }

    private func checkRates(_ ledger: [RandomPair], _ look: Look) {
        func limits(_ seen: [Reckoning.Observation], from lowest: Double) -> (Double, Double) {
            (
                Reckoning.limit(seen, above: true, alpha: alpha, from: lowest, to: 1),
                Reckoning.limit(seen, above: false, alpha: alpha, from: 1, to: lowest)
            )
        }
        let failures = limits(
            ledger.map { Reckoning.Observation(score: $0.failureDifference, weight: $0.weight, lowest: -1, highest: 1) }, from: -1)
        #expect(isNear(look.latches.reliability.lower, failures.0) && isNear(look.latches.reliability.upper, failures.1))
        let drawable = ledger.filter { $0.isComparable && $0.controlRate > 0 }
        let noise = limits(
            drawable.map { pair in
                let own = pair.control.map { $0.label == pair.production.answer.label ? 0 : 1 / pair.controlRate } ?? 0
                return Reckoning.Observation(
                    score: (pair.differs ? 1 : 0) - own, weight: pair.weight, lowest: -1 / 0.2, highest: 1)
            }, from: -1)
        #expect(isNear(look.latches.noise.lower, noise.0) && isNear(look.latches.noise.upper, noise.1))
        let disagreement = limits(
            ledger.filter(\.isComparable).map {
                Reckoning.Observation(score: $0.differs ? 1 : 0, weight: $0.weight, lowest: 0, highest: 1)
            }, from: 0)
        #expect(isNear(look.latches.disagreement.lower, disagreement.0) && isNear(look.latches.disagreement.upper, disagreement.1))
        let controlled = ledger.filter { $0.isComparable && $0.control != nil }
        #expect(look.noise.controlPairs == controlled.count)
        let own = Double(controlled.count { $0.control?.label != $0.production.answer.label }) / Double(controlled.count)
        #expect(isNear(look.noise.selfDisagreement?.estimate, own))
    }

    private func durations(_ pairs: [RandomPair], _ side: KeyPath<RandomPair, RandomPair.Side>) -> [Double] {
        pairs.map { $0[keyPath: side] }.filter { $0.answer != .serverError }.map { $0.answer == .timeout ? .infinity : $0.durationMs }
    }

    private func checkLatency(_ all: [RandomPair], _ look: Look) throws {
        // Of the segment that is sampled more often as many are left out as make the sample even.
        let rows = try store.analyst().query("SELECT external_id FROM pairs WHERE in_latency(pair_id, evidence_weight)")
        let kept = Set(try rows.map { try #require($0.value(at: 0)) })
        let pairs = all.filter { kept.contains($0.id) }
        #expect(all.allSatisfy { $0.weight < 1 || kept.contains($0.id) })
        let thinned = all.filter { $0.weight < 1 }
        let expected = thinned.reduce(0) { $0 + $1.weight }
        #expect(abs(Double(thinned.count { kept.contains($0.id) }) - expected) < 5 * expected.squareRoot() + 1)
        for (side, reading) in [(\RandomPair.production, look.latency.production), (\.candidate, look.latency.candidate)] {
            let values = durations(pairs, side)
            #expect(reading.samples == values.count)
            #expect(isNear(reading.timeoutShare, Double(values.count { $0.isInfinite }) / Double(values.count)))
            for quantile in reading.duration {
                #expect(isNear(quantile.estimate, Reckoning.quantile(Double(quantile.percentile) / 100, values), 0.0101))
            }
        }
        let view = try store.analyst().query(
            "SELECT day - min(day) OVER () AS number, leg, samples, p95 FROM latency WHERE metric = 'duration_ms' ORDER BY day, leg")
        #expect(view.count == 14)
        for row in view {
            let day = try #require(row.value(at: 0).flatMap { Int($0) })
            let values = durations(pairs.filter { $0.day == day }, row.value(at: 1) == "production" ? \.production : \.candidate)
            #expect(row.value(at: 2) == "\(values.count)")
            #expect(isNear(row.value(at: 3).flatMap { Double($0) }, Reckoning.quantile(0.95, values), 0.0101))
        }
    }

    private typealias Cost = (weight: Double, candidate: Double, production: Double)

    /// z of an interval that holds for a look a day over 28 days, and over `many` of them at once.
    private func z(of many: Int) -> Double { normalQuantile(1 - 0.05 / 28 / Double(many) / 2) }

    private func checkCosts(_ pairs: [RandomPair], _ trial: StoredTrial, _ look: Look) throws {
        let costs = pairs.compactMap { pair -> Cost? in
            guard let production = pair.production.cost(RandomPair.prices.production),
                let candidate = pair.candidate.cost(RandomPair.prices.candidate)
            else { return nil }
            return (pair.weight, candidate, production)
        }
        let saving = Reckoning.saving(costs, z: z(of: 1))
        #expect(isNear(look.cost.saving?.estimate, saving.estimate))
        #expect(isNear(look.cost.saving?.lower, saving.estimate - saving.half))
        let weight = costs.reduce(0) { $0 + $1.weight }
        let perCase = costs.reduce(0) { $0 + $1.weight * $1.production } / weight
        #expect(isNear(look.cost.production.perCase, perCase))
        let perMonth = pairs.reduce(0) { $0 + 1 / $1.samplingRate } / 7 * 365 / 12
        #expect(isNear(look.cost.production.perMonth, perCase * perMonth))
        let totals = try ReportQueries(store.connection).costs(trial: trial.id)
        for (leg, side, price) in [
            (LegRole.production, \RandomPair.production, RandomPair.prices.production),
            (.candidate, \.candidate, RandomPair.prices.candidate),
        ] {
            let known = pairs.compactMap { $0[keyPath: side].cost(price) }
            #expect(totals[leg]?.calls == pairs.count && totals[leg]?.pricedCalls == known.count)
            #expect(isNear(totals[leg]?.cost, known.reduce(0, +)))
        }
    }

    private func checkTiers(_ pairs: [RandomPair], _ ledger: [RandomPair], _ look: Look) throws {
        let first = ledger.prefix(500).map { $0.confidence ?? 0 }.sorted()
        let grid = Set((0..<20).map { Reckoning.quantile(Double($0) / 20, first) }).sorted(by: >)
        #expect(look.tier.curve.map(\.threshold) == grid)
        let tested = ledger.dropFirst(500).filter(\.isComparable)
        let weight = tested.reduce(0) { $0 + $1.weight }
        for point in look.tier.curve {
            let serves: (RandomPair) -> Bool = { ($0.confidence ?? 0) >= point.threshold }
            #expect(isNear(point.coverage?.estimate, tested.filter(serves).reduce(0) { $0 + $1.weight } / weight))
            let score: (RandomPair) -> Score = { !$0.differs ? .known(0) : $0.isLabelled ? .known($0.difference) : .waiting }
            let capital = capitals(
                ledger, probability: 1, against: -0.01, above: true, score: score, leavingOut: 500, serves: serves
            ).best
            #expect(isNear(point.logEvidence, max(0, capital)), "at \(point.threshold)")
            let costs = pairs.compactMap { pair -> Cost? in
                guard let production = pair.production.cost(RandomPair.prices.production),
                    let candidate = pair.candidate.cost(RandomPair.prices.candidate)
                else { return nil }
                return (pair.weight, candidate + (serves(pair) ? 0 : production), production)
            }
            let saving = Reckoning.saving(costs, z: z(of: grid.count))
            #expect(isNear(point.saving?.estimate, saving.estimate) && isNear(point.saving?.lower, saving.estimate - saving.half))
        }
    }

    private func checkStoredGates(_ look: Look) throws {
        let rows = try store.analyst().query("SELECT gate, status, estimate, \"lower\", \"upper\" FROM gates")
        #expect(rows.count == look.gates.count)
        for row in rows {
            let gate = try #require(look.gates.first { $0.name.rawValue == row.value(at: 0) })
            #expect(row.value(at: 1) == gate.status.rawValue)
            #expect((2..<5).map { row.value(at: $0).flatMap { Double($0) } } == [gate.estimate, gate.lower, gate.upper])
        }
        let curve = try store.analyst().query("SELECT threshold, log_evidence FROM two_tier_curve ORDER BY threshold DESC")
        #expect(curve.map { $0.value(at: 0).flatMap { Double($0) } } == look.tier.curve.map(\.threshold))
        #expect(curve.map { $0.value(at: 1).flatMap { Double($0) } } == look.tier.curve.map(\.logEvidence))
    }
}
