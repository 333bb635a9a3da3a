internal import Configuration
internal import Postgres
internal import Statistics
internal import Traffic
internal import Verdict

/// Reads what a look at a trial is decided from, in groups. Runs inside the look's transaction, under the trial's lock.
struct EvidenceReader {
    /// Mean days of a month.
    private static let daysPerMonth = 365.0 / 12
    /// A rate told from less time than this tells nothing about a day.
    private static let shortestObservation = 60.0
    /// Recent whole days from which the coming ones are foretold.
    private static let recentDays = 7

    let connection: PostgresConnection
    let trial: StoredTrial
    let moment: Timestamp

    /// The calendar of a look, in the trial's time zone; dates as PostgreSQL writes them.
    struct Calendar {
        var today: String
        /// The first day that has not ended.
        var openDay: String
        /// nil before the first pair.
        var firstDay: String?
        var days: Int
        /// Days from the first to today, and to the first that has not ended.
        var todayNumber: Int
        var openDayNumber: Int
        var firstWaitingDay: String?
    }

    /// The two-tier grid and the last pair that fixed it.
    struct Grid {
        var thresholds: [Double]
        var calledAt: Timestamp?
        var pair: Identifier?

        /// For `width_bucket`, which wants them rising.
        var bind: PostgresBind { thresholds.isEmpty ? .null : .doubleArray(thresholds.reversed().map { $0 }) }
    }

    /// An input, and where its ledger ended.
    struct Reading {
        var input: LookInput
        var ledgerEnd: Timestamp?
    }

    func calendar() throws -> Calendar {
        let row = try connection.query(EvidenceQueries.calendar, [.id(trial.id), .moment(moment)])[0]
        return Calendar(
            today: try row.text("today"), openDay: try row.text("open_day"), firstDay: row.textOrNull("first_day"),
            days: try row.int("days"), todayNumber: try row.intOrNull("today_number") ?? 0,
            openDayNumber: try row.intOrNull("open_day_number") ?? 0, firstWaitingDay: row.textOrNull("first_waiting_day"))
    }

    /// Reads it all. Settles the conversations of ended days and fixes the tier grid, where that is due.
    func read(_ calendar: Calendar) throws -> Reading {
        let settled = [calendar.openDay, calendar.firstWaitingDay].compactMap { $0 }.min() ?? calendar.openDay
        let unsettled: [PostgresBind] = [.id(trial.id), .text(settled)]
        if let oldest = try connection.query(EvidenceQueries.oldestUnsettled, unsettled)[0].momentOrNull("called_at") {
            try connection.execute(EvidenceQueries.settle, unsettled + [.moment(oldest)])
        }
        let ledger = try connection.query(EvidenceQueries.ledgerEnd, [.id(trial.id)])[0]
        let end = try ledger.momentOrNull("ledger_end")
        let grid = try grid(ledgerEnd: end)
        let days = try calendar.firstDay.map { firstDay in
            try EvidenceDays(connection: connection, trial: trial).read(
                EvidenceDays.Bounds(
                    firstDay: firstDay, openDay: calendar.openDay, ledgerEnd: end, ledgerEndDay: ledger.textOrNull("end_day"), grid: grid))
        }
        let cells = days?.flatMap(\.cells) ?? []
        let volume = try connection.query(EvidenceQueries.volume, [.id(trial.id)])[0]
        let (agreeing, differing) = try correctness()
        let isFirstDayWhole = calendar.openDayNumber > 0 && (ledger.textOrNull("end_day").map { $0 > calendar.firstDay ?? "" } ?? true)
        let input = LookInput(
            terms: try terms(), days: calendar.days, cells: cells, sampled: try volume.int("sampled"), shed: try volume.int("shed"),
            pairsPerDay: pairsPerDay(cells, calendar), tierGrid: grid.thresholds, latency: try latency(calendar, grid, days ?? []),
            cost: try cost(grid, days ?? [], volume: volume, calendar), agreeing: agreeing, differing: differing,
            equivalenceCeiling: try equivalenceCeiling(isFirstDayWhole ? cells.filter { $0.day == 0 } : []),
            sample: try sample())
        return Reading(input: input, ledgerEnd: end)
    }

    // MARK: Ledger

    private func grid(ledgerEnd: Timestamp?) throws -> Grid {
        let row = try connection.query(EvidenceQueries.established, [.id(trial.id)])[0]
        if let stored = try row.textArrayOrNull("tier_grid") {
            return Grid(
                thresholds: stored.compactMap { $0.flatMap { Double($0) } }, calledAt: try row.moment("tier_grid_called_at"),
                pair: try row.id("tier_grid_pair"))
        }
        let first = try connection.query(
            EvidenceQueries.firstConfidences, [.id(trial.id), .moment(ledgerEnd), .int(tierGridPairs)])
        guard first.count == tierGridPairs, let last = first.last else { return Grid(thresholds: []) }
        let thresholds = tierGrid(fromFirst: try first.map { try $0.double("confidence") })
        guard !thresholds.isEmpty else { return Grid(thresholds: []) }
        let grid = Grid(thresholds: thresholds, calledAt: try last.moment("called_at"), pair: try last.id("pair_id"))
        try connection.execute(
            EvidenceQueries.fixGrid, [.id(trial.id), .doubleArray(thresholds), .moment(grid.calledAt), .id(grid.pair)])
        try connection.execute(EvidenceDayQueries.forgetAll, [.id(trial.id)])
        return grid
    }

    private func sample() throws -> [SampleSlice] {
        try connection.query(EvidenceQueries.sample, [.id(trial.id)]).map { row in
            SampleSlice(
                try row.word("dimension"), try row.text("slice"), calls: try row.int("calls"), expected: try row.double("expected"),
                drawn: try row.int("drawn"), sampled: try row.int("sampled"), kept: try row.int("kept"),
                comparable: try row.int("comparable"), compared: try row.int("compared"))
        }
    }

    /// What was fixed, or is now: once the first day has ended with all its pairs compared.
    private func equivalenceCeiling(_ firstDay: [EvidenceCell]) throws -> Double? {
        guard auditsEquivalents else { return nil }
        if let fixed = try connection.query(EvidenceQueries.established, [.id(trial.id)])[0].doubleOrNull("equivalence_ceiling") {
            return fixed
        }
        guard !firstDay.isEmpty else { return nil }
        let ceiling = Verdict.equivalenceCeiling(firstDay: firstDay)
        try connection.execute(EvidenceQueries.fixCeiling, [.id(trial.id), .double(ceiling)])
        return ceiling
    }

    /// Whether pairs of this trial may agree by a rule that needs the audit.
    private var auditsEquivalents: Bool { trial.settings.judge != nil || !trial.settings.compare.tolerance.isEmpty }

    private func terms() throws -> TrialTerms {
        let settings = trial.settings.trial
        let margins = settings.margins
        var floor = trial.settings.adjudicate.disagreements
        // A file of recorded pairs states probabilities of its own, which may be smaller than the settings'.
        if trial.state == .recorded,
            let stated = try connection.query(EvidenceQueries.adjudicationFloor, [.id(trial.id)])[0].doubleOrNull("floor")
        {
            floor = min(floor, stated)
        }
        return TrialTerms(
            days: settings.days, maxDays: settings.maxDays, alpha: settings.alpha, candidates: settings.candidates,
            margins: Margins(
                quality: margins.quality, tier: margins.tier, reliability: margins.reliability, noise: margins.noise,
                saving: margins.saving,
                latency: Verdict.LatencyLimits(p95: margins.latency.p95, p99: margins.latency.p99),
                twoTierLatency: Verdict.LatencyLimits(p95: margins.twoTierLatency.p95, p99: margins.twoTierLatency.p99)),
            adjudicateBy: AdjudicationSource(trial.settings.adjudicate.by),
            adjudicationFloor: floor, judgeTrust: trial.settings.judge == nil ? 0 : TrialTerms.trustInJudge,
            auditsEquivalents: auditsEquivalents)
    }

    private func correctness() throws -> (agreeing: CorrectnessCounts, differing: CorrectnessCounts) {
        var agreeing = CorrectnessCounts()
        var differing = CorrectnessCounts()
        for row in try connection.query(EvidenceQueries.correctness, [.id(trial.id)]) {
            let (correct, pairs): (Correctness, Int) = (try row.word("correct"), try row.int("pairs"))
            if try row.bool("agreeing") { agreeing.add(correct, pairs) } else { differing.add(correct, pairs) }
        }
        return (agreeing, differing)
    }

    /// From the whole days of late; on the first day from what there is. Nothing is to come of recorded pairs.
    private func pairsPerDay(_ cells: [EvidenceCell], _ calendar: Calendar) -> Double? {
        guard trial.state == .running else { return nil }
        let whole = max(1, calendar.openDayNumber - EvidenceReader.recentDays)..<max(1, calendar.openDayNumber)
        if !whole.isEmpty {
            return Double(cells.reduce(0) { $0 + (whole.contains($1.day) ? $1.count : 0) }) / Double(whole.count)
        }
        return perDay(cells.reduce(0) { $0 + $1.count })
    }

    /// A count since the trial's start, up to its end, as a rate a day.
    private func perDay(_ count: Int) -> Double? {
        let last = trial.endedAt.map { min($0, moment) } ?? moment
        let seconds = Double(last.microseconds - trial.startedAt.microseconds) / 1e6
        guard seconds >= EvidenceReader.shortestObservation else { return nil }
        return Double(count) / seconds * 86_400
    }

    // MARK: Latency and cost, of ended days

    private func latency(_ calendar: Calendar, _ grid: Grid, _ days: [EvidenceDay]) throws -> LatencyEvidence {
        var evidence = LatencyEvidence()
        for row in try connection.query(EvidenceQueries.latencies, [.id(trial.id), .text(calendar.openDay)]) {
            let bucket = StoredBucket(number: try row.int("bucket"), samples: try row.int("samples"))
            let leg: WritableKeyPath<LatencyEvidence, LegLatency> =
                switch try row.text("leg") {
                case "candidate": \.candidate
                case "ratio": \.paired
                default: \.production
                }
            let metric: WritableKeyPath<LegLatency, LatencySample> =
                switch try row.text("metric") {
                case "ttft_ms": \.firstToken
                case "output_tokens_per_second": \.outputSpeed
                default: \.duration
                }
            bucket.add(to: &evidence[keyPath: leg][keyPath: metric])
        }
        guard !grid.thresholds.isEmpty else { return evidence }
        let empty = [LatencySample](repeating: LatencySample(), count: grid.thresholds.count + 1)
        evidence.tiers = TierLatency(served: empty, escalated: empty)
        for part in days.lazy.flatMap(\.tierLatencies) {
            if part.escalated {
                part.bucket.add(to: &evidence.tiers.escalated[part.tier])
            } else {
                part.bucket.add(to: &evidence.tiers.served[part.tier])
            }
        }
        return evidence
    }

    private func cost(_ grid: Grid, _ days: [EvidenceDay], volume: PostgresRow, _ calendar: Calendar) throws -> CostEvidence {
        var evidence = CostEvidence()
        if !grid.thresholds.isEmpty { evidence.byTier = Array(repeating: PairedCostSums(), count: grid.thresholds.count + 1) }
        for costs in days.lazy.flatMap(\.costs) {
            evidence.pairs.merge(costs.sums)
            if let tier = costs.tier { evidence.byTier[tier].merge(costs.sums) }
            evidence.productionTokens.input += costs.production.input
            evidence.productionTokens.output += costs.production.output
            evidence.candidateTokens.input += costs.candidate.input
            evidence.candidateTokens.output += costs.candidate.output
        }
        if case .dedicated(let price) = trial.settings.candidate.price {
            evidence.pricing = .dedicated(
                hourly: price.hourly, tokensPerDay: Double(price.tokensPerDay), replicas: price.replicas,
                regions: price.regions.sorted { $0.key < $1.key }.map {
                    DedicatedRegion(name: $0, share: $1.share, hourly: $1.hourly ?? price.hourly)
                })
        }
        evidence.callsPerMonth = try callsPerMonth(volume, calendar)
        return evidence
    }

    /// Weekdays weigh alike, however many of each have been seen: a trial of ten days has two weekends at most.
    private func callsPerMonth(_ volume: PostgresRow, _ calendar: Calendar) throws -> Double? {
        if trial.source == .mirror {
            let weekdays = try ReportQueries(connection).volume(trial: trial.id, before: calendar.openDay).weekdays
            let means = weekdays.map { Double($0.calls) / Double($0.days) }
            let daily = means.isEmpty ? perDay(try volume.int("calls")) : means.reduce(0, +) / Double(means.count)
            return daily.flatMap { $0 > 0 ? $0 * EvidenceReader.daysPerMonth : nil }
        }
        let row = try connection.query(EvidenceQueries.represented, [.id(trial.id)])[0]
        guard let days = try row.intOrNull("days"), case let calls = try row.double("calls"), calls > 0 else { return nil }
        return calls / Double(days) * EvidenceReader.daysPerMonth
    }
}

/// A row of a sketch: a bucket and how often it was hit.
struct StoredBucket {
    var number: Int
    var samples: Int

    func add(to sample: inout LatencySample) {
        switch number {
        case Int(SketchBucket.timeout): sample.timeouts += samples
        case Int(SketchBucket.zero): sample.sketch.add(key: nil, times: samples)
        default: sample.sketch.add(key: number, times: samples)
        }
    }
}

extension CorrectnessCounts {
    /// Counts pairs under who was right.
    mutating func add(_ correct: Correctness, _ pairs: Int) {
        switch correct {
        case .both: both += pairs
        case .productionOnly: productionOnly += pairs
        case .candidateOnly: candidateOnly += pairs
        case .neither: neither += pairs
        case .unknown: unknown += pairs
        }
    }
}

extension AdjudicationSource {
    fileprivate init(_ adjudicator: Adjudicator) {
        switch adjudicator {
        case .labels: self = .labels
        case .people: self = .people
        case .none: self = .none
        }
    }
}
