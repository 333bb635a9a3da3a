internal import Statistics
internal import Verdict

/// What is said of the sample beside all calls, and of what few judgements show at one look.
extension Sentences {
    /// Whether the sample is a fair part of the calls, in one sentence.
    var sampleLead: String {
        guard let worst = look.bias.filter(\.isBiased).max(by: { $0.distance < $1.distance }) else {
            return look.bias.contains { $0.step == .drawn }
                ? "Wherever it can be held against all calls the sample is a fair part of them."
                : "Nobody counted all calls; what could be compared is a fair part of the pairs."
        }
        return "The sample is bent: \(biasClause(worst))."
    }

    /// `of the calls drawn 31 % are 4 to 16 KB long, where 20 % should be`.
    func biasClause(_ reading: BiasReading) -> String {
        let what =
            switch reading.step {
            case .drawn: "of the calls drawn"
            case .kept: "of the calls of which a pair came"
            case .comparable: "of the comparable pairs"
            }
        return "\(what) \(Numbers.percent(reading.share)) \(kind(reading)), where \(Numbers.percent(reading.wanted)) should be"
    }

    private func kind(_ reading: BiasReading) -> String {
        let name = ForeignText.name(reading.furthest)
        return switch reading.dimension {
        case .size: "are \(name) long"
        case .hour: "came in the hour from \(name):00"
        case .segment: reading.furthest.isEmpty ? "are in no segment" : "are in segment \(name)"
        case .tools: "are \(name)"
        case .length: "have input of length band \(name)"
        case .turn: "are on turn \(name)"
        }
    }

    /// What can be held against all calls, and what not.
    var sampleCaveats: [String] {
        var lines = [
            "A bias counts when at least \(Numbers.percent(BiasReading.leastDistance)) of the sample lie where they should not and chance would do that "
                + "in less than \(Numbers.percent(BiasReading.alpha)) of reports; it holds the evidence open."
        ]
        if look.bias.contains(where: { $0.step == .drawn }) {
            lines.append(
                "All calls are counted by size, hour and segment without being read. Whether tools are declared is known only of calls that were "
                    + "drawn, length of input and turn only of pairs: there the later steps are held against the earlier ones.")
        } else {
            lines.append(
                "Nobody counted the calls that these pairs were taken from, so only what could be compared is held against all pairs.")
        }
        return lines
    }

    /// What few judgements show at one look; nil where all that differ are judged.
    var sampledDifference: String? {
        guard let sampled = look.quality.sampledDifference else { return nil }
        let difference = sampled.difference
        let means =
            sampled.method == .predictionPowered
            ? "the judge model's predictions standing in for the rest (PPI++)"
            : "these standing for the others that differ (double sampling)"
        return "Single-look interval: from \(Sentences.counted(sampled.judged, "judged disagreement")), \(means), \(candidate) is right "
            + "\(pointsOften(difference.estimate)) \(production) (95 % between \(direction(difference.lower)) and "
            + "\(direction(difference.upper))). It holds for one reading and decides nothing."
    }

    private func pointsOften(_ difference: Double) -> String {
        difference == 0 ? "as often as" : "\(Numbers.points(difference)) points \(difference < 0 ? "less" : "more") often than"
    }
}
