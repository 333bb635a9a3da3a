internal import JSON
internal import Statistics
internal import Verdict

extension LatencyEvidence {
    var json: JSONValue {
        [
            "production": production.json, "candidate": candidate.json, "served": .array(tiers.served.map(\.json)),
            "escalated": .array(tiers.escalated.map(\.json)),
        ]
    }

    init(stored: StoredValue) throws(StorageError) {
        self.init(
            production: try LegLatency(stored: try stored.value("production")),
            candidate: try LegLatency(stored: try stored.value("candidate")),
            tiers: TierLatency(
                served: try LatencySample.list(try stored.array("served")), escalated: try LatencySample.list(try stored.array("escalated"))
            ))
    }
}

extension LegLatency {
    fileprivate var json: JSONValue { ["duration": duration.json, "first_token": firstToken.json] }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        self.init(
            duration: try LatencySample(stored: try stored.value("duration")),
            firstToken: try LatencySample(stored: try stored.value("first_token")))
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
        if case .dedicated(let hourly, let tokensPerDay, let replicas) = pricing {
            json["dedicated"] = [JSONValue(hourly), JSONValue(tokensPerDay), JSONValue(replicas)]
        }
        return json
    }

    init(stored: StoredValue) throws(StorageError) {
        var byTier: [PairedCostSums] = []
        for tier in try stored.array("by_tier") { byTier.append(try PairedCostSums(stored: tier)) }
        var pricing = CandidatePricing.perToken
        if stored.json["dedicated"] != nil {
            let price = try stored.value("dedicated")
            pricing = .dedicated(
                hourly: try price.double(at: 0), tokensPerDay: try price.double(at: 1), replicas: try price.count(at: 2))
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
        ]
    }

    fileprivate init(stored: StoredValue) throws(StorageError) {
        self.init(
            count: try stored.count(at: 0), weight: try stored.double(at: 1), candidate: try stored.double(at: 2),
            production: try stored.double(at: 3), candidateSquares: try stored.double(at: 4), productionSquares: try stored.double(at: 5),
            products: try stored.double(at: 6), weightSquares: try stored.double(at: 7), productionWeightSquares: try stored.double(at: 8))
    }
}
