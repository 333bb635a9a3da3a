internal import JSON
internal import Statistics
internal import Verdict

extension LatencyEvidence {
    var json: JSONValue {
        [
            "production": production.json, "candidate": candidate.json, "paired": paired.json, "served": .array(tiers.served.map(\.json)),
            "escalated": .array(tiers.escalated.map(\.json)),
        ]
    }

    init(stored: StoredValue) throws(StorageError) {
        self.init(
            production: try LegLatency(stored: try stored.value("production")),
            candidate: try LegLatency(stored: try stored.value("candidate")),
            // Looks of before did not keep it.
            paired: stored.json["paired"] == nil ? LegLatency() : try LegLatency(stored: try stored.value("paired")),
            tiers: TierLatency(
                served: try LatencySample.list(try stored.array("served")), escalated: try LatencySample.list(try stored.array("escalated"))
            ))
    }
}

extension LegLatency {
    fileprivate var json: JSONValue { ["duration": duration.json, "first_token": firstToken.json, "output_speed": outputSpeed.json] }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        self.init(
            duration: try LatencySample(stored: try stored.value("duration")),
            firstToken: try LatencySample(stored: try stored.value("first_token")),
            outputSpeed: stored.json["output_speed"] == nil
                ? LatencySample() : try LatencySample(stored: try stored.value("output_speed")))
    }
}

extension LatencySample {
    /// The sketch's relative error is the default's everywhere in the store.
    fileprivate var json: JSONValue {
        let buckets = sketch.counts.sorted { $0.key < $1.key }.map { [JSONValue($0.key), JSONValue($0.value)] as JSONValue }
        return ["timeouts": JSONValue(timeouts), "zeros": JSONValue(sketch.zeroCount), "buckets": .array(buckets)]
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        var counts: [Int: Int] = [:]
        for bucket in try stored.array("buckets") { counts[try bucket.count(at: 0)] = try bucket.count(at: 1) }
        self.init(sketch: DDSketch(counts: counts, zeroCount: try stored.int("zeros")), timeouts: try stored.int("timeouts"))
    }

    fileprivate static func list(_ stored: [StoredValue]) throws(StorageError) -> [LatencySample] {
        var samples: [LatencySample] = []
        for sample in stored { samples.append(try LatencySample(stored: sample)) }
        return samples
    }
}

extension CostEvidence {
    var json: JSONValue {
        var json: JSONValue = [
            "pairs": pairs.json, "by_tier": .array(byTier.map(\.json)), "production_tokens": productionTokens.json,
            "candidate_tokens": candidateTokens.json, "calls_per_month": JSONValue(callsPerMonth),
        ]
        if case .dedicated(let hourly, let tokensPerDay, let replicas, let regions) = pricing {
            json["dedicated"] = [JSONValue(hourly), JSONValue(tokensPerDay), JSONValue(replicas)]
            if !regions.isEmpty {
                json["regions"] = .array(regions.map { [JSONValue($0.name), JSONValue($0.share), JSONValue($0.hourly)] })
            }
        }
        return json
    }

    init(stored: StoredValue) throws(StorageError) {
        var byTier: [PairedCostSums] = []
        for tier in try stored.array("by_tier") { byTier.append(try PairedCostSums(stored: tier)) }
        var pricing = CandidatePricing.perToken
        if stored.json["dedicated"] != nil {
            let price = try stored.value("dedicated")
            var regions: [DedicatedRegion] = []
            if stored.json["regions"] != nil {
                for region in try stored.array("regions") {
                    regions.append(
                        DedicatedRegion(name: region.text(at: 0) ?? "", share: try region.double(at: 1), hourly: try region.double(at: 2)))
                }
            }
            pricing = .dedicated(
                hourly: try price.double(at: 0), tokensPerDay: try price.double(at: 1), replicas: try price.count(at: 2), regions: regions)
        }
        self.init(
            pairs: try PairedCostSums(stored: try stored.value("pairs")), byTier: byTier,
            productionTokens: try TokenTotals(stored: try stored.value("production_tokens")),
            candidateTokens: try TokenTotals(stored: try stored.value("candidate_tokens")), pricing: pricing,
            callsPerMonth: stored.doubleOrNull("calls_per_month"))
    }
}

extension TokenTotals {
    fileprivate var json: JSONValue { [JSONValue(input), JSONValue(output)] }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        self.init(input: try stored.double(at: 0), output: try stored.double(at: 1))
    }
}

extension PairedCostSums {
    fileprivate var json: JSONValue {
        [
            JSONValue(count), JSONValue(weight), JSONValue(candidate), JSONValue(production), JSONValue(candidateSquares),
            JSONValue(productionSquares), JSONValue(products), JSONValue(weightSquares), JSONValue(productionWeightSquares),
            JSONValue(candidateWeightSquares),
        ]
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        let (weight, candidate) = (try stored.double(at: 1), try stored.double(at: 2))
        let weightSquares = try stored.double(at: 7)
        // Looks of before did not keep the last sum: this is it where all weights are equal.
        let likely = weight > 0 ? candidate * weightSquares / weight : 0
        self.init(
            count: try stored.count(at: 0), weight: weight, candidate: candidate, production: try stored.double(at: 3),
            candidateSquares: try stored.double(at: 4), productionSquares: try stored.double(at: 5), products: try stored.double(at: 6),
            weightSquares: weightSquares, productionWeightSquares: try stored.double(at: 8),
            candidateWeightSquares: stored.json[9]?.doubleValue ?? likely)
    }
}
