public import JSON
import Traffic

extension WorkloadSettings {
    /// The settings in the file's own form with every default written out: what a trial stores as frozen. Reading it back
    /// with `init(json:)` gives equal settings.
    public func canonicalJSON() -> JSONValue {
        var json: JSONValue = [
            "workload": .string(workload), "compare": compare.json, "production": production.json, "candidate": candidate.json,
        ]
        json["match"] = ["paths": strings(match.paths)]
        json["sample"] = sample.json
        json["control"] = JSONValue(control)
        json["adjudicate"] = ["by": .string(adjudicate.by.rawValue), "disagreements": JSONValue(adjudicate.disagreements)]
        json["judge"] = judge?.json
        json["trial"] = trial.json
        json["privacy"] = ["retain": .string(privacy.retainDays.map { "\($0)d" } ?? "forever"), "redact": [], "capture": "full"]
        return json
    }

    /// 32 hexadecimal digits that stand for what may not change within a trial: everything but `sample`, `control`,
    /// `candidate.limits`, `judge.limits`, `trial.deadline`, `privacy`, keys and prices (design §1). Different hashes: different trials.
    ///
    /// Two SipHash-2-4 of the canonical JSON under fixed keys: stable for ever, no protection against malice needed.
    public var frozenHash: String {
        var json = canonicalJSON()
        for key in ["sample", "control", "privacy"] { json[key] = nil }
        let changeable = [
            ("production", ["price", "key"]), ("candidate", ["price", "dedicated", "key", "limits"]),
            ("judge", ["price", "key", "limits"]), ("trial", ["deadline"]),
        ]
        for (section, keys) in changeable {
            guard var rest = json[section] else { continue }
            for key in keys { rest[key] = nil }
            json[section] = rest
        }
        let bytes = json.canonical().serialised()
        return Checksum.hexadecimal(Checksum.first.hash(bytes)) + Checksum.hexadecimal(Checksum.second.hash(bytes))
    }
}

/// SipHash under fixed keys, as a checksum of settings.
enum Checksum {
    static let first = KeyedHash(key0: 0x756e_6465_7273_7475, key1: 0x6479_2073_6574_7469)
    static let second = KeyedHash(key0: 0x6e67_7320_6672_6f7a, key1: 0x656e_2070_6172_7432)

    /// Sixteen digits.
    static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

private func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

private func sorted<Value>(_ table: [String: Value], _ json: (Value) -> JSONValue) -> JSONValue {
    .object(table.sorted { $0.key < $1.key }.map { JSONMember($0.key, json($0.value)) })
}

extension CompareSettings {
    /// Only the keys that have a meaning with `kind`.
    fileprivate var json: JSONValue {
        var json: JSONValue = ["as": .string(kind.rawValue)]
        switch kind {
        case .label: json["labels"] = strings(labels)
        case .json:
            json["schema"] = schema
            json["ignore"] = strings(ignore)
        case .tools:
            json["ignore_arguments"] = strings(ignoreArguments)
            json["ordered_calls"] = .bool(orderedCalls)
            json["otherwise"] = .string(otherwise.rawValue)
        case .text: break
        }
        if kind == .json || kind == .tools {
            json["unordered"] = strings(unordered)
            json["tolerance"] = sorted(tolerance) { JSONValue($0) }
            json["formats"] = sorted(formats) { .string($0.rawValue) }
        }
        return json
    }
}

extension ProductionSettings {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["api": .string(api.rawValue), "url": .string(url.description)]
        json["price"] = price?.json
        json["key"] = key?.json
        return json
    }
}

extension CandidateSettings {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "name": .string(name), "api": .string(api.rawValue), "url": .string(url.description), "model": .string(model),
        ]
        json["key"] = key?.json
        switch price {
        case .tokens(let price): json["price"] = price.json
        case .dedicated(let price):
            json["dedicated"] = price.json
        case nil: break
        }
        switch confidence {
        case .logprobs: json["confidence"] = "logprobs"
        case .field(let pointer): json["confidence"] = ["field": .string(pointer)]
        case .none: json["confidence"] = "none"
        }
        var rewriting: JSONValue = ["set": sorted(rewrite.set) { $0 }, "remove": strings(rewrite.remove)]
        rewriting["system"] = rewrite.system.map(JSONValue.string)
        json["rewrite"] = rewriting
        json["limits"] = limits.json
        return json
    }
}

extension CandidateLimits {
    fileprivate var json: JSONValue {
        [
            "concurrency": JSONValue(concurrency), "queue": JSONValue(queue), "timeout": milliseconds(timeoutNanoseconds),
            "per_day": dollars(dollarsPerDay), "calls_per_minute": callsPerMinute.map { JSONValue($0) } ?? "none",
        ]
    }
}

extension JudgeSettings {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["url": .string(url.description), "model": .string(model)]
        json["key"] = key?.json
        json["price"] = price?.json
        json["limits"] = [
            "concurrency": JSONValue(limits.concurrency), "timeout": milliseconds(limits.timeoutNanoseconds),
            "per_day": dollars(limits.dollarsPerDay),
        ]
        return json
    }
}

private func milliseconds(_ nanoseconds: UInt64) -> JSONValue {
    let milliseconds = Double(nanoseconds) / 1e6
    return .string((milliseconds == milliseconds.rounded() ? "\(Int64(milliseconds))" : "\(milliseconds)") + "ms")
}

private func dollars(_ amount: Double?) -> JSONValue { .string(amount.map { "\($0) USD" } ?? "none") }

extension TokenPrice {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["input": JSONValue(input), "output": JSONValue(output)]
        json["cached_input"] = cachedInput.map { JSONValue($0) }
        json["batch_input"] = batch.map { JSONValue($0.input) }
        json["batch_output"] = batch.map { JSONValue($0.output) }
        return json
    }
}

extension DedicatedPrice {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "hourly": JSONValue(hourly), "tokens_per_day": JSONValue(tokensPerDay), "replicas": JSONValue(replicas),
        ]
        guard !regions.isEmpty else { return json }
        json["regions"] = sorted(regions) { JSONValue($0.share) }
        let own = regions.compactMapValues(\.hourly)
        json["hourly_by_region"] = own.isEmpty ? nil : sorted(own) { JSONValue($0) }
        return json
    }
}

extension KeyReference {
    fileprivate var json: JSONValue {
        switch self {
        case .environment(let name): ["env": .string(name)]
        case .file(let path): ["file": .string(path)]
        }
    }
}

extension SampleSettings {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["rate": JSONValue(rate), "by": .string(unit.rawValue)]
        switch conversation {
        case .header(let name): json["conversation"] = ["header": .string(name)]
        case .field(let pointer): json["conversation"] = ["field": .string(pointer)]
        case nil: break
        }
        json["segments"] = segments.map { ["header": .string($0.header), "rates": sorted($0.rates) { JSONValue($0) }] }
        return json
    }
}

extension TrialSettings {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "days": JSONValue(days), "max_days": JSONValue(maxDays), "alpha": JSONValue(alpha), "candidates": JSONValue(candidates),
            "timezone": .string(timezone), "margins": margins.json,
        ]
        json["deadline"] = deadline.map(JSONValue.string)
        return json
    }
}

extension MarginSettings {
    fileprivate var json: JSONValue {
        [
            "quality": JSONValue(quality), "tier": JSONValue(tier), "reliability": JSONValue(reliability), "noise": JSONValue(noise),
            "saving": JSONValue(saving), "latency": latency.json, "two_tier_latency": twoTierLatency.json,
        ]
    }
}

extension LatencyLimits {
    fileprivate var json: JSONValue { ["p95": JSONValue(p95), "p99": JSONValue(p99)] }
}
