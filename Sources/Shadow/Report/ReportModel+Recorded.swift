public import JSON
internal import Statistics
public import Traffic
public import Verdict

/// Why a stored report cannot be read.
public struct ReportRecordError: Error, Sendable, CustomStringConvertible {
    public let description = "a stored report cannot be read: it was written by a later version, use that one"
}

extension ReportModel {
    /// The report whose record this is.
    ///
    /// - Parameters:
    ///   - record: as `record` gave it.
    ///   - look: the look with which it was stored, what that was decided from, and when.
    ///   - texts: of the examples, as `Example.Texts.record` gave them; where there are none any more, the report says so.
    ///   - earlier: the look at a moment that the record names.
    /// - Throws: `ReportRecordError`, or what `earlier` throws.
    public init(
        record: JSONValue, look: Look, input: LookInput, asOf: Timestamp, texts: [Identifier: JSONValue],
        earlier: (Timestamp) throws -> Look?
    ) throws {
        let record = Recorded(record)
        guard record["version"].int == ReportModel.recordVersion else { throw ReportRecordError() }
        var before: EarlierFigures?
        if let moment = record["earlier"]["as_of"].moment, let look = try earlier(moment) {
            before = try EarlierFigures(record["earlier"], asOf: moment, look: look)
        }
        self.init(
            trial: try Trial(record["trial"], terms: input.terms, asOf: asOf), look: look, agreement: AgreementCounts(record["agreement"]),
            failureModes: try record["failure_modes"].list.map { try FailureModeRow($0, texts: texts) },
            confusion: record["confusion"].list.map {
                ConfusionRow(
                    productionLabel: $0[0].text, candidateLabel: $0[1].text, pairs: $0[2].int, productionOnly: $0[3].int,
                    candidateOnly: $0[4].int)
            },
            labelMatrix: record["label_matrix"].isNull ? nil : LabelMatrix(record["label_matrix"]),
            fields: record["fields"].list.map { FieldRow(path: $0[0].text, production: FieldCounts($0[1]), candidate: FieldCounts($0[2])) },
            turns: record["turns"].list.map {
                TurnRow(
                    turn: $0[0].int, pairs: $0[1].int, different: $0[2].int, productionOnly: $0[3].int, candidateOnly: $0[4].int)
            },
            slices: try record["slices"].list.map {
                SliceRow(dimension: try $0[0].word(), slice: $0[1].text, pairs: $0[2].int, failures: $0[3].int)
            }, rivals: try record["rivals"].list.map { try RivalRow($0, texts: texts) },
            course: record["course"].list.map {
                CoursePoint(
                    day: $0[0].text, pairs: $0[1].intOrNil, estimate: $0[2].doubleOrNil, lower: $0[3].doubleOrNil, upper: $0[4].doubleOrNil)
            },
            spend: Spend(record["spend"], callsPerMonth: input.cost.callsPerMonth),
            volume: record["volume"].isNull ? nil : Volume(record["volume"]),
            judge: record["judge"].isNull ? nil : JudgeFigures(record["judge"]), coverage: Coverage(record["coverage"]), earlier: before,
            warnings: try record["warnings"].list.map { try Warning($0) })
    }
}

/// A part of a record. What is absent reads as nothing: the version that wrote the record may not have known it.
private struct Recorded {
    private let json: JSONValue?

    init(_ json: JSONValue?) { self.json = json }

    subscript(name: String) -> Recorded { Recorded(json?[name]) }
    subscript(place: Int) -> Recorded { Recorded(json?[place]) }

    var isNull: Bool { json?.isNull ?? true }
    var int: Int { json?.intValue ?? 0 }
    var intOrNil: Int? { json?.intValue }
    var double: Double { json?.doubleValue ?? 0 }
    var doubleOrNil: Double? { json?.doubleValue }
    var bool: Bool { json?.boolValue ?? false }
    var text: String { json?.stringValue ?? "" }
    var textOrNil: String? { json?.stringValue }
    var moment: Timestamp? { json?.stringValue.flatMap { Timestamp($0) } }
    var list: [Recorded] { (json?.arrayValue ?? []).map { Recorded($0) } }
    var texts: [String] { list.map(\.text) }
    var members: [JSONMember] { json?.objectValue ?? [] }

    /// One of the words that this version knows.
    func word<Word: RawRepresentable>() throws(ReportRecordError) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: text) else { throw ReportRecordError() }
        return word
    }

    func id() throws(ReportRecordError) -> Identifier {
        guard let id = Identifier(text) else { throw ReportRecordError() }
        return id
    }

    func time() throws(ReportRecordError) -> Timestamp {
        guard let moment else { throw ReportRecordError() }
        return moment
    }
}

extension ReportModel.Trial {
    fileprivate init(_ record: Recorded, terms: TrialTerms, asOf: Timestamp) throws(ReportRecordError) {
        self.init(
            id: try record["id"].id(), workload: record["workload"].text, candidate: record["candidate"].text,
            production: record["production"].text, source: try record["source"].word(), simulated: record["simulated"].bool,
            startsAt: try record["starts_at"].time(), asOf: asOf, timezone: record["timezone"].text,
            utcOffsetSeconds: record["utc_offset"].int, terms: terms, samplingRate: record["sampling_rate"].doubleOrNil,
            controlRate: record["control_rate"].doubleOrNil, confidenceGiven: record["confidence_given"].bool,
            running: record["running"].bool, settingsHash: record["settings_hash"].text, timedTogether: record["timed_together"].bool,
            deadline: record["deadline"].textOrNil)
    }
}

extension ReportModel.AgreementCounts {
    fileprivate init(_ record: Recorded) {
        self.init(identical: record[0].int, equivalent: record[1].int, different: record[2].int, incomparable: record[3].int)
    }
}

extension ReportModel.FailureModeRow {
    fileprivate init(_ record: Recorded, texts: [Identifier: JSONValue]) throws(ReportRecordError) {
        let right = record["correctness"]
        var examples: [ReportModel.Example] = []
        for example in record["examples"].list {
            let pair = try example[0].id()
            examples.append(try ReportModel.Example(example, pair: pair, texts: texts[pair].map { Recorded($0) }))
        }
        self.init(
            mode: try record["mode"].word(), count: record["count"].int,
            correctness: CorrectnessCounts(
                both: right[0].int, productionOnly: right[1].int, candidateOnly: right[2].int, neither: right[3].int,
                unknown: right[4].int),
            segments: record["segments"].list.map { ReportModel.SegmentCount(segment: $0[0].text, count: $0[1].int) }, examples: examples)
    }
}

extension ReportModel.RivalRow {
    fileprivate init(_ record: Recorded, texts: [Identifier: JSONValue]) throws(ReportRecordError) {
        var examples: [ReportModel.Example] = []
        for example in record["examples"].list {
            let pair = try example[0].id()
            examples.append(try ReportModel.Example(example, pair: pair, texts: texts[pair].map { Recorded($0) }))
        }
        let counts = record["counts"]
        self.init(
            trial: try record["trial"].id(), candidate: record["candidate"].text, pairs: counts[0].int, onlyThis: counts[1].int,
            onlyOther: counts[2].int, examples: examples)
    }
}

extension ReportModel.Example {
    fileprivate init(_ record: Recorded, pair: Identifier, texts: Recorded?) throws(ReportRecordError) {
        self.init(
            pair: pair, calledAt: try record[1].time(), segment: record[2].textOrNil, correct: try record[3].word(),
            productionUnstable: record[4].bool, texts: texts.map { Texts($0) })
    }
}

extension ReportModel.Example.Texts {
    fileprivate init(_ record: Recorded) {
        self.init(
            input: ReportModel.Passage(record["input"]), productionOutput: ReportModel.Passage(record["production"]),
            candidateOutput: ReportModel.Passage(record["candidate"]),
            label: record["label"].isNull ? nil : ReportModel.Passage(record["label"]),
            differences: record["differences"].list.map {
                ReportModel.DifferenceRow(
                    path: $0[0].text, kind: $0[1].text, productionValue: $0[2].text, candidateValue: $0[3].text)
            }, moreDifferences: record["more_differences"].int)
    }
}

extension ReportModel.Passage {
    fileprivate init(_ record: Recorded) { self.init(record[0].text, rest: record[1].int) }
}

extension ReportModel.LabelMatrix {
    fileprivate init(_ record: Recorded) {
        labels = record["labels"].texts
        counts = record["counts"].list.map { $0.list.map(\.int) }
    }
}

extension ReportModel.FieldCounts {
    fileprivate init(_ record: Recorded) { self.init(expected: record[0].int, given: record[1].int, matched: record[2].int) }
}

extension ReportModel.Spend {
    fileprivate init(_ record: Recorded, callsPerMonth: Double?) {
        self.init(
            production: ReportModel.LegSpend(record["production"]), candidate: ReportModel.LegSpend(record["candidate"]),
            callsPerMonth: callsPerMonth, pricedAt: record["priced_at"].moment)
    }
}

extension ReportModel.LegSpend {
    fileprivate init(_ record: Recorded) {
        let price: ReportModel.Price =
            switch record[0][0].text {
            case "tokens":
                .tokens(
                    input: record[0][1].double, output: record[0][2].double, cachedInput: record[0][3].doubleOrNil,
                    batch: record[0][4].doubleOrNil.map { ReportModel.Batch(input: $0, output: record[0][5].double) })
            case "dedicated": .dedicated(hourly: record[0][1].double, tokensPerDay: record[0][2].double, replicas: record[0][3].int)
            default: .none
            }
        self.init(
            price: price, calls: record[1].int, pricedCalls: record[2].int, estimatedCalls: record[3].int, tokens: TokenSums(record[4]))
    }
}

extension TokenSums {
    fileprivate init(_ record: Recorded) {
        let sums = record[2]
        func kinds(_ first: Int) -> Tokens {
            Tokens(input: sums[first].double, cached: sums[first + 1].double, output: sums[first + 2].double)
        }
        self.init(
            count: record[0].int, estimated: record[1].int, weight: sums[0].double, weightSquares: sums[1].double, linear: kinds(2),
            weighted: kinds(5), squares: kinds(8), inputCached: sums[11].double, inputOutput: sums[12].double,
            cachedOutput: sums[13].double)
    }
}

extension ReportModel.Volume {
    fileprivate init(_ record: Recorded) {
        func parts(_ name: String) -> [Part] { record[name].list.map { Part(number: $0[0].int, days: $0[1].int, calls: $0[2].int) } }
        let counts = record["counts"]
        self.init(
            calls: counts[0].int, sampled: counts[1].int, endedAt: record["ended_at"].moment, busiestMinuteCalls: counts[2].int,
            busiestMinuteSampled: counts[3].int, weekdays: parts("weekdays"), hours: parts("hours"), concurrency: counts[4].int,
            callsPerMinute: record["calls_per_minute"].intOrNil)
    }
}

extension ReportModel.JudgeFigures {
    fileprivate init(_ record: Recorded) {
        func part(_ name: String) -> Part { Part(record[name][0].int, of: record[name][1].int) }
        let pairs = record["pairs"]
        self.init(
            model: record["model"].text, promptVersion: record["prompt_version"].int, pairs: pairs[0].int, opinions: pairs[1].int,
            waiting: pairs[2].int, reused: pairs[3].int, calls: pairs[4].int, cost: record["cost"].doubleOrNil,
            dollarsPerDay: record["per_day"].doubleOrNil, orders: part("orders"), agreement: part("agreement"), flips: part("flips"),
            errors: record["errors"].list.map { Failure(error: $0[0].text, pairs: $0[1].int) })
    }
}

extension ReportModel.Coverage {
    fileprivate init(_ record: Recorded) {
        func reasons(_ name: String) -> [ReportModel.ReasonCount] {
            record[name].list.map { ReportModel.ReasonCount(reason: $0[0].text, calls: $0[1].int) }
        }
        let stages = record["stages"]
        self.init(
            calls: stages[0].int, sampled: stages[1].int, paired: stages[2].int, compared: stages[3].int, skipped: reasons("skipped"),
            shed: reasons("shed"), controlSkipped: reasons("control_skipped"), faults: reasons("faults"), setAside: stages[4].int)
    }
}

extension ReportModel.EarlierFigures {
    fileprivate init(_ record: Recorded, asOf: Timestamp, look: Look) throws(ReportRecordError) {
        var modes: [FailureMode: Int] = [:]
        for member in record["failure_modes"].members {
            guard let mode = FailureMode(rawValue: member.name) else { throw ReportRecordError() }
            modes[mode] = member.value.intValue
        }
        self.init(asOf: asOf, look: look, agreement: ReportModel.AgreementCounts(record["agreement"]), failureModes: modes)
    }
}

extension ReportModel.Warning {
    fileprivate init(_ record: Recorded) throws(ReportRecordError) {
        switch record[0].text {
        case "production_models": self = .productionModels(record[1].texts)
        case "prompt_changed": self = .promptChanged(share: record[1].double)
        case "no_pairs": self = .noPairs(calls: record[1].int)
        case "untranslated": self = .untranslated(parameters: record[1].texts, pairs: record[2].int)
        case "schema_unsupported": self = .schemaUnsupported(keywords: record[1].texts, pairs: record[2].int)
        case "comparing_again": self = .comparingAgain(pairs: record[1].int)
        case "estimated_rates": self = .estimatedRates
        case "other": self = .other(record[1].text)
        default: throw ReportRecordError()
        }
    }
}
