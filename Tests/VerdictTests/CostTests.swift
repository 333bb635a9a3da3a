import Statistics
import Testing
import Verdict

/// Money of a look, reckoned by hand.
@Suite struct `Costs of a look` {
    /// 100 cases: production 0.010 and 0.030 equally often, the candidate 0.002 and 0.006; the candidate takes 500 tokens a case.
    private func evidence(_ pricing: CandidatePricing = .perToken, callsPerMonth: Double? = 365_000) -> CostEvidence {
        var evidence = CostEvidence(
            productionTokens: TokenTotals(input: 40_000, output: 5000), candidateTokens: TokenTotals(input: 45_000, output: 5000),
            pricing: pricing, callsPerMonth: callsPerMonth)
        for _ in 0..<50 {
            evidence.pairs.add(candidate: 0.002, production: 0.010)
            evidence.pairs.add(candidate: 0.006, production: 0.030)
        }
        return evidence
    }

    private func cost(_ evidence: CostEvidence) -> CostReading {
        look(at: LookInput(terms: TrialTerms(), days: 7, cells: [], cost: evidence), after: Latches()).cost
    }

    private let half = 1.959963984540054 * 0.010 / 99.0.squareRoot()

    @Test func `a case and a month have limits`() throws {
        let cost = cost(evidence())
        #expect(cost.pairs == 100)
        #expect(abs(cost.production.perCase! - 0.020) < 1e-12)
        #expect(abs(cost.production.perMonth! - 7300) < 1e-6)
        let limits = try #require(cost.production.limits(times: 365_000))
        #expect(abs(limits.upper - (0.020 + half) * 365_000) < 1e-6)
        // Saved a case: 0.008 and 0.024.
        let saved = try #require(cost.savingPerMonthLimits)
        #expect(abs(cost.savingPerMonth! - 5840) < 1e-6)
        #expect(abs(saved.lower - (0.016 - 0.8 * half) * 365_000) < 1e-6)
    }

    @Test func `one region stands for all traffic`() throws {
        // 365,000 calls a month are 12,000 a day: 6,000,000 tokens, three replicas of 2.5 million each, 4 USD an hour.
        let cost = cost(evidence(.dedicated(hourly: 4, tokensPerDay: 2_500_000, replicas: 1)))
        let region = try #require(cost.regions.first)
        #expect(cost.regions.count == 1)
        #expect(abs(region.tokensPerDay! - 6_000_000) < 1e-3)
        #expect(region.replicas == 3)
        #expect(abs(region.perDay! - 288) < 1e-9)
        #expect(abs(cost.candidate.perCase! - 288.0 / 12_000) < 1e-12)
        // Production takes 0.020 for what are 500 of the candidate's tokens: 40 USD a million. 96 USD a day buy 2.4 million.
        #expect(abs(region.breakEvenTokensPerDay! - 2_400_000) < 1e-3)
        #expect(abs(cost.breakEvenTokensPerDay! - 2_400_000) < 1e-3)
        #expect(abs(region.breakEvenLimits.lower! - 96 / ((0.020 + half) / 500)) < 1e-3)
    }

    @Test func `each region has replicas, a price and a break-even of its own`() throws {
        let regions = [DedicatedRegion(name: "eu", share: 0.75, hourly: 4), DedicatedRegion(name: "us", share: 0.25, hourly: 2)]
        let cost = cost(evidence(.dedicated(hourly: 4, tokensPerDay: 2_500_000, replicas: 1, regions: regions)))
        // 4.5 and 1.5 million tokens a day: two replicas at 96 USD, one at 48.
        #expect(cost.regions.map(\.replicas) == [2, 1])
        #expect(abs(cost.candidate.perMonth! - (192 + 48) * 365.0 / 12) < 1e-6)
        #expect(abs(cost.regions[0].breakEvenTokensPerDay! - 2_400_000) < 1e-3)
        #expect(abs(cost.regions[1].breakEvenTokensPerDay! - 1_200_000) < 1e-3)
        // From 3.2 million tokens in all the European ones pay, from 4.8 million the American ones too.
        #expect(abs(cost.breakEvenTokensPerDay! - 4_800_000) < 1e-3)
    }

    @Test func `a break-even beyond one replica's capacity is none`() {
        let cost = cost(evidence(.dedicated(hourly: 4, tokensPerDay: 2_300_000, replicas: 1)))
        #expect(cost.regions[0].breakEvenTokensPerDay == nil)
        #expect(cost.breakEvenTokensPerDay == nil)
    }

    @Test func `without a volume replicas cost nobody knows how much a case, and the break-even stands`() {
        let cost = cost(evidence(.dedicated(hourly: 4, tokensPerDay: 2_500_000, replicas: 1), callsPerMonth: nil))
        #expect(cost.candidate.perCase == nil)
        #expect(cost.regions[0].perDay == nil)
        #expect(cost.breakEvenTokensPerDay != nil)
    }
}

/// Speeds and ratios within pairs.
@Suite struct `Pair by pair` {
    private func latency(_ evidence: LatencyEvidence) -> LatencyReading {
        look(at: LookInput(terms: TrialTerms(), days: 7, cells: [], latency: evidence), after: Latches()).latency
    }

    @Test func `the median ratio, and how often the candidate is slower`() throws {
        var evidence = LatencyEvidence()
        for _ in 0..<60 { evidence.paired.duration.sketch.add(0.5) }
        for _ in 0..<35 { evidence.paired.duration.sketch.add(1) }
        for _ in 0..<4 { evidence.paired.duration.sketch.add(1.2) }
        evidence.paired.duration.timeouts = 1
        for _ in 0..<70 { evidence.paired.outputSpeed.sketch.add(2) }
        for _ in 0..<30 { evidence.paired.outputSpeed.sketch.add(0.8) }
        let paired = latency(evidence).paired
        #expect(paired.map(\.metric) == [.duration, .outputSpeed])
        let duration = try #require(paired.first)
        #expect(abs(duration.median! / 0.5 - 1) < 0.011)
        #expect(duration.pairs == 100 && duration.slower.estimate == 0.05)
        #expect(paired[1].slower.estimate == 0.30)
    }

    @Test func `speeds have their median and their slow end`() throws {
        var evidence = LatencyEvidence()
        for speed in 1...200 { evidence.candidate.outputSpeed.sketch.add(Double(speed)) }
        let candidate = latency(evidence).candidate
        #expect(candidate.outputSpeedSamples == 200)
        #expect(candidate.outputSpeed.map(\.percentile) == [50, 5])
        #expect(abs(candidate.outputSpeed[0].estimate! / 100 - 1) < 0.02)
        #expect(abs(candidate.outputSpeed[1].estimate! / 10 - 1) < 0.02)
        #expect(candidate.outputSpeed[1].lower! < 10 && candidate.outputSpeed[1].upper! > 10)
    }
}
