internal import JSON
internal import Statistics
internal import Verdict

extension JSONSections {
    /// The sample beside all calls; no member where nothing can be held against anything.
    var sample: [JSONMember] {
        guard !look.bias.isEmpty else { return [] }
        return [
            JSONMember(
                "sample",
                [
                    "biased": .bool(look.bias.contains(where: \.isBiased)), "sentence": JSONValue(sentences.sampleLead),
                    "steps": .array(
                        look.bias.map { reading in
                            let share = wilsonEstimate(successes: Int((reading.share * Double(reading.count)).rounded()), of: reading.count)
                            return [
                                "step": JSONValue(reading.step.rawValue), "dimension": JSONValue(reading.dimension.rawValue),
                                "n": JSONValue(reading.count), "distance": JSONValue(reading.distance), "p": JSONValue(reading.p),
                                "biased": .bool(reading.isBiased), "furthest": JSONValue(reading.furthest),
                                "share": JSONValue(reading.share), "share_lower": JSONValue(share?.lower),
                                "share_upper": JSONValue(share?.upper), "wanted": JSONValue(reading.wanted),
                            ]
                        }),
                ])
        ]
    }

    /// What few judgements show at one look; null where all that differ are judged.
    var singleLook: JSONValue {
        guard let sampled = look.quality.sampledDifference else { return .null }
        return [
            "method": JSONValue(sampled.method.rawValue), "estimate": JSONValue(sampled.difference.estimate),
            "lower": JSONValue(sampled.difference.lower), "upper": JSONValue(sampled.difference.upper), "n": JSONValue(sampled.judged),
            "label": "single-look interval",
        ]
    }
}
