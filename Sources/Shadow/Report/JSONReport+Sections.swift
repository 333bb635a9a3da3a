internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// The sections of the JSON that lie below the verdict.
extension JSONSections {
    var failureModes: JSONValue {
        .array(
            model.failureModes.map { row in
                let share = model.share(of: row.count)
                return [
                    "mode": JSONValue(row.mode.rawValue), "count": JSONValue(row.count), "share": JSONValue(share?.estimate),
                    "lower": JSONValue(share?.lower), "upper": JSONValue(share?.upper), "n": JSONValue(model.agreement.comparable),
                    "production_only": JSONValue(row.correctness.productionOnly),
                    "candidate_only": JSONValue(row.correctness.candidateOnly), "both": JSONValue(row.correctness.both),
                    "neither": JSONValue(row.correctness.neither), "unknown": JSONValue(row.correctness.unknown),
                    "segments": .array(row.segments.map { ["segment": JSONValue($0.segment), "count": JSONValue($0.count)] }),
                    "examples": .array(row.examples.map { JSONValue($0.pair.description) }),
                ]
            })
    }

    /// The slices shown, the most concentrated first.
    var slices: JSONValue {
        .array(
            model.sliceReadings.prefix(PageBuilder.slices).map { reading in
                let found = reading.concentration
                return [
                    "dimension": JSONValue(reading.row.dimension.rawValue), "slice": JSONValue(reading.row.slice),
                    "pairs": JSONValue(reading.row.pairs), "failures": JSONValue(reading.row.failures),
                    "risk_ratio": JSONValue(found.riskRatio), "lower": JSONValue(found.lower), "upper": JSONValue(found.upper),
                    "n": JSONValue(reading.row.pairs),
                    "q": JSONValue(found.q), "flagged": JSONValue(found.flagged),
                ]
            })
    }

    /// The other candidates on the same calls.
    var rivals: JSONValue {
        .array(
            model.rivals.map { row in
                let difference = row.difference
                return [
                    "candidate": JSONValue(row.candidate), "pairs": JSONValue(row.pairs), "only_this": JSONValue(row.onlyThis),
                    "only_other": JSONValue(row.onlyOther),
                    "difference": [
                        "estimate": JSONValue(difference.estimate), "lower": JSONValue(difference.lower),
                        "upper": JSONValue(difference.upper), "n": JSONValue(row.pairs),
                    ], "examples": .array(row.examples.map { JSONValue($0.pair.description) }),
                ]
            })
    }

    /// What each day's last look said about quality.
    var course: JSONValue {
        .array(
            model.course.map { point in
                [
                    "day": JSONValue(point.day), "n": JSONValue(point.pairs), "estimate": JSONValue(point.estimate),
                    "lower": JSONValue(point.lower), "upper": JSONValue(point.upper),
                ]
            })
    }

    /// The pairs in evidence by the day of their call, the trial's first being 1.
    var daily: JSONValue {
        .array(
            model.look.daily.map { day in
                let share = ReportModel.share(of: day.disagreements, in: day.pairs)
                return [
                    "day": JSONValue(day.day + 1), "pairs": JSONValue(day.pairs), "different": JSONValue(day.disagreements),
                    "share": JSONValue(share?.estimate), "lower": JSONValue(share?.lower), "upper": JSONValue(share?.upper),
                    "n": JSONValue(day.pairs),
                    "difference": [
                        "estimate": JSONValue(day.limits == nil ? nil : day.difference), "lower": JSONValue(day.limits?.lower),
                        "upper": JSONValue(day.limits?.upper), "n": JSONValue(day.pairs),
                    ],
                ]
            })
    }

    var confusion: JSONValue {
        .array(
            model.confusion.map { row in
                [
                    "production_label": JSONValue(row.productionLabel), "candidate_label": JSONValue(row.candidateLabel),
                    "pairs": JSONValue(row.pairs), "production_only": JSONValue(row.productionOnly),
                    "candidate_only": JSONValue(row.candidateOnly),
                ]
            })
    }

    var labelMatrix: JSONValue {
        guard let matrix = model.labelMatrix else { return .null }
        return [
            "labels": .array(matrix.labels.map { JSONValue($0) }),
            "pairs": .array(matrix.counts.map { row in .array(row.map { JSONValue($0) }) }),
        ]
    }

    var fields: JSONValue {
        func leg(_ counts: ReportModel.FieldCounts) -> JSONValue {
            let precision = ReportModel.share(of: counts.matched, in: counts.given)
            let recall = ReportModel.share(of: counts.matched, in: counts.expected)
            return [
                "expected": JSONValue(counts.expected), "given": JSONValue(counts.given), "matched": JSONValue(counts.matched),
                "precision": JSONValue(precision?.estimate), "precision_lower": JSONValue(precision?.lower),
                "precision_upper": JSONValue(precision?.upper), "recall": JSONValue(recall?.estimate),
                "recall_lower": JSONValue(recall?.lower), "recall_upper": JSONValue(recall?.upper),
            ]
        }
        return .array(
            model.fields.map { ["path": JSONValue($0.path), "production": leg($0.production), "candidate": leg($0.candidate)] })
    }

    var turns: JSONValue {
        .array(
            model.turns.map { row in
                let share = ReportModel.share(of: row.different, in: row.pairs)
                return [
                    "turn": JSONValue(row.turn), "pairs": JSONValue(row.pairs), "different": JSONValue(row.different),
                    "share": JSONValue(share?.estimate), "lower": JSONValue(share?.lower), "upper": JSONValue(share?.upper),
                    "n": JSONValue(row.pairs), "production_only": JSONValue(row.productionOnly),
                    "candidate_only": JSONValue(row.candidateOnly),
                ]
            })
    }

    var twoTier: JSONValue {
        let tier = model.look.tier
        let pairs = model.look.quality.pairs
        return [
            "state": JSONValue(tier.state.rawValue), "threshold": JSONValue(tier.threshold),
            "coverage": JSONValue(tier.coverage?.estimate), "coverage_lower": JSONValue(tier.coverage?.lower),
            "coverage_upper": JSONValue(tier.coverage?.upper), "escalation_rate": JSONValue(tier.escalation?.estimate),
            "escalation_rate_lower": JSONValue(tier.escalation?.lower), "escalation_rate_upper": JSONValue(tier.escalation?.upper),
            "certified_at_most": JSONValue(tier.certifiedAtMost), "saving": JSONValue(tier.saving?.estimate),
            "saving_lower": JSONValue(tier.saving?.lower), "saving_upper": JSONValue(tier.saving?.upper), "n": JSONValue(pairs),
            "latency": json(tier.latency),
            "curve": .array(
                tier.curve.map { point in
                    [
                        "threshold": JSONValue(point.threshold), "escalation_rate": JSONValue(point.coverage.map { 1 - $0.estimate }),
                        "escalation_rate_lower": JSONValue(point.coverage.map { 1 - $0.upper }),
                        "escalation_rate_upper": JSONValue(point.coverage.map { 1 - $0.lower }),
                        "log_evidence": JSONValue(point.logEvidence), "certified": JSONValue(point.certified),
                        "saving": JSONValue(point.saving?.estimate), "saving_lower": JSONValue(point.saving?.lower),
                        "saving_upper": JSONValue(point.saving?.upper), "n": JSONValue(pairs),
                    ]
                }),
        ]
    }

    var coverage: JSONValue {
        func reasons(_ reasons: [ReportModel.ReasonCount]) -> JSONValue {
            .object(reasons.map { JSONMember($0.reason, JSONValue($0.calls)) })
        }
        let coverage = model.coverage
        return [
            "calls": JSONValue(coverage.calls), "sampled": JSONValue(coverage.sampled), "paired": JSONValue(coverage.paired),
            "compared": JSONValue(coverage.compared), "shed": reasons(coverage.shed), "skipped": reasons(coverage.skipped),
            "control_skipped": reasons(coverage.controlSkipped), "faults": reasons(coverage.faults),
            "set_aside": JSONValue(coverage.setAside), "in_evidence": JSONValue(look.quality.pairs),
        ]
    }

    var changes: JSONValue {
        .array(
            (sentences.changes ?? []).map { change in
                [
                    "what": JSONValue(change.what), "before": JSONValue(change.before), "after": JSONValue(change.after),
                    "sentence": JSONValue(change.sentence),
                ]
            })
    }
}
