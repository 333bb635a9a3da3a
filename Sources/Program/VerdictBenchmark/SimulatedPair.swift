internal import Statistics
internal import Verdict

/// How long and how much the two answers of a pair took.
struct Timing {
    /// Milliseconds; nil for a timeout.
    var production: Double?
    /// Milliseconds; nil for a timeout.
    var candidate: Double?
    /// USD.
    var productionCost: Double
    /// USD.
    var candidateCost: Double
    /// Counted among the latencies: where segments are sampled at different rates, those sampled more often are thinned.
    var inLatency = true
}

/// A pair as the mirror draws and the worker compares it, with what only the simulation knows beforehand: who is right, and when
/// anybody will say so.
struct SimulatedPair {
    var segment: String?
    /// `evidence_weight`.
    var weight = 1.0
    /// The answers differ.
    var differs = false
    /// D; 0 where they agree.
    var difference = 0
    /// They agree by a tolerant rule alone; D is then what the rule hides.
    var isEquivalent = false
    /// `EvidenceCell.auditLevel`.
    var auditLevel = 0
    /// f of a model judge.
    var prediction = 0.0
    /// Drawn for adjudication, should they differ.
    var planned = true
    /// π, as logged before the draw.
    var probability = 1.0
    /// Days until its label comes; nil when it never does.
    var labelDelay: Int? = 0
    var failureDifference = 0
    var control = ControlDraw.none
    /// The candidate's confidence in its answer; nil where it gives none.
    var confidence: Double?
    /// nil where latency and cost are not what is looked at.
    var timing: Timing?
}

/// How often answers differ, and to whose advantage.
struct Odds {
    /// P(D = −1).
    var worse: Double
    /// P(D = +1).
    var better: Double
    /// P(they differ, and both are right or both wrong).
    var harmless = 0.02

    /// Δ.
    var difference: Double { better - worse }

    /// The same discordance around another Δ.
    func shifted(to difference: Double) -> Odds {
        let half = (difference - self.difference) / 2
        precondition(worse >= half && better >= -half, "a difference cannot exceed what is decided")
        return Odds(worse: worse - half, better: better + half, harmless: harmless)
    }

    /// A pair of a model with these odds.
    func pair(using random: inout SplitMix64) -> SimulatedPair {
        var pair = SimulatedPair()
        let draw = random.fraction()
        if draw < worse {
            pair.difference = -1
        } else if draw < worse + better {
            pair.difference = 1
        }
        pair.differs = draw < worse + better + harmless
        return pair
    }
}
