import Statistics
import Testing

/// What a case costs, from sums: each expected number is reckoned by hand.
@Suite struct `Costs of a case from sums` {
    /// 40 cases: half cost 1 and 0.2, half 3 and 0.6. Mean 2, and the sample's variance 40 · 1 ÷ 39.
    private func sums() -> PairedCostSums {
        var sums = PairedCostSums()
        for _ in 0..<20 {
            sums.add(candidate: 0.2, production: 1)
            sums.add(candidate: 0.6, production: 3)
        }
        return sums
    }

    @Test func `a mean has its normal limits`() throws {
        let mean = try #require(sums().productionMean(confidence: 0.95))
        let half = 1.959963984540054 * (40.0 / 39 / 40).squareRoot()
        #expect(abs(mean.estimate - 2) < 1e-12)
        #expect(abs(mean.upper - 2 - half) < 1e-9)
        #expect(abs(mean.lower - 2 + half) < 1e-9)
        let difference = try #require(sums().differenceMean(confidence: 0.95))
        #expect(abs(difference.estimate - 1.6) < 1e-12)
        #expect(abs(difference.upper - 1.6 - 0.8 * half) < 1e-9)
    }

    @Test func `sums give what the single values give, whatever the weights`() throws {
        var random = SplitMix64(seed: 7)
        var sums = PairedCostSums()
        var (values, weights): ([Double], [Double]) = ([], [])
        for _ in 0..<200 {
            let (c, w) = (Double(random.index(below: 1000)) / 100, [1, 0.2, 0.5][random.index(below: 3)])
            sums.add(candidate: c, production: 1, weight: w)
            values.append(c)
            weights.append(w)
        }
        let expected = try #require(hajekMean(values, weights: weights))
        let mean = try #require(sums.candidateMean(confidence: 0.95))
        #expect(abs(mean.estimate - expected.estimate) < 1e-9)
        #expect(abs((mean.upper - mean.lower) / 2 - 1.959963984540054 * expected.standardError!) < 1e-9)
    }

    @Test func `too few cases have no limits`() {
        var sums = PairedCostSums()
        for _ in 0..<29 { sums.add(candidate: 1, production: 2) }
        #expect(sums.candidateMean(confidence: 0.95) == nil)
        sums.add(candidate: 1, production: 2)
        #expect(sums.candidateMean(confidence: 0.95)?.estimate == 1)
        #expect(PairedCostSums().productionMean(confidence: 0.95) == nil)
    }

    @Test func `replicas cost every case alike, so their mean has no width`() {
        let mean = sums().withCandidate(costing: 0.3).candidateMean(confidence: 0.95)
        #expect(mean.map { abs($0.upper - 0.3) < 1e-12 && abs($0.lower - 0.3) < 1e-12 } == true)
        // The mix's escalated calls cost both.
        #expect(sums().escalated.candidateMean(confidence: 0.95).map { abs($0.estimate - 2.4) < 1e-12 } == true)
    }

    // MARK: Tokens

    /// 50 cases: read 1,000 of which 400 from the cache, write 20; and read 3,000, none from the cache, write 60.
    private func tokens() -> TokenSums {
        var sums = TokenSums()
        for place in 0..<50 {
            sums.add(.init(input: 1000, cached: 400, output: 20), estimated: place == 0)
            sums.add(.init(input: 3000, output: 60))
        }
        return sums
    }

    @Test func `tokens give a case's cost at any prices`() throws {
        let sums = tokens()
        #expect(sums.count == 100 && sums.estimated == 1)
        // 5 USD a million read, 0.5 from the cache, 25 written: (600·5 + 400·0.5 + 20·25 + 3000·5 + 60·25) ÷ 2 ÷ 10⁶.
        let mean = try #require(sums.mean(.init(input: 5e-6, cached: -4.5e-6, output: 25e-6)))
        #expect(abs(mean.estimate - (3000 + 200 + 500 + 15_000 + 1500) / 2 / 1e6) < 1e-15)
        // Two values, 3.7 and 16.5 thousandths, equally often: deviation 6.4, times 100 ÷ 99.
        #expect(abs(mean.standardError! - 6.4e-3 / 99.0.squareRoot()) < 1e-12)
    }

    @Test func `a ratio of sums has the delta method's limits`() throws {
        // 20,000 of 200,000 tokens came from the cache. Residuals 400 − 0.1·1,000 = 300 and −300: deviation 300 over a mean of 2,000.
        let share = try #require(tokens().ratio(.init(cached: 1), to: .init(input: 1), confidence: 0.95))
        #expect(abs(share.estimate - 0.1) < 1e-12)
        #expect(abs(share.upper - 0.1 - 1.959963984540054 * 300 / 99.0.squareRoot() / 2000) < 1e-9)
        #expect(tokens().ratio(.init(input: 1), to: .init(), confidence: 0.95) == nil)
    }

    @Test func `a sketch's mean is within its error`() throws {
        var sketch = DDSketch()
        for value in 1...1000 { sketch.add(Double(value)) }
        #expect(abs(try #require(sketch.mean) / 500.5 - 1) < 0.01)
        #expect(DDSketch().mean == nil)
    }
}
