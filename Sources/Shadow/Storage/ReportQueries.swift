internal import JSON
public import Postgres
public import Traffic
public import Verdict

/// The counts behind a report. All but the examples come from the rollups that the views read.
///
/// `through` limits to the trial's days up to that one, its first day with pairs being 0; nil takes all.
public struct ReportQueries {
    let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// How the pairs came out.
    public func agreement(trial: Identifier, through: Int? = nil) throws -> AgreementTotals {
        var totals = AgreementTotals()
        for row in try connection.query(ReportSQL.agreement, [.id(trial), .int(through)]) {
            let pairs = try row.int("pairs")
            switch try row.word("agreement", as: Agreement.self) {
            case .identical: totals.identical = pairs
            case .equivalent: totals.equivalent = pairs
            case .different: totals.different = pairs
            case .incomparable: totals.incomparable = pairs
            }
        }
        return totals
    }

    /// Who was right, over all pairs that could be compared.
    public func correctness(trial: Identifier, through: Int? = nil) throws -> CorrectnessCounts {
        var counts = CorrectnessCounts()
        for row in try connection.query(ReportSQL.correctness, [.id(trial), .int(through)]) {
            counts.add(try row.word("correct"), try row.int("pairs"))
        }
        return counts
    }

    /// The failure modes, most frequent first, each with its segments.
    public func failureModes(trial: Identifier, through: Int? = nil) throws -> [FailureModeCount] {
        var counts: [FailureMode: FailureModeCount] = [:]
        for row in try connection.query(ReportSQL.failureModes, [.id(trial), .int(through)]) {
            let mode: FailureMode = try row.word("failure_mode")
            let pairs = try row.int("pairs")
            var count = counts[mode] ?? FailureModeCount(mode: mode, pairs: 0, correctness: CorrectnessCounts(), segments: [])
            count.pairs += pairs
            count.correctness.add(try row.word("correct"), pairs)
            if let segment = row.textOrNull("segment") { count.add(pairs, to: segment) }
            counts[mode] = count
        }
        return counts.values
            .map { count in
                var count = count
                count.segments.sort { ($1.pairs, $0.segment) < ($0.pairs, $1.segment) }
                return count
            }
            .sorted { ($1.pairs, $0.mode.rawValue) < ($0.pairs, $1.mode.rawValue) }
    }

    /// Which label became which, where the two differ, most frequent first.
    public func confusion(trial: Identifier, through: Int? = nil, limit: Int = 20) throws -> [LabelConfusion] {
        try connection.query(ReportSQL.confusion, [.id(trial), .int(through), .int(limit)]).map { row in
            LabelConfusion(
                productionLabel: try row.text("production_label"), candidateLabel: try row.text("candidate_label"),
                pairs: try row.int("pairs"),
                productionOnly: try row.int("production_only"), candidateOnly: try row.int("candidate_only"))
        }
    }

    /// Which label each answer was read as, agreements included.
    public func labelPairs(trial: Identifier, through: Int? = nil) throws -> [LabelPairCount] {
        try connection.query(ReportSQL.labelPairs, [.id(trial), .int(through)]).map { row in
            LabelPairCount(
                productionLabel: try row.text("production_label"), candidateLabel: try row.text("candidate_label"),
                pairs: try row.int("pairs"))
        }
    }

    /// How both legs had each field of the gold answers, by its path.
    public func fields(trial: Identifier, through: Int? = nil) throws -> [String: [LegRole: FieldTotals]] {
        var fields: [String: [LegRole: FieldTotals]] = [:]
        for row in try connection.query(ReportSQL.fields, [.id(trial), .int(through)]) {
            fields[try row.text("path"), default: [:]][try row.word("leg")] = FieldTotals(
                expected: try row.int("expected"), given: try row.int("given"), matched: try row.int("matched"))
        }
        return fields
    }

    /// How the pairs came out by their place in the conversation, the first turn first.
    public func turns(trial: Identifier, through: Int? = nil) throws -> [TurnTotals] {
        try connection.query(ReportSQL.turns, [.id(trial), .int(through)]).map { row in
            TurnTotals(
                turn: try row.int("turn"), pairs: try row.int("pairs"), different: try row.int("different"),
                productionOnly: try row.int("production_only"), candidateOnly: try row.int("candidate_only"))
        }
    }

    /// How the pairs of a turn, a prompt or a label came out.
    public func slices(trial: Identifier, through: Int? = nil) throws -> [SliceTotals] {
        try connection.query(ReportSQL.slices, [.id(trial), .int(through)]).map { row in
            SliceTotals(
                dimension: try row.text("dimension"), slice: try row.text("slice"), pairs: try row.int("pairs"),
                failures: try row.int("failures"))
        }
    }

    /// Two candidates on the same calls: the newest `calls` of the first one's, and up to `limit` examples of each being right alone.
    public func rivals(trial: Identifier, other: Identifier, calls: Int, limit: Int = 3) throws -> RivalTotals {
        let row = try connection.query(ReportSQL.rivalCounts, [.id(trial), .id(other), .int(calls)])[0]
        var totals = RivalTotals(
            pairs: try row.int("pairs"), onlyThis: try row.int("only_this"), onlyOther: try row.int("only_other"), examples: [])
        guard totals.onlyThis + totals.onlyOther > 0 else { return totals }
        totals.examples = try connection.query(ReportSQL.rivalExamples, [.id(trial), .id(other), .int(calls), .int(limit)]).map { row in
            RivalExample(
                otherPair: try row.id("their_pair"), calledAt: try row.moment("called_at"), segment: row.textOrNull("segment"),
                input: row.textOrNull("input") ?? "", output: try answer("our", row), otherOutput: try answer("their", row),
                label: row.textOrNull("label"), isRight: try row.bool("is_right"))
        }
        return totals
    }

    /// What the looks said about quality against one margin, day by day before one day.
    public func course(trial: Identifier, threshold: Double, before day: String) throws -> [LookOfDay] {
        try connection.query(ReportSQL.course, [.id(trial), .double(threshold), .text(day)]).map { row in
            LookOfDay(
                day: try row.text("day"), pairs: row.isNull("pairs") ? nil : try row.int("pairs"),
                estimate: try row.doubleOrNull("estimate"), lower: try row.doubleOrNull("lower_limit"),
                upper: try row.doubleOrNull("upper_limit"))
        }
    }

    /// Pairs of a failure mode to look at: first those where production alone was right, then others of which it is known who was, the
    /// newest first.
    /// - Parameter counts: how the mode's pairs came out. What none of them did is not looked for: that could mean to read them all.
    public func examples(
        trial: Identifier, mode: FailureMode, counts: CorrectnessCounts, limit: Int = 3
    ) throws -> [ExamplePair] {
        let rounds: [(pairs: Int, outcomes: [Correctness])] = [
            (counts.productionOnly, [.productionOnly]), (counts.known - counts.productionOnly, [.candidateOnly, .neither, .both]),
            (counts.unknown, [.unknown]),
        ]
        var examples: [ExamplePair] = []
        for (pairs, outcomes) in rounds where pairs > 0 && examples.count < limit {
            examples += try self.examples(trial, mode, outcomes, limit: limit - examples.count)
        }
        return examples
    }

    private func examples(_ trial: Identifier, _ mode: FailureMode, _ outcomes: [Correctness], limit: Int) throws -> [ExamplePair] {
        let found = try connection.query(
            ReportSQL.examples, [.id(trial), .text(mode.rawValue), .int(limit), .textArray(outcomes.map(\.rawValue))])
        return try found.map { row in
            ExamplePair(
                pair: try row.id("pair_id"), calledAt: try row.moment("called_at"), segment: row.textOrNull("segment"),
                input: row.textOrNull("input") ?? "", productionOutput: try answer("production", row),
                candidateOutput: try answer("candidate", row), label: row.textOrNull("label"), correct: try row.word("correct"),
                differences: try Difference.list(row.json("differences")),
                productionUnstable: try row.boolOrNull("production_unstable") ?? false)
        }
    }

    /// What the app received: the text, and the tool calls, one a line.
    private func answer(_ leg: String, _ row: PostgresRow) throws -> String {
        let text = row.textOrNull("\(leg)_output").flatMap { $0.isEmpty ? nil : $0 }
        let calls = LegRows.toolCalls(try row.jsonOrNull("\(leg)_tool_calls"))
        return ([text].compactMap { $0 } + calls.map { "\($0.name)(\($0.arguments))" }).joined(separator: "\n")
    }

    /// The way from calls to compared pairs, and where calls left it.
    public func coverage(trial: Identifier, through: Int? = nil) throws -> CoverageFunnel {
        var funnel = CoverageFunnel()
        for row in try connection.query(ReportSQL.coverage, [.id(trial), .int(through)]) {
            let calls = try row.int("calls")
            let reason = try row.text("reason")
            switch try row.text("stage") {
            case "calls": funnel.calls += calls
            case "sampled": funnel.sampled += calls
            case "paired": funnel.paired += calls
            case "skipped": funnel.skipped[reason, default: 0] += calls
            case "shed": funnel.shed[reason, default: 0] += calls
            case "control_skipped": funnel.controlSkipped[reason, default: 0] += calls
            default: funnel.faults[reason, default: 0] += calls
            }
        }
        let totals = try agreement(trial: trial, through: through)
        funnel.incomparable = totals.incomparable
        funnel.compared = totals.identical + totals.equivalent + totals.different + totals.incomparable
        funnel.setAside = try connection.query(ReportSQL.setAside, [.id(trial)])[0].int("records")
        return funnel
    }

    /// What the legs cost.
    public func costs(trial: Identifier, through: Int? = nil) throws -> [LegRole: LegCostTotals] {
        var costs: [LegRole: LegCostTotals] = [:]
        for row in try connection.query(ReportSQL.costs, [.id(trial), .int(through)]) {
            costs[try row.word("leg")] = LegCostTotals(
                calls: try row.int("calls"), pricedCalls: try row.int("priced_calls"), cost: try row.double("cost"),
                estimatedCalls: try row.int("estimated_calls"))
        }
        return costs
    }

    /// What else a reader must know.
    public func facts(trial: Identifier) throws -> TrialFacts {
        var facts = TrialFacts()
        for row in try connection.query(ReportSQL.uses, [.id(trial)]) {
            let (name, pairs) = (try row.text("name"), try row.int("pairs"))
            switch try row.text("kind") {
            case "production_model": facts.productionModels.append(ModelUse(name: name, pairs: pairs))
            case "untranslated": facts.untranslated[name] = pairs
            case "schema_unsupported": facts.schemaUnsupported[name] = pairs
            default: facts.estimatedRates = true
            }
        }
        let row = try connection.query(ReportSQL.facts, [.id(trial)])[0]
        facts.utcOffsetSeconds = try row.int("utc_offset")
        facts.firstDay = row.textOrNull("first_day")
        facts.comparedAgain = try row.int("compared_again")
        if let prompt = try connection.query(ReportSQL.promptChange, [.id(trial)]).first {
            facts.promptChange = PromptChange(
                before: try prompt.id("before"), now: try prompt.id("now"), share: try prompt.double("share"))
        }
        return facts
    }
}

extension FailureModeCount {
    fileprivate mutating func add(_ pairs: Int, to segment: String) {
        if let place = segments.firstIndex(where: { $0.segment == segment }) {
            segments[place].pairs += pairs
        } else {
            segments.append(SegmentPairs(segment: segment, pairs: pairs))
        }
    }
}

extension Difference {
    /// As `comparison.differences` holds them.
    static func list(_ json: JSONValue) -> [Difference] {
        (json.arrayValue ?? []).map {
            Difference(
                path: $0["path"]?.stringValue ?? "", kind: $0["kind"]?.stringValue ?? "",
                productionValue: $0["production_value"]?.stringValue,
                candidateValue: $0["candidate_value"]?.stringValue, rule: $0["rule"]?.stringValue ?? "")
        }
    }
}
