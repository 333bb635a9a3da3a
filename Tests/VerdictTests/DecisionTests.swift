import Foundation
import Statistics
import Testing

@testable import Verdict

/// `decision.json`: verdicts written by hand from the decision table.
private struct DecisionVectors: Decodable {
    struct Case: Decodable {
        var id: String
        var input: Input
        var expected: Expected
    }
    struct Input: Decodable {
        var mode: String
        var drift: Bool
        var days: Int
        var pairs: Int
        var disagreements: Int
        var adjudicated: Int
        var missing: Double
        var aaPairs: Int
        var excessFailure: [Double]
        var excessDisagreement: [Double]
        var disagreementUpper: Double
        var difference: [Double?]
        var audit: String
        var blocking: [String]
        var latency: [Latency]
        var saving: [Double]
        var tier: Tier
    }
    struct Latency: Decodable {
        var lower: Double?
        var upper: Double?
        var limit: Double
    }
    struct Tier: Decodable {
        var state: String
        var threshold: Double?
        var coverage: Double
        var savingLower: Double
        var latency: String
        var blocking: [String]
        var forecastDays: Double?
    }
    struct Expected: Decodable {
        var verdict: String
        var because: String
        var threshold: Double?
    }
    var cases: [Case]

    static let file: URL? = {
        let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["UNDERSTUDY_SHARED"] ?? repository.appendingPathComponent("../shared").path
        let file = URL(fileURLWithPath: shared + "/vectors/decision.json")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }()
}

extension DecisionInput {
    fileprivate init(_ input: DecisionVectors.Input) {
        self.init(
            terms: TrialTerms(), basis: input.mode == "agreement" ? .agreement : .labels, drift: input.drift ? [.quality] : [],
            days: input.days, pairs: input.pairs, disagreements: input.disagreements, adjudicated: input.adjudicated,
            imputedShare: input.missing, shedShare: 0, controlPairs: input.aaPairs,
            excessFailure: Interval(input.excessFailure[0], input.excessFailure[1]),
            excessDisagreement: Interval(input.excessDisagreement[0], input.excessDisagreement[1]),
            disagreementUpper: input.disagreementUpper, difference: Interval(input.difference[0] ?? -1, input.difference[1] ?? 1),
            audit: GateStatus(rawValue: input.audit)!, blockingSegments: input.blocking.count,
            latency: input.latency.map { LatencyRatio(lower: $0.lower, upper: $0.upper, limit: $0.limit) },
            saving: Interval(input.saving[0], input.saving[1]),
            tier: TierStanding(
                state: TierState(rawValue: input.tier.state)!, threshold: input.tier.threshold, coverage: input.tier.coverage,
                savingLower: input.tier.savingLower, latency: GateStatus(rawValue: input.tier.latency)!,
                blocked: !input.tier.blocking.isEmpty, forecastDays: input.tier.forecastDays))
    }
}

private func name(_ recommendation: Recommendation) -> String {
    switch recommendation {
    case .switch: "SWITCH"
    case .twoTier: "TWO-TIER"
    case .stay: "STAY"
    case .keepShadowing: "KEEP"
    }
}

private func name(_ because: Because) -> String {
    switch because {
    case .everyGate: "all"
    case .tier: "tier"
    case .drift: "drift"
    case .gate(.failureConcentration): "concentration"
    case .gate(let gate): gate.rawValue
    }
}

/// A trial for which everything speaks.
private func sound() -> DecisionInput {
    DecisionInput(
        terms: TrialTerms(), basis: .labels, drift: [], days: 7, pairs: 5000, disagreements: 400, adjudicated: 400, imputedShare: 0,
        shedShare: 0, controlPairs: 500, excessFailure: Interval(-0.001, 0.003), excessDisagreement: Interval(0, 0.03),
        disagreementUpper: 0.1, difference: Interval(-0.012, 0.006), audit: .pass, blockingSegments: 0,
        latency: [LatencyRatio(lower: 0.3, upper: 0.5, limit: 1)], saving: Interval(0.7, 0.8), tier: TierStanding(state: .open))
}

@Suite("The decision table")
struct DecisionTests {
    @Test(
        "agrees with the verdicts written by hand",
        .enabled(if: DecisionVectors.file != nil, "no shared/vectors beside the repository: reference verdicts not compared"))
    func agreesWithReferenceVerdicts() throws {
        let vectors = try JSONDecoder().decode(DecisionVectors.self, from: Data(contentsOf: DecisionVectors.file!))
        #expect(vectors.cases.count == 35)
        for vector in vectors.cases {
            let decision = decide(DecisionInput(vector.input))
            #expect(name(decision.recommendation) == vector.expected.verdict, "\(vector.id)")
            #expect(name(decision.because) == vector.expected.because, "\(vector.id)")
            #expect(decision.threshold == vector.expected.threshold, "\(vector.id)")
        }
    }

    @Test func switchesWhenEveryNeededGatePasses() {
        #expect(decide(sound()) == Decision(.switch, because: .everyGate))
    }

    @Test func neverSwitchesWithAGateOpen() {
        var input = sound()
        input.difference = Interval(-0.02, 0.01)
        #expect(decide(input) == Decision(.keepShadowing, because: .gate(.quality)))
        input = sound()
        input.shedShare = 0.06
        #expect(decide(input) == Decision(.keepShadowing, because: .gate(.evidence)))
        input = sound()
        input.latency = []
        #expect(decide(input) == Decision(.keepShadowing, because: .gate(.latency)))
        input = sound()
        input.saving = nil
        #expect(decide(input) == Decision(.keepShadowing, because: .gate(.cost)))
    }

    @Test func staysForAFailedGateFromTheThirdDayOnly() {
        var input = sound()
        input.excessFailure = Interval(0.01, 0.03)
        input.days = 2
        #expect(decide(input) == Decision(.keepShadowing, because: .gate(.evidence)))
        input.days = 3
        #expect(decide(input) == Decision(.stay, because: .gate(.reliability)))
    }

    @Test func driftOutweighsEverything() {
        var input = sound()
        input.drift = [.quality]
        #expect(decide(input) == Decision(.keepShadowing, because: .drift))
    }

    @Test func withoutAdjudicationNoiseBlocks() {
        var input = sound()
        input.basis = .agreement
        input.disagreementUpper = 0.018
        #expect(decide(input).recommendation == .switch)
        input.controlPairs = 199
        #expect(decide(input) == Decision(.keepShadowing, because: .gate(.noise)))
    }

    @Test func aCertifiedTierIsRecommendedWhereQualityFails() {
        var input = sound()
        input.difference = Interval(-0.09, -0.03)
        input.tier = TierStanding(state: .certified, threshold: 0.8, coverage: 0.6, savingLower: 0.45, latency: .pass)
        #expect(decide(input) == Decision(.twoTier, because: .tier, threshold: 0.8))
        input.tier.latency = .fail
        #expect(decide(input) == Decision(.stay, because: .gate(.quality)))
        input.tier.latency = .pass
        input.tier.savingLower = 0.15
        input.tier.savingUpper = 0.19
        #expect(decide(input) == Decision(.stay, because: .gate(.quality)))
        // Too early to say what it saves: no reason to give it up.
        input.tier.savingUpper = 0.32
        #expect(decide(input) == Decision(.keepShadowing, because: .tier))
        input.tier.blocked = true
        #expect(decide(input) == Decision(.stay, because: .gate(.quality)))
    }
}
