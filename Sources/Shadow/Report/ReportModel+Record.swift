public import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// What a report says beside its look, as it is stored with the look: so an old report can be made again when its pairs are gone and
/// its labels corrected. `ReportModel+Recorded.swift` reads it.
///
/// Rows of counts are arrays, in the order in which they are read. What calls and answers said is not in the record: see `Example.Texts.record`.
extension ReportModel {
    /// The version of the record's form.
    static let recordVersion = 1

    /// All but what the look and its input hold (its terms, its moment, the volume) and the examples' texts. A part that is added later
    /// must read as empty where it is absent.
    public var record: JSONValue {
        [
            "version": JSONValue(ReportModel.recordVersion), "trial": trial.record, "agreement": agreement.record,
            "failure_modes": .array(failureModes.map(\.record)),
            "confusion": .array(
                confusion.map {
                    [
                        JSONValue($0.productionLabel), JSONValue($0.candidateLabel), JSONValue($0.pairs), JSONValue($0.productionOnly),
                        JSONValue($0.candidateOnly),
                    ]
                }),
            "label_matrix": labelMatrix?.record ?? .null, "fields": .array(fields.map(\.record)),
            "turns": .array(turns.map { .counts([$0.turn, $0.pairs, $0.different, $0.productionOnly, $0.candidateOnly]) }),
            "slices": .array(
                slices.map { [JSONValue($0.dimension.rawValue), JSONValue($0.slice), JSONValue($0.pairs), JSONValue($0.failures)] }),
            "rivals": .array(rivals.map(\.record)),
            "course": .array(
                course.map {
                    [JSONValue($0.day), JSONValue($0.pairs), JSONValue($0.estimate), JSONValue($0.lower), JSONValue($0.upper)]
                }), "spend": spend.record, "volume": volume?.record ?? .null, "judge": judge?.record ?? .null, "coverage": coverage.record,
            "earlier": earlier?.record ?? .null,
            "warnings": .array(warnings.map(\.record)),
        ]
    }
}

extension ReportModel.Trial {
    fileprivate var record: JSONValue {
        [
            "id": JSONValue(id.description), "workload": JSONValue(workload), "candidate": JSONValue(candidate),
            "production": JSONValue(production), "source": JSONValue(source.rawValue), "simulated": JSONValue(simulated),
            "starts_at": JSONValue(startsAt.description), "timezone": JSONValue(timezone), "utc_offset": JSONValue(utcOffsetSeconds),
            "sampling_rate": JSONValue(samplingRate), "control_rate": JSONValue(controlRate),
            "confidence_given": JSONValue(confidenceGiven), "running": JSONValue(running), "timed_together": JSONValue(timedTogether),
            "settings_hash": JSONValue(settingsHash),
            "deadline": JSONValue(deadline),
        ]
    }
}

extension ReportModel.AgreementCounts {
    fileprivate var record: JSONValue { .counts([identical, equivalent, different, incomparable]) }
}

extension ReportModel.FailureModeRow {
    fileprivate var record: JSONValue {
        [
            "mode": JSONValue(mode.rawValue), "count": JSONValue(count),
            "correctness": .counts(
                [
                    correctness.both, correctness.productionOnly, correctness.candidateOnly, correctness.neither, correctness.unknown,
                ]),
            "segments": .array(segments.map { [JSONValue($0.segment), JSONValue($0.count)] }),
            "examples": .array(examples.map(\.record)),
        ]
    }
}

extension ReportModel.RivalRow {
    fileprivate var record: JSONValue {
        [
            "trial": JSONValue(trial.description), "candidate": JSONValue(candidate), "counts": .counts([pairs, onlyThis, onlyOther]),
            "examples": .array(examples.map(\.record)),
        ]
    }
}

extension ReportModel.Example {
    fileprivate var record: JSONValue {
        [
            JSONValue(pair.description), JSONValue(calledAt.description), JSONValue(segment), JSONValue(correct.rawValue),
            JSONValue(productionUnstable),
        ]
    }
}

extension ReportModel.Example.Texts {
    /// To be stored beside the report's record, and to go when the pair goes.
    public var record: JSONValue {
        [
            "input": input.record, "production": productionOutput.record, "candidate": candidateOutput.record,
            "label": label?.record ?? .null,
            "differences": .array(
                differences.map {
                    [JSONValue($0.path), JSONValue($0.kind), JSONValue($0.productionValue), JSONValue($0.candidateValue)]
                }), "more_differences": JSONValue(moreDifferences),
        ]
    }
}

extension ReportModel.Passage {
    fileprivate var record: JSONValue { [JSONValue(text), JSONValue(rest)] }
}

extension ReportModel.LabelMatrix {
    fileprivate var record: JSONValue {
        ["labels": .array(labels.map { JSONValue($0) }), "counts": .array(counts.map { .counts($0) })]
    }
}

extension ReportModel.FieldRow {
    fileprivate var record: JSONValue {
        func counts(_ leg: ReportModel.FieldCounts) -> JSONValue { .counts([leg.expected, leg.given, leg.matched]) }
        return [JSONValue(path), counts(production), counts(candidate)]
    }
}

extension ReportModel.Spend {
    fileprivate var record: JSONValue {
        [
            "production": production.record, "candidate": candidate.record, "priced_at": JSONValue(pricedAt?.description),
        ]
    }
}

extension ReportModel.LegSpend {
    fileprivate var record: JSONValue {
        let price: JSONValue =
            switch price {
            case .none: .null
            case .tokens(let input, let output, let cached, let batch):
                [
                    "tokens", JSONValue(input), JSONValue(output), JSONValue(cached), JSONValue(batch?.input), JSONValue(batch?.output),
                ]
            case .dedicated(let hourly, let tokens, let replicas):
                ["dedicated", JSONValue(hourly), JSONValue(tokens), JSONValue(replicas)]
            }
        return [price, JSONValue(calls), JSONValue(pricedCalls), JSONValue(estimatedCalls), tokens.record]
    }
}

extension TokenSums {
    fileprivate var record: JSONValue {
        func kinds(_ tokens: Tokens) -> [Double] { [tokens.input, tokens.cached, tokens.output] }
        let sums = [weight, weightSquares] + kinds(linear) + kinds(weighted) + kinds(squares) + [inputCached, inputOutput, cachedOutput]
        return [JSONValue(count), JSONValue(estimated), .array(sums.map { JSONValue($0) })]
    }
}

extension ReportModel.Volume {
    fileprivate var record: JSONValue {
        func parts(_ parts: [Part]) -> JSONValue { .array(parts.map { .counts([$0.number, $0.days, $0.calls]) }) }
        return [
            "counts": .counts([calls, sampled, busiestMinuteCalls, busiestMinuteSampled, concurrency]),
            "ended_at": JSONValue(endedAt?.description),
            "weekdays": parts(weekdays), "hours": parts(hours), "calls_per_minute": JSONValue(callsPerMinute),
        ]
    }
}

extension ReportModel.JudgeFigures {
    fileprivate var record: JSONValue {
        func part(_ part: Part) -> JSONValue { .counts([part.count, part.of]) }
        return [
            "model": JSONValue(model), "prompt_version": JSONValue(promptVersion),
            "pairs": .counts([pairs, opinions, waiting, reused, calls]), "cost": JSONValue(cost), "per_day": JSONValue(dollarsPerDay),
            "orders": part(orders), "agreement": part(agreement), "flips": part(flips),
            "errors": .array(errors.map { [JSONValue($0.error), JSONValue($0.pairs)] }),
        ]
    }
}

extension ReportModel.Coverage {
    fileprivate var record: JSONValue {
        func reasons(_ reasons: [ReportModel.ReasonCount]) -> JSONValue {
            .array(reasons.map { [JSONValue($0.reason), JSONValue($0.calls)] })
        }
        return [
            "stages": .counts([calls, sampled, paired, compared, setAside]), "skipped": reasons(skipped), "shed": reasons(shed),
            "control_skipped": reasons(controlSkipped), "faults": reasons(faults),
        ]
    }
}

extension ReportModel.EarlierFigures {
    /// Its look is stored in a row of its own.
    fileprivate var record: JSONValue {
        [
            "as_of": JSONValue(asOf.description), "agreement": agreement.record,
            "failure_modes": .object(
                failureModes.sorted { $0.key.rawValue < $1.key.rawValue }.map { JSONMember($0.key.rawValue, JSONValue($0.value)) }),
        ]
    }
}

extension ReportModel.Warning {
    fileprivate var record: JSONValue {
        switch self {
        case .productionModels(let names): ["production_models", .array(names.map { JSONValue($0) })]
        case .promptChanged(let share): ["prompt_changed", JSONValue(share)]
        case .noPairs(let calls): ["no_pairs", JSONValue(calls)]
        case .untranslated(let parameters, let pairs):
            ["untranslated", .array(parameters.map { JSONValue($0) }), JSONValue(pairs)]
        case .schemaUnsupported(let keywords, let pairs):
            ["schema_unsupported", .array(keywords.map { JSONValue($0) }), JSONValue(pairs)]
        case .comparingAgain(let pairs): ["comparing_again", JSONValue(pairs)]
        case .estimatedRates: ["estimated_rates"]
        case .other(let text): ["other", JSONValue(text)]
        }
    }
}

extension JSONValue {
    fileprivate static func counts(_ counts: [Int]) -> JSONValue { .array(counts.map { JSONValue($0) }) }
}
