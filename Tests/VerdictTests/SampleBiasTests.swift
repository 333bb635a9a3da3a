import Statistics
import Testing

@testable import Verdict

@Suite struct `The sample beside all calls` {
    private func sizes(_ counts: [(calls: Int, drawn: Int, kept: Int)], rate: Double = 0.1) -> [SampleSlice] {
        counts.enumerated().map { index, count in
            SampleSlice(
                .size, "size \(index)", calls: count.calls, expected: rate * Double(count.calls), drawn: count.drawn, sampled: count.drawn,
                kept: count.kept)
        }
    }

    private func reading(_ slices: [SampleSlice], _ step: SampleStep) -> BiasReading? { sampleBias(slices).first { $0.step == step } }

    @Test func aFairSampleIsFair() throws {
        let fair = try #require(reading(sizes([(10_000, 1010, 1000), (20_000, 1980, 1960), (5000, 505, 500)]), .drawn))
        #expect(!fair.isBiased)
        #expect(fair.distance < 0.01)
        #expect(fair.p > 0.5)
    }

    @Test func aMillionCallsDoNotMakeATrifleABias() throws {
        // Half a point off, and no chance at all.
        let trifle = try #require(reading(sizes([(5_000_000, 505_000, 0), (5_000_000, 495_000, 0)]), .drawn))
        #expect(trifle.p < 1e-9)
        #expect(!trifle.isBiased)
    }

    @Test func aFewCallsThatAreFarOffAreChance() throws {
        let few = try #require(reading(sizes([(100, 14, 0), (100, 6, 0)]), .drawn))
        #expect(few.distance > 0.05)
        #expect(!few.isBiased)
    }

    @Test func whatLiesOutOfPlaceIsNamed() throws {
        let bent = try #require(reading(sizes([(10_000, 1000, 1000), (10_000, 1500, 1500)]), .drawn))
        #expect(bent.isBiased)
        #expect(abs(bent.distance - 0.1) < 1e-12)
        #expect(abs(bent.share - 0.4) < 1e-12 || abs(bent.share - 0.6) < 1e-12)
        #expect(bent.wanted == 0.5)
    }

    @Test func segmentsSampledAtDifferentRatesAreHeldToTheirOwn() throws {
        let slices = [
            SampleSlice(.segment, "mail", calls: 1000, expected: 500, drawn: 505),
            SampleSlice(.segment, "web", calls: 9000, expected: 900, drawn: 895),
        ]
        #expect(try #require(reading(slices, .drawn)).isBiased == false)
    }

    @Test func whatIsShedIsLookedAtApart() throws {
        // All that is long is shed: the candidate could not take it.
        let bent = try #require(reading(sizes([(10_000, 1000, 1000), (10_000, 1000, 600)]), .kept))
        #expect(bent.isBiased)
        #expect(bent.furthest == "size 0" || bent.furthest == "size 1")
        let even = try #require(reading(sizes([(10_000, 1000, 800), (10_000, 1000, 800)]), .kept))
        #expect(!even.isBiased)
        #expect(even.distance == 0)
    }

    @Test func incomparablePairsLikewise() throws {
        let slices = [
            SampleSlice(.turn, "1", comparable: 4000, compared: 4000), SampleSlice(.turn, "2", comparable: 2000, compared: 4000),
        ]
        let bent = try #require(reading(slices, .comparable))
        #expect(bent.isBiased)
        #expect(reading(slices, .drawn) == nil, "nobody counted the calls")
    }

    @Test func aBiasHoldsTheEvidenceOpenAndSaysWhy() throws {
        var input = goodWeek()
        input.sample = sizes([(10_000, 1000, 1000), (10_000, 1500, 1500)])
        let bent = look(at: input, after: Latches())
        #expect(bent.gate(.evidence).status == .open)
        #expect(bent.decision == Decision(.keepShadowing, because: .gate(.evidence)))
        #expect(bent.shortfalls == [.biased(try #require(bent.bias.first { $0.isBiased }))])
        input.sample = sizes([(10_000, 1000, 1000), (10_000, 1000, 1000)])
        #expect(look(at: input, after: Latches()).decision == Decision(.switch, because: .everyGate))
    }

    /// Under a fair draw a bias is found in hardly any trial, however the sizes are spread.
    @Test func aFairDrawIsSeldomCalledBiased() {
        var random = SplitMix64(seed: 3)
        var found = 0
        for _ in 0..<400 {
            let slices = (0..<6).map { index in
                let calls = 60 << index
                let drawn = (0..<calls).count { _ in Double.random(in: 0..<1, using: &random) < 0.1 }
                return SampleSlice(.size, "\(index)", calls: calls, expected: 0.1 * Double(calls), drawn: drawn)
            }
            if sampleBias(slices).contains(where: \.isBiased) { found += 1 }
        }
        #expect(found <= 4)
    }

    /// From the tables (to their last digit) and, where no table reaches, SciPy's `chi2.sf`.
    @Test(arguments: [
        (3.841, 1, 0.05, 1e-4), (11.070, 5, 0.05, 1e-5), (6.635, 1, 0.01, 1e-5), (18.307, 10, 0.05, 1e-5), (23.209, 10, 0.01, 1e-5),
        (40, 9, 7.598525229464264e-06, 1e-15), (1100, 1000, 0.014614408126295192, 1e-11), (800, 800, 0.4933508701610945, 1e-10),
        (0.0, 3, 1, 0),
    ])
    func theTailOfChiSquareIsThatOfTheTables(x: Double, degrees: Int, p: Double, tolerance: Double) {
        #expect(abs(chiSquareTail(x, degrees: degrees) - p) <= tolerance)
    }
}
