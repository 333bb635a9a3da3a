internal import Configuration
internal import Judge
public import Postgres
public import Report
internal import Statistics
internal import Storage
public import Traffic
internal import Verdict

/// Puts together what a report shows: a look taken now, or a stored one, with the counts behind it.
public struct ReportMaker {
    let connection: PostgresConnection
    private let queries: ReportQueries
    /// How many failure modes get examples, and how many each.
    private static let modesWithExamples = 6
    private static let examplesPerMode = 3
    /// How many other candidates one is held against.
    private static let rivals = 5
    /// So many calls without a pair are worth a warning.
    private static let callsWithoutPairs = 20

    /// Works on the connection's thread.
    public init(_ connection: PostgresConnection) {
        self.connection = connection
        queries = ReportQueries(connection)
    }

    /// Looks at every trial of a workload that is open, or at the newest ended one where none is, and reports them, ranked.
    ///
    /// - Parameter candidate: only this candidate's.
    /// - Throws: `WorkerError` when there is no such trial.
    public func report(workload: String, candidate: String? = nil, at moment: Timestamp) throws -> WorkloadReport {
        let trials = try chosenTrials(workload: workload, candidate: candidate)
        return WorkloadReport(try trials.map { try report(on: takeLook(connection, trial: $0.id, at: moment)) })
    }

    /// Looks at one trial, ended or not.
    public func report(trial: Identifier, at moment: Timestamp) throws -> WorkloadReport {
        guard try Registry(connection).trial(trial) != nil else { throw WorkerError("there is no trial \(trial).") }
        return WorkloadReport([try report(on: takeLook(connection, trial: trial, at: moment))])
    }

    /// What goes into the database beside a look that is being taken.
    func lookReport(_ taken: TakenLook) throws -> LookReport {
        let model = try counted(taken)
        let examples = (model.failureModes.flatMap(\.examples) + model.rivals.flatMap(\.examples)).compactMap { example in
            example.texts.map { (example.pair, $0.record) }
        }
        return LookReport(record: model.record, texts: Dictionary(examples) { $1 })
    }

    /// The report of a look, as it was stored with it: a new one and an old one are made alike.
    func report(on taken: TakenLook) throws -> ReportModel {
        guard let stored = taken.report else {
            var model = try counted(taken, through: taken.input.lastDay)
            model.warnings.append(
                .other("Reports were not kept yet when this look was taken: the counts beside it hold what was corrected since."))
            return model
        }
        return try ReportModel(
            record: stored.record, look: taken.look, input: taken.input, asOf: taken.at, texts: stored.texts,
            earlier: { moment in
                try Looks(connection).latest(trial: taken.trial.id, until: moment)?.said(orDecide: Verdict.look)
            })
    }

    private func chosenTrials(workload: String, candidate: String?) throws -> [StoredTrial] {
        let chosen = try Registry(connection).trialsInQuestion(workload: workload, candidate: candidate)
        guard chosen.isEmpty else { return chosen }
        let known = try Set(Registry(connection).trials(includingEnded: true).map(\.workload)).sorted()
        let named = candidate.map { " with the candidate \($0)" } ?? ""
        throw WorkerError(
            "there is no trial of \(workload)\(named)."
                + (known.isEmpty ? " Start with understudy enable or import." : " Known: \(known.joined(separator: ", "))."))
    }

    /// The report with the counts as they are now, those up to a day for a look of before reports were stored.
    private func counted(_ taken: TakenLook, through: Int? = nil) throws -> ReportModel {
        let trial = taken.trial
        let facts = try queries.facts(trial: trial.id)
        return ReportModel(
            trial: self.trial(taken, facts), look: taken.look, agreement: try agreement(trial.id, through),
            failureModes: try failureModes(trial.id, through),
            confusion: try queries.confusion(trial: trial.id, through: through).map {
                ReportModel.ConfusionRow(
                    productionLabel: $0.productionLabel, candidateLabel: $0.candidateLabel, pairs: $0.pairs,
                    productionOnly: $0.productionOnly,
                    candidateOnly: $0.candidateOnly)
            }, labelMatrix: trial.settings.compare.kind == .label ? try labelMatrix(trial.id, through) : nil,
            fields: try fields(trial.id, through), turns: try turns(trial.id, through),
            slices: try slices(trial.id, through), rivals: through == nil ? try rivals(trial) : [], course: try course(taken, facts),
            spend: try spend(taken, through, facts), volume: try volume(taken, facts),
            judge: try judge(taken), coverage: try coverage(trial.id, through), earlier: try earlier(taken),
            warnings: try warnings(taken, facts))
    }

    private func trial(_ taken: TakenLook, _ facts: TrialFacts) -> ReportModel.Trial {
        let trial = taken.trial
        let mirrored = trial.source == .mirror || trial.source == .tap
        return ReportModel.Trial(
            id: trial.id, workload: trial.workload, candidate: trial.candidate,
            production: facts.productionModels.map(\.name).prefix(3).joined(separator: " + "), source: trial.source,
            simulated: trial.simulated,
            startsAt: trial.startedAt, asOf: taken.at, timezone: trial.settings.trial.timezone, utcOffsetSeconds: facts.utcOffsetSeconds,
            terms: taken.input.terms, samplingRate: mirrored ? trial.settings.sample.rate : nil,
            controlRate: mirrored ? trial.settings.control : nil,
            confidenceGiven: trial.settings.candidate.confidence != .none, running: trial.state != .ended, settingsHash: trial.settingsHash,
            timedTogether: trial.timedTogether, deadline: trial.settings.trial.deadline)
    }

    private func agreement(_ trial: Identifier, _ through: Int?) throws -> ReportModel.AgreementCounts {
        let totals = try queries.agreement(trial: trial, through: through)
        return ReportModel.AgreementCounts(
            identical: totals.identical, equivalent: totals.equivalent, different: totals.different, incomparable: totals.incomparable)
    }

    private func failureModes(_ trial: Identifier, _ through: Int?) throws -> [ReportModel.FailureModeRow] {
        try queries.failureModes(trial: trial, through: through).enumerated().map { place, row in
            let examples =
                place < Self.modesWithExamples
                ? try queries.examples(trial: trial, mode: row.mode, counts: row.correctness, limit: Self.examplesPerMode) : []
            return ReportModel.FailureModeRow(
                mode: row.mode, count: row.pairs, correctness: row.correctness,
                segments: row.segments.map { ReportModel.SegmentCount(segment: $0.segment, count: $0.pairs) },
                examples: examples.map(Self.example))
        }
    }

    private func labelMatrix(_ trial: Identifier, _ through: Int?) throws -> ReportModel.LabelMatrix {
        ReportModel.LabelMatrix(
            cells: try queries.labelPairs(trial: trial, through: through).map { ($0.productionLabel, $0.candidateLabel, $0.pairs) })
    }

    private func fields(_ trial: Identifier, _ through: Int?) throws -> [ReportModel.FieldRow] {
        func counts(_ totals: FieldTotals?) -> ReportModel.FieldCounts {
            guard let totals else { return ReportModel.FieldCounts() }
            return ReportModel.FieldCounts(expected: totals.expected, given: totals.given, matched: totals.matched)
        }
        return try queries.fields(trial: trial, through: through)
            .map { ReportModel.FieldRow(path: $0.key, production: counts($0.value[.production]), candidate: counts($0.value[.candidate])) }
            .sorted { ($1.loss, $0.path) < ($0.loss, $1.path) }
    }

    private func turns(_ trial: Identifier, _ through: Int?) throws -> [ReportModel.TurnRow] {
        try queries.turns(trial: trial, through: through).map {
            ReportModel.TurnRow(
                turn: $0.turn, pairs: $0.pairs, different: $0.different, productionOnly: $0.productionOnly,
                candidateOnly: $0.candidateOnly)
        }
    }

    private func slices(_ trial: Identifier, _ through: Int?) throws -> [ReportModel.SliceRow] {
        try queries.slices(trial: trial, through: through).compactMap { row in
            ReportModel.SliceRow.Dimension(rawValue: row.dimension).map {
                ReportModel.SliceRow(dimension: $0, slice: row.slice, pairs: row.pairs, failures: row.failures)
            }
        }
    }

    /// The workload's other candidates, where they answered the same calls.
    private func rivals(_ trial: StoredTrial) throws -> [ReportModel.RivalRow] {
        let others = try Registry(connection).trialsInQuestion(workload: trial.workload).filter { $0.candidate != trial.candidate }
        return try others.prefix(Self.rivals).compactMap { other in
            let totals = try queries.rivals(trial: trial.id, other: other.id, calls: ReportModel.RivalRow.calls)
            guard totals.pairs > 0 else { return nil }
            let examples = totals.examples.map { example in
                ReportModel.Example(
                    pair: example.otherPair, calledAt: example.calledAt, segment: example.segment, input: example.input,
                    productionOutput: example.output, candidateOutput: example.otherOutput, label: example.label,
                    correct: example.isRight ? .productionOnly : .candidateOnly)
            }
            return ReportModel.RivalRow(
                trial: other.id, candidate: other.candidate, pairs: totals.pairs, onlyThis: totals.onlyThis, onlyOther: totals.onlyOther,
                examples: examples)
        }
    }

    /// What the looks of the days before said about quality, and what this one says.
    private func course(_ taken: TakenLook, _ facts: TrialFacts) throws -> [ReportModel.CoursePoint] {
        let gate = taken.look.gate(.quality)
        let today = ReportModel.day(of: taken.at, utcOffsetSeconds: facts.utcOffsetSeconds)
        let before = try queries.course(trial: taken.trial.id, threshold: gate.threshold, before: today).map {
            ReportModel.CoursePoint(day: $0.day, pairs: $0.pairs, estimate: $0.estimate, lower: $0.lower, upper: $0.upper)
        }
        return before + [
            ReportModel.CoursePoint(
                day: today, pairs: try agreement(taken.trial.id, nil).comparable, estimate: gate.estimate, lower: gate.lower,
                upper: gate.upper)
        ]
    }

    private static func example(_ pair: ExamplePair) -> ReportModel.Example {
        ReportModel.Example(
            pair: pair.pair, calledAt: pair.calledAt, segment: pair.segment, input: pair.input, productionOutput: pair.productionOutput,
            candidateOutput: pair.candidateOutput, label: pair.label, correct: pair.correct, differences: pair.differences,
            productionUnstable: pair.productionUnstable)
    }

    /// The first day that had not ended at a look: money and load are told of days before it.
    private func openDay(_ taken: TakenLook, _ facts: TrialFacts) -> String {
        ReportModel.openDay(at: taken.at, utcOffsetSeconds: facts.utcOffsetSeconds)
    }

    /// nil where no mirror counts the calls.
    private func volume(_ taken: TakenLook, _ facts: TrialFacts) throws -> ReportModel.Volume? {
        let trial = taken.trial
        guard trial.source == .mirror else { return nil }
        let totals = try queries.volume(trial: trial.id, before: openDay(taken, facts))
        func parts(_ parts: [CalendarCalls]) -> [ReportModel.Volume.Part] {
            parts.map { ReportModel.Volume.Part(number: $0.number, days: $0.days, calls: $0.calls) }
        }
        let limits = trial.settings.candidate.limits
        return ReportModel.Volume(
            calls: totals.calls, sampled: totals.sampled, endedAt: trial.endedAt, busiestMinuteCalls: totals.busiestMinuteCalls,
            busiestMinuteSampled: totals.busiestMinuteSampled, weekdays: parts(totals.weekdays), hours: parts(totals.hours),
            concurrency: limits.concurrency, callsPerMinute: limits.callsPerMinute)
    }

    private func spend(_ taken: TakenLook, _ through: Int?, _ facts: TrialFacts) throws -> ReportModel.Spend {
        let costs = try queries.costs(trial: taken.trial.id, through: through)
        let tokens = try queries.tokens(trial: taken.trial.id, before: openDay(taken, facts))
        let settings = taken.trial.settings
        func leg(_ role: LegRole, _ price: ReportModel.Price) -> ReportModel.LegSpend {
            let totals = costs[role]
            return ReportModel.LegSpend(
                price: price, calls: totals?.calls ?? 0, pricedCalls: totals?.pricedCalls ?? 0, estimatedCalls: totals?.estimatedCalls ?? 0,
                tokens: tokens[role] ?? TokenSums())
        }
        let production = settings.production.price.map(Self.price) ?? ReportModel.Price.none
        let candidate: ReportModel.Price =
            switch settings.candidate.price {
            case .tokens(let price): Self.price(price)
            case .dedicated(let price): .dedicated(hourly: price.hourly, tokensPerDay: Double(price.tokensPerDay), replicas: price.replicas)
            case nil: .none
            }
        return ReportModel.Spend(
            production: leg(.production, production), candidate: leg(.candidate, candidate), callsPerMonth: taken.input.cost.callsPerMonth,
            pricedAt: taken.trial.settingsChangedAt)
    }

    private static func price(_ price: TokenPrice) -> ReportModel.Price {
        .tokens(
            input: price.input, output: price.output, cachedInput: price.cachedInput,
            batch: price.batch.map { ReportModel.Batch(input: $0.input, output: $0.output) })
    }

    /// nil where the trial has no judge.
    private func judge(_ taken: TakenLook) throws -> ReportModel.JudgeFigures? {
        guard let settings = taken.trial.settings.judge else { return nil }
        let audit = try JudgeQueue(connection).audit(trial: taken.trial.id, through: taken.at)
        return ReportModel.JudgeFigures(
            model: settings.model, promptVersion: JudgePrompt.version, pairs: audit.pairs, opinions: audit.opinions, waiting: audit.waiting,
            reused: audit.reused, calls: audit.calls, cost: audit.cost, dollarsPerDay: settings.limits.dollarsPerDay,
            orders: .init(audit.consistentOrders, of: audit.orders), agreement: .init(audit.agreeing, of: audit.judged),
            flips: .init(audit.flips, of: audit.repeats),
            errors: audit.errors.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map {
                ReportModel.JudgeFigures.Failure(error: $0.key.rawValue, pairs: $0.value)
            })
    }

    private func coverage(_ trial: Identifier, _ through: Int?) throws -> ReportModel.Coverage {
        let funnel = try queries.coverage(trial: trial, through: through)
        func reasons(_ counts: [String: Int]) -> [ReportModel.ReasonCount] {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ReportModel.ReasonCount(reason: $0.key, calls: $0.value) }
        }
        return ReportModel.Coverage(
            calls: funnel.calls, sampled: funnel.sampled, paired: funnel.paired, compared: funnel.compared,
            skipped: reasons(funnel.skipped),
            shed: reasons(funnel.shed), controlSkipped: reasons(funnel.controlSkipped), faults: reasons(funnel.faults),
            setAside: funnel.setAside)
    }

    /// What the report said a week before.
    private func earlier(_ taken: TakenLook) throws -> ReportModel.EarlierFigures? {
        let looks = Looks(connection)
        guard let stored = try looks.latest(trial: taken.trial.id, until: taken.at.adding(seconds: -7 * 86_400)) else { return nil }
        let look = stored.said(orDecide: Verdict.look)
        guard let record = try looks.report(of: stored)?.record else {
            let day = stored.input.lastDay
            let modes = try queries.failureModes(trial: taken.trial.id, through: day)
            return ReportModel.EarlierFigures(
                asOf: stored.at, look: look, agreement: try agreement(taken.trial.id, day),
                failureModes: Dictionary(modes.map { ($0.mode, $0.pairs) }) { $1 })
        }
        let before = try ReportModel(record: record, look: look, input: stored.input, asOf: stored.at, texts: [:]) { _ in nil }
        return ReportModel.EarlierFigures(
            asOf: stored.at, look: look, agreement: before.agreement,
            failureModes: Dictionary(before.failureModes.map { ($0.mode, $0.count) }) { $1 })
    }

    private func warnings(_ taken: TakenLook, _ facts: TrialFacts) throws -> [ReportModel.Warning] {
        var warnings: [ReportModel.Warning] = []
        if facts.productionModels.count > 1 { warnings.append(.productionModels(facts.productionModels.map(\.name))) }
        if !facts.untranslated.isEmpty {
            warnings.append(.untranslated(parameters: facts.untranslated.keys.sorted(), pairs: facts.untranslated.values.max() ?? 0))
        }
        if !facts.schemaUnsupported.isEmpty {
            let keywords = facts.schemaUnsupported.keys.sorted()
            warnings.append(.schemaUnsupported(keywords: keywords, pairs: facts.schemaUnsupported.values.max() ?? 0))
        }
        if let change = facts.promptChange { warnings.append(.promptChanged(share: change.share)) }
        let funnel = try queries.coverage(trial: taken.trial.id, through: nil)
        if funnel.calls >= Self.callsWithoutPairs, funnel.paired == 0 { warnings.append(.noPairs(calls: funnel.calls)) }
        if facts.estimatedRates { warnings.append(.estimatedRates) }
        if facts.comparedAgain > 0 { warnings.append(.comparingAgain(pairs: facts.comparedAgain)) }
        return warnings
    }
}

/// Why a report cannot be made, in one line.
public struct WorkerError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension LookInput {
    /// The last day with evidence; nil before the first pair.
    fileprivate var lastDay: Int? { cells.map(\.day).max() }
}
