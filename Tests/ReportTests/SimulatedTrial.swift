import Report
import Statistics
import Traffic
import Verdict

/// SplitMix64, so that every run of a test sees the same numbers.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func fraction() -> Double { Double.random(in: 0..<1, using: &self) }
    mutating func happens(_ probability: Double) -> Bool { fraction() < probability }
}

/// A made-up trial: pairs drawn one by one and put through the real gates, so that a report of it is a report as they come.
struct SimulatedTrial {
    var workload = "support-intents"
    var candidate = "phi-4"
    var production = "gpt-5"
    var source = Source.mirror
    var simulated = false
    var seed: UInt64 = 1
    var days = 7
    var pairsPerDay = 600
    /// Of all pairs.
    var onlyProductionRight = 0.03
    var onlyCandidateRight = 0.03
    var neitherButDifferent = 0.02
    var timeouts = 0.001
    /// How much of `onlyProductionRight` falls on answers that the candidate is sure of.
    var confidentFailures = 0.1
    var productionAccuracy = 0.93
    var controlRate = 0.05
    var selfDisagreement = 0.05
    /// Share of the differing pairs of the last day that are not judged yet.
    var pending = 0.0
    var adjudicateBy = AdjudicationSource.labels
    var productionMs = 900.0
    var candidateMs = 400.0
    var candidateCost = 0.006
    var productionCost = 0.021
    var candidates = 1
    /// The answers are JSON documents in conversations, with figures for their fields and turns; else labels.
    var documents = false
    /// Whether a judge model predicts who is right, and is so in nine of ten cases.
    var isJudged = false
    /// Whether the candidate is paid by the hour, in two regions.
    var dedicated = false
    /// Failures of this segment are so many times as frequent.
    var mailFactor = 1.0
    /// Of the agreeing pairs, how many do so only within a tolerance. Half of them are judged, one in a hundred against the candidate.
    var tolerance = 0.0
    /// Whether half the calls of 16 to 64 KB, a fifth of all, are shed.
    var shedsLong = false
    /// Whether each day before was looked at too.
    var daily = false
    var asOf = Timestamp("2026-11-23T08:15:00Z")!

    private struct Drawn {
        /// Cells as they first came, because a dictionary's order differs from run to run.
        var order: [EvidenceCell] = []
        var cells: [EvidenceCell: Int] = [:]
        var latency = LatencyEvidence()
        var cost = CostEvidence()
        var agreeing = CorrectnessCounts()
        var differing = CorrectnessCounts()
        var agreement = ReportModel.AgreementCounts()
        var modes: [FailureMode: [String: CorrectnessCounts]] = [:]
        var confusion: [String: ReportModel.ConfusionRow] = [:]
        var productionTokens = TokenSums()
        var candidateTokens = TokenSums()
    }

    static let labels = ["card_arrival", "lost_or_stolen_card", "transfer_failed", "cancel_transfer", "refund_not_showing_up"]

    func model() -> ReportModel {
        var random = SplitMix(seed)
        let grid = tierGrid(fromFirst: (0..<500).map { _ in confidence(failing: false, &random) })
        var drawn = Drawn()
        if !grid.isEmpty {
            drawn.latency.tiers = TierLatency(
                served: Array(repeating: LatencySample(), count: grid.count + 1),
                escalated: Array(repeating: LatencySample(), count: grid.count + 1))
            drawn.cost.byTier = Array(repeating: PairedCostSums(), count: grid.count + 1)
        }
        for day in 0..<days {
            for _ in 0..<pairsPerDay { draw(day, grid, &drawn, &random) }
        }
        if source == .mirror { drawn.cost.callsPerMonth = Double(pairsPerDay * 10) * 30.4 }
        if dedicated {
            drawn.cost.pricing = .dedicated(
                hourly: 4, tokensPerDay: 2_000_000, replicas: 1,
                regions: [DedicatedRegion(name: "eu", share: 0.7, hourly: 4), DedicatedRegion(name: "us", share: 0.3, hourly: 3.5)])
        }
        drawn.cost.productionTokens = TokenTotals(input: Double(days * pairsPerDay * 400), output: Double(days * pairsPerDay * 10))
        drawn.cost.candidateTokens = TokenTotals(input: Double(days * pairsPerDay * 420), output: Double(days * pairsPerDay * 10))
        var terms = TrialTerms(
            candidates: candidates, adjudicateBy: adjudicateBy, judgeTrust: isJudged ? TrialTerms.trustInJudge : 0)
        terms.auditsEquivalents = tolerance > 0
        var input = LookInput(
            terms: terms, days: days, cells: drawn.order.map { $0.with(count: drawn.cells[$0] ?? 0) }, sampled: days * pairsPerDay + 40,
            shed: 12, pairsPerDay: source == .imported ? nil : Double(pairsPerDay), tierGrid: grid, latency: drawn.latency,
            cost: drawn.cost, agreeing: drawn.agreeing, differing: drawn.differing)
        if tolerance > 0 { input.equivalenceCeiling = 1.3 * tolerance }
        if shedsLong { input.sample = sample }
        let (course, latches) = daily ? course(input) : ([], Latches())
        return model(look(at: input, after: latches), course, drawn, terms, &random)
    }

    /// What the looks of the days before said about quality, and what they established.
    private func course(_ input: LookInput) -> ([ReportModel.CoursePoint], Latches) {
        var latches = Latches()
        let points = (1..<days).map { day in
            let before = LookInput(
                terms: input.terms, days: day, cells: input.cells.filter { $0.day < day }, tierGrid: input.tierGrid,
                latency: LatencyEvidence(tiers: input.latency.tiers), agreeing: input.agreeing, differing: input.differing)
            let look = look(at: before, after: latches)
            latches = look.latches
            let moment = asOf.adding(seconds: Double(day - days) * 86_400)
            return point(look, on: moment, pairs: look.quality.pairs)
        }
        return (points, latches)
    }

    private func point(_ look: Look, on moment: Timestamp, pairs: Int) -> ReportModel.CoursePoint {
        let gate = look.gate(.quality)
        return ReportModel.CoursePoint(
            day: ReportModel.day(of: moment, utcOffsetSeconds: 0), pairs: pairs, estimate: gate.estimate, lower: gate.lower,
            upper: gate.upper)
    }

    // MARK: Drawing

    private func confidence(failing: Bool, _ random: inout SplitMix) -> Double {
        let sure = failing ? random.happens(confidentFailures) : random.happens(0.75)
        return sure ? 0.8 + 0.2 * random.fraction() : 0.2 + 0.6 * random.fraction()
    }

    private func draw(_ day: Int, _ grid: [Double], _ drawn: inout Drawn, _ random: inout SplitMix) {
        let segment = random.happens(0.2) ? "mail" : "chat"
        let factor = segment == "mail" ? mailFactor : 1
        let roll = random.fraction()
        let times = [onlyProductionRight * factor, onlyCandidateRight, neitherButDifferent, timeouts]
        let correct: Correctness
        let timedOut = roll >= times[0] + times[1] + times[2] && roll < times.reduce(0, +)
        if roll < times[0] || timedOut {
            correct = .productionOnly
        } else if roll < times[0] + times[1] {
            correct = .candidateOnly
        } else if roll < times[0] + times[1] + times[2] {
            correct = .neither
        } else {
            correct = random.happens(productionAccuracy) ? .both : .neither
        }
        let differs = roll < times.reduce(0, +)
        let control = random.happens(controlRate)
        let waits = differs && day == days - 1 && random.happens(pending)
        let adjudication: Adjudication =
            !differs || adjudicateBy == .none
            ? .notPlanned : waits ? .pending(probability: 1) : .judged(difference: correct.difference ?? 0, probability: 1)
        let isTolerant = tolerance > 0 && !differs && random.happens(tolerance)
        // The draw halves the sample again and again (`EvidenceCell.auditLevel`); those that it kept once are judged.
        var level = 0
        while isTolerant, level < 5, random.happens(0.5) { level += 1 }
        let sure = confidence(failing: correct == .productionOnly, &random)
        let tier = grid.isEmpty ? nil : tierIndex(of: sure, in: grid)
        let cell = EvidenceCell(
            day: day, segment: segment, agreement: differs ? .different : isTolerant ? .equivalent : .identical, needsAudit: isTolerant,
            auditLevel: level,
            adjudication: isTolerant
                ? level > 0 ? .judged(difference: random.happens(0.01) ? -1 : 0, probability: 1) : .pending(probability: 1) : adjudication,
            prediction: isJudged && differs && !timedOut && drawn.differing.all % 10 > 0 ? Double(correct.difference ?? 0) : 0,
            failureDifference: timedOut ? 1 : 0,
            control: control
                ? ControlDraw(probability: controlRate, outcome: random.happens(selfDisagreement) ? .differed : .agreed)
                : ControlDraw(probability: controlRate, outcome: .notDrawn),
            tier: tier, beforeFirstPending: pending == 0 || day < days - 1, count: 1)
        if drawn.cells[cell] == nil { drawn.order.append(cell) }
        drawn.cells[cell, default: 0] += 1
        let known: Correctness = waits || adjudicateBy == .none ? .unknown : correct
        count(known, differs, timedOut, segment, &drawn, &random)
        measure(day, tier, timedOut, &drawn, &random)
    }

    private func count(
        _ correct: Correctness, _ differs: Bool, _ timedOut: Bool, _ segment: String, _ drawn: inout Drawn, _ random: inout SplitMix
    ) {
        guard differs else {
            drawn.agreeing.add(correct)
            if random.happens(0.1) { drawn.agreement.equivalent += 1 } else { drawn.agreement.identical += 1 }
            return
        }
        drawn.differing.add(correct)
        drawn.agreement.different += 1
        let mode: FailureMode = timedOut ? .timeout : random.happens(0.1) ? .unknownLabel : .labelMismatch
        drawn.modes[mode, default: [:]][segment, default: CorrectnessCounts()].add(correct)
        guard mode == .labelMismatch else { return }
        let from = Int(random.fraction() * random.fraction() * 5)
        let to = (from + 1 + Int(random.fraction() * 2)) % 5
        let key = "\(from)-\(to)"
        var row =
            drawn.confusion[key]
            ?? ReportModel.ConfusionRow(productionLabel: Self.labels[from], candidateLabel: Self.labels[to], pairs: 0)
        row.pairs += 1
        if correct == .productionOnly { row.productionOnly += 1 }
        if correct == .candidateOnly { row.candidateOnly += 1 }
        drawn.confusion[key] = row
    }

    /// Latency and cost count ended days only.
    private func measure(_ day: Int, _ tier: Int?, _ timedOut: Bool, _ drawn: inout Drawn, _ random: inout SplitMix) {
        let spread = 0.6 + 0.5 * random.fraction() + (random.happens(0.06) ? 1.2 * random.fraction() : 0)
        let (theirs, ours) = (productionMs * spread, candidateMs * (0.7 + 0.3 * random.fraction()) * spread)
        let (theirCost, ourCost) = (productionCost * spread, candidateCost * spread * (0.8 + 0.4 * random.fraction()))
        guard day < days - 1 || source == .imported else { return }
        drawn.latency.production.duration.sketch.add(theirs)
        drawn.latency.production.firstToken.sketch.add(theirs * 0.4)
        if timedOut {
            drawn.latency.candidate.duration.timeouts += 1
            drawn.latency.candidate.firstToken.timeouts += 1
        } else {
            drawn.latency.candidate.duration.sketch.add(ours)
            drawn.latency.candidate.firstToken.sketch.add(ours * 0.3)
        }
        drawn.cost.pairs.add(candidate: ourCost, production: theirCost)
        let read = (300 + 200 * spread).rounded()
        let written = (4 + 6 * spread).rounded()
        drawn.productionTokens.add(.init(input: read, cached: (read * 0.4).rounded(), output: written))
        drawn.candidateTokens.add(.init(input: (read * 1.05).rounded(), output: written))
        drawn.latency.production.outputSpeed.sketch.add(written / theirs * 1000)
        if timedOut {
            drawn.latency.candidate.outputSpeed.sketch.add(0)
            drawn.latency.paired.duration.timeouts += 1
            drawn.latency.paired.outputSpeed.sketch.add(0)
        } else {
            drawn.latency.candidate.outputSpeed.sketch.add(written / ours * 1000)
            drawn.latency.paired.duration.sketch.add(ours / theirs)
            drawn.latency.paired.firstToken.sketch.add(ours * 0.3 / (theirs * 0.4))
            drawn.latency.paired.outputSpeed.sketch.add(theirs / ours)
        }
        guard let tier else { return }
        drawn.cost.byTier[tier].add(candidate: ourCost, production: theirCost)
        drawn.latency.tiers.served[tier].sketch.add(ours)
        drawn.latency.tiers.escalated[tier].sketch.add(ours + theirs)
    }

    // MARK: The model

    /// All calls by size, as `shedsLong` has it.
    private var sample: [SampleSlice] {
        let drawn = days * pairsPerDay
        return [(RequestSize.under1k, 0.5, 1.0), (.under4k, 0.2, 1), (.under16k, 0.1, 1), (.under64k, 0.2, 0.5)].map { size, share, kept in
            let count = Int(Double(drawn) * share)
            let whole = Int(Double(count) * kept)
            return SampleSlice(
                .size, size.name, calls: count * 10, expected: Double(count), drawn: count, sampled: count, kept: whole,
                comparable: whole, compared: whole)
        }
    }

    /// Busy from eight to six; a tenth of the calls is drawn.
    private var volume: ReportModel.Volume? {
        guard source == .mirror else { return nil }
        let perDay = pairsPerDay * 10
        let shares = (0..<24).map { (8..<18).contains($0) ? 8.0 : 20.0 / 14 }
        return ReportModel.Volume(
            calls: perDay * days, sampled: days * pairsPerDay + 40, busiestMinuteCalls: perDay / 500,
            busiestMinuteSampled: perDay / 5000 + 2,
            weekdays: (0..<max(0, days - 2)).map { .init(number: ($0 + 2) % 7 + 1, days: 1, calls: perDay) }.sorted {
                $0.number < $1.number
            },
            hours: days < 3
                ? [] : (0..<24).map { .init(number: $0, days: days - 2, calls: Int(Double(perDay * (days - 2)) * shares[$0] / 100)) },
            concurrency: 32)
    }

    private func matrix(_ drawn: Drawn) -> ReportModel.LabelMatrix {
        let agreeing = Self.labels.enumerated().map { ($1, $1, (drawn.agreement.identical + drawn.agreement.equivalent) / (2 + $0)) }
        return ReportModel.LabelMatrix(
            cells: agreeing + drawn.confusion.values.map { ($0.productionLabel, $0.candidateLabel, $0.pairs) })
    }

    /// By production's label or by turn; the confused labels come out by chance.
    private func slices(_ drawn: Drawn, _ agreement: ReportModel.AgreementCounts) -> [ReportModel.SliceRow] {
        if documents {
            return turns(agreement).map { .init(dimension: .turn, slice: "\($0.turn)", pairs: $0.pairs, failures: $0.productionOnly) }
        }
        return Self.labels.enumerated().map { place, label in
            let rows = drawn.confusion.values.filter { $0.productionLabel == label }
            let agreeing = (agreement.identical + agreement.equivalent) / (2 + place)
            return .init(
                dimension: .label, slice: label, pairs: agreeing + rows.reduce(0) { $0 + $1.pairs },
                failures: rows.reduce(0) { $0 + $1.productionOnly })
        }
    }

    static let fields = [
        ReportModel.FieldRow(
            path: "/lines/*/price", production: .init(expected: 900, given: 890, matched: 871),
            candidate: .init(expected: 900, given: 910, matched: 700)),
        ReportModel.FieldRow(
            path: "/due", production: .init(expected: 412, given: 410, matched: 405),
            candidate: .init(expected: 412, given: 380, matched: 371)),
        ReportModel.FieldRow(path: "/notes", production: .init(given: 3), candidate: .init(given: 31)),
    ]

    private func turns(_ agreement: ReportModel.AgreementCounts) -> [ReportModel.TurnRow] {
        let (half, differing) = (agreement.comparable / 2, agreement.different / 5)
        return [
            .init(turn: 1, pairs: agreement.comparable - half, different: differing, productionOnly: differing / 2, candidateOnly: 3),
            .init(turn: 2, pairs: half - 40, different: agreement.different - differing - 10, productionOnly: 40, candidateOnly: 9),
            .init(turn: 10, pairs: 40, different: 10),
        ]
    }

    private func model(
        _ look: Look, _ course: [ReportModel.CoursePoint], _ drawn: Drawn, _ terms: TrialTerms, _ random: inout SplitMix
    ) -> ReportModel {
        let sampled = source == .mirror ? days * pairsPerDay + 40 : 0
        let compared = drawn.agreement.comparable + 9
        var agreement = drawn.agreement
        agreement.incomparable = 9
        return ReportModel(
            trial: ReportModel.Trial(
                id: Identifier(at: asOf.adding(seconds: Double(-days) * 86_400), random: (seed, seed)), workload: workload,
                candidate: candidate, production: production, source: source, simulated: simulated,
                startsAt: asOf.adding(seconds: Double(1 - days) * 86_400), asOf: asOf, terms: terms,
                samplingRate: source == .mirror ? 0.1 : nil, controlRate: controlRate, settingsHash: "4f1c9a2e"),
            look: look, agreement: agreement, failureModes: failureModes(drawn, &random),
            confusion: drawn.confusion.values.sorted {
                ($1.pairs, $0.productionLabel, $0.candidateLabel) < ($0.pairs, $1.productionLabel, $1.candidateLabel)
            },
            labelMatrix: documents ? nil : matrix(drawn), fields: documents ? Self.fields : [],
            turns: documents
                ? turns(agreement) : [ReportModel.TurnRow(turn: 1, pairs: agreement.comparable, different: agreement.different)],
            slices: slices(drawn, agreement), course: course + [point(look, on: asOf, pairs: agreement.comparable)],
            spend: ReportModel.Spend(
                production: ReportModel.LegSpend(
                    price: .tokens(input: 5, output: 25, cachedInput: 0.5, batch: .init(input: 2.5, output: 12.5)), calls: compared,
                    pricedCalls: compared - 3, tokens: drawn.productionTokens),
                candidate: ReportModel.LegSpend(
                    price: dedicated
                        ? .dedicated(hourly: 4, tokensPerDay: 2_000_000, replicas: 1)
                        : .tokens(input: 0.125, output: 0.5, cachedInput: nil),
                    calls: compared, pricedCalls: compared - 3, estimatedCalls: 12, tokens: drawn.candidateTokens),
                callsPerMonth: source == .mirror ? Double(pairsPerDay * 10) * 30.4 : nil, pricedAt: asOf.adding(seconds: -700_000)),
            volume: volume,
            judge: isJudged
                ? ReportModel.JudgeFigures(
                    model: "gpt-5-mini", promptVersion: 1, pairs: 400, opinions: 385, waiting: 12, reused: 9, calls: 801, cost: 1.234,
                    dollarsPerDay: 5, orders: .init(331, of: 376), agreement: .init(0, of: 0), flips: .init(1, of: 19),
                    errors: [.init(error: "malformed", pairs: 12), .init(error: "budget", pairs: 3)]) : nil,
            coverage: ReportModel.Coverage(
                calls: sampled * 10, sampled: sampled, paired: source == .mirror ? sampled - 12 : compared, compared: compared,
                skipped: source == .mirror ? [.init(reason: "retry", calls: 31), .init(reason: "no_match", calls: 12)] : [],
                shed: source == .mirror ? [.init(reason: "queue_full", calls: 12)] : []))
    }

    private func failureModes(_ drawn: Drawn, _ random: inout SplitMix) -> [ReportModel.FailureModeRow] {
        let asked = [
            "Where is my money? The shop said they sent it back two weeks ago.", "I ordered the card on the 3rd, nothing has come.",
            "Please stop the transfer I made this morning <urgent>",
        ]
        var rows = drawn.modes.map { mode, segments in
            let sorted = segments.sorted { ($1.value.all, $0.key) < ($0.value.all, $1.key) }
            return ReportModel.FailureModeRow(
                mode: mode, count: segments.values.reduce(0) { $0 + $1.all },
                correctness: segments.values.reduce(CorrectnessCounts(), +),
                segments: sorted.map { ReportModel.SegmentCount(segment: $0.key, count: $0.value.all) })
        }.sorted { ($1.count, $0.mode.rawValue) < ($0.count, $1.mode.rawValue) }
        for index in rows.indices {
            rows[index].examples = asked.prefix(min(3, rows[index].count)).enumerated().map { place, text in
                let outputs: (String, String) =
                    switch rows[index].mode {
                    case .timeout: (Self.labels[place], "")
                    case .unknownLabel: (Self.labels[place], "transfer_problem")
                    default: (Self.labels[4 - place], Self.labels[(5 - place) % 5])
                    }
                return ReportModel.Example(
                    pair: Identifier(at: asOf.adding(seconds: Double(-3600 * place)), random: (UInt64(index), UInt64(place))),
                    calledAt: asOf.adding(seconds: Double(-3600 * place)), segment: place == 1 ? "mail" : "chat", input: text,
                    productionOutput: outputs.0, candidateOutput: outputs.1,
                    label: adjudicateBy == .none ? nil : outputs.0, correct: adjudicateBy == .none ? .unknown : .productionOnly,
                    productionUnstable: place == 2)
            }
        }
        return rows
    }
}

extension CorrectnessCounts {
    mutating func add(_ correct: Correctness) {
        switch correct {
        case .both: both += 1
        case .productionOnly: productionOnly += 1
        case .candidateOnly: candidateOnly += 1
        case .neither: neither += 1
        case .unknown: unknown += 1
        }
    }

    var all: Int { known + unknown }
}

extension EvidenceCell {
    func with(count: Int) -> EvidenceCell {
        var cell = self
        cell.count = count
        return cell
    }
}
