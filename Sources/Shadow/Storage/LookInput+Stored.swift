internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// `LookInput` and `Latches` as JSON, exactly: numbers keep every bit, so that an old verdict can be reached again.
extension LookInput {
    /// The form that this version writes; looks of trials without a judge and without an audit stay readable for those before it.
    private static let newestVersion = 3

    var json: JSONValue {
        var json: JSONValue = [
            "version": JSONValue(terms.auditsEquivalents ? LookInput.newestVersion : terms.judgeTrust > 0 ? 2 : 1), "terms": terms.json,
            "days": JSONValue(days),
            "cells": .array(cells.map(\.json)), "sampled": JSONValue(sampled),
            "shed": JSONValue(shed), "pairs_per_day": JSONValue(pairsPerDay), "tier_grid": .array(tierGrid.map { JSONValue($0) }),
            "latency": latency.json, "cost": cost.json, "agreeing": agreeing.json, "differing": differing.json,
        ]
        if !sample.isEmpty { json["sample"] = .array(sample.map(\.json)) }
        if let equivalenceCeiling { json["equivalence_ceiling"] = JSONValue(equivalenceCeiling) }
        return json
    }

    init(json: JSONValue) throws(StorageError) {
        let reader = StoredValue(json, "look")
        guard try (1...LookInput.newestVersion).contains(reader.int("version")) else {
            throw StorageError(.unreadable, "a stored look was written by a later version: use that version")
        }
        var cells: [EvidenceCell] = []
        for cell in try reader.array("cells") { cells.append(try EvidenceCell(stored: cell)) }
        var sample: [SampleSlice] = []
        if json["sample"] != nil { for slice in try reader.array("sample") { sample.append(try SampleSlice(stored: slice)) } }
        self.init(
            terms: try TrialTerms(stored: try reader.value("terms")), days: try reader.int("days"), cells: cells,
            sampled: try reader.int("sampled"), shed: try reader.int("shed"), pairsPerDay: reader.doubleOrNull("pairs_per_day"),
            tierGrid: try reader.doubles("tier_grid"), latency: try LatencyEvidence(stored: try reader.value("latency")),
            cost: try CostEvidence(stored: try reader.value("cost")), agreeing: try CorrectnessCounts(stored: try reader.value("agreeing")),
            differing: try CorrectnessCounts(stored: try reader.value("differing")),
            equivalenceCeiling: reader.doubleOrNull("equivalence_ceiling"),
            sample: sample)
    }
}

extension Latches {
    var json: JSONValue {
        var json: JSONValue = [
            "quality": quality.json, "reliability": reliability.json, "noise": noise.json, "disagreement": disagreement.json,
            "tiers": .array(tiers.map { [JSONValue($0.threshold), JSONValue($0.above), JSONValue($0.below)] }),
        ]
        if let audit { json["audit"] = JSONValue(audit) }
        return json
    }

    init(json: JSONValue) throws(StorageError) {
        let reader = StoredValue(json, "latches")
        var tiers: [TierLatch] = []
        for tier in try reader.array("tiers") {
            tiers.append(TierLatch(threshold: try tier.double(at: 0), above: try tier.double(at: 1), below: try tier.double(at: 2)))
        }
        self.init(
            quality: try ClaimLatch(stored: try reader.value("quality")),
            reliability: try ClaimLatch(stored: try reader.value("reliability")),
            noise: try ClaimLatch(stored: try reader.value("noise")),
            disagreement: try ClaimLatch(stored: try reader.value("disagreement")), tiers: tiers,
            audit: reader.doubleOrNull("audit"))
    }
}

extension ClaimLatch {
    fileprivate var json: JSONValue { [JSONValue(lower), JSONValue(upper), JSONValue(above), JSONValue(below)] }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        self.init(
            lower: try stored.double(at: 0), upper: try stored.double(at: 1), above: try stored.double(at: 2),
            below: try stored.double(at: 3))
    }
}

extension EvidenceCell {
    /// An array, in the order of the properties: a look may hold thousands of cells.
    fileprivate var json: JSONValue {
        let judged: JSONValue =
            switch adjudication {
            case .notPlanned: .null
            case .pending(let probability): [.null, JSONValue(probability)]
            case .judged(let difference, let probability): [JSONValue(difference), JSONValue(probability)]
            }
        let differed: JSONValue =
            switch control.outcome {
            case .notDrawn: .null
            case .agreed: false
            case .differed: true
            }
        let elements: [JSONValue] = [
            JSONValue(day), JSONValue(segment), JSONValue(lengthBand), JSONValue(weight), .string(agreement.rawValue), .bool(needsAudit),
            judged,
            JSONValue(failureDifference), JSONValue(control.probability), differed, JSONValue(tier), .bool(beforeFirstPending),
            JSONValue(count),
        ]
        if auditLevel > 0 { return .array(elements + [JSONValue(prediction), JSONValue(auditLevel)]) }
        return .array(prediction == 0 ? elements : elements + [JSONValue(prediction)])
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        guard let agreement = Agreement(rawValue: stored.text(at: 4) ?? "") else { throw stored.damaged }
        var adjudication = Adjudication.notPlanned
        if let judged = stored.element(6), judged.json != .null {
            let probability = try judged.double(at: 1)
            adjudication = judged.int(at: 0).map { .judged(difference: $0, probability: probability) } ?? .pending(probability: probability)
        }
        let differed = stored.element(9)?.json.boolValue
        self.init(
            day: try stored.count(at: 0), segment: stored.text(at: 1), lengthBand: stored.int(at: 2), weight: try stored.double(at: 3),
            agreement: agreement, needsAudit: stored.element(5)?.json.boolValue ?? false, auditLevel: stored.int(at: 14) ?? 0,
            adjudication: adjudication,
            prediction: stored.element(13)?.json.doubleValue ?? 0, failureDifference: try stored.count(at: 7),
            control: ControlDraw(
                probability: try stored.double(at: 8), outcome: differed.map { $0 ? .differed : .agreed } ?? .notDrawn),
            tier: stored.int(at: 10), beforeFirstPending: stored.element(11)?.json.boolValue ?? true, count: try stored.count(at: 12))
    }
}

extension SampleSlice {
    fileprivate var json: JSONValue {
        [
            .string(dimension.rawValue), .string(name), JSONValue(calls), JSONValue(expected), JSONValue(drawn), JSONValue(sampled),
            JSONValue(kept), JSONValue(comparable), JSONValue(compared),
        ]
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        guard let dimension = SampleDimension(rawValue: stored.text(at: 0) ?? "") else { throw stored.damaged }
        self.init(
            dimension, stored.text(at: 1) ?? "", calls: try stored.count(at: 2), expected: try stored.double(at: 3),
            drawn: try stored.count(at: 4), sampled: try stored.count(at: 5), kept: try stored.count(at: 6),
            comparable: try stored.count(at: 7), compared: try stored.count(at: 8))
    }
}

extension CorrectnessCounts {
    fileprivate var json: JSONValue {
        [JSONValue(both), JSONValue(productionOnly), JSONValue(candidateOnly), JSONValue(neither), JSONValue(unknown)]
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        self.init(
            both: try stored.count(at: 0), productionOnly: try stored.count(at: 1), candidateOnly: try stored.count(at: 2),
            neither: try stored.count(at: 3), unknown: try stored.count(at: 4))
    }
}

extension TrialTerms {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "days": JSONValue(days), "max_days": JSONValue(maxDays), "alpha": JSONValue(alpha), "candidates": JSONValue(candidates),
            "adjudicate_by": .string(adjudicateBy.rawValue), "adjudication_floor": JSONValue(adjudicationFloor),
            "margins": [
                "quality": JSONValue(margins.quality), "tier": JSONValue(margins.tier), "reliability": JSONValue(margins.reliability),
                "noise": JSONValue(margins.noise), "saving": JSONValue(margins.saving),
                "latency": [JSONValue(margins.latency.p95), JSONValue(margins.latency.p99)],
                "two_tier_latency": [JSONValue(margins.twoTierLatency.p95), JSONValue(margins.twoTierLatency.p99)],
            ],
        ]
        if judgeTrust > 0 { json["judge_trust"] = JSONValue(judgeTrust) }
        if auditsEquivalents { json["audits_equivalents"] = true }
        return json
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        guard let by = AdjudicationSource(rawValue: stored.json["adjudicate_by"]?.stringValue ?? "") else { throw stored.damaged }
        let margins = try stored.value("margins")
        let (latency, twoTier) = (try margins.value("latency"), try margins.value("two_tier_latency"))
        self.init(
            days: try stored.int("days"), maxDays: try stored.int("max_days"), alpha: try stored.double("alpha"),
            candidates: try stored.int("candidates"),
            margins: Margins(
                quality: try margins.double("quality"), tier: try margins.double("tier"), reliability: try margins.double("reliability"),
                noise: try margins.double("noise"), saving: try margins.double("saving"),
                latency: LatencyLimits(p95: try latency.double(at: 0), p99: try latency.double(at: 1)),
                twoTierLatency: LatencyLimits(p95: try twoTier.double(at: 0), p99: try twoTier.double(at: 1))),
            adjudicateBy: by, adjudicationFloor: try stored.double("adjudication_floor"),
            judgeTrust: stored.doubleOrNull("judge_trust") ?? 0,
            auditsEquivalents: stored.json["audits_equivalents"]?.boolValue ?? false)
    }
}
