import Glibc
import Statistics
import Testing

@Suite("Special functions and single rates")
struct SpecialFunctionTests {
    @Test func gammaMeetsItsKnownValues() {
        #expect(abs(logGamma(0.5) - log(Double.pi.squareRoot())) < 1e-14)
        #expect(abs(logGamma(10) - log(362_880)) < 1e-12)
        #expect(abs(logGamma(1)) < 1e-14)
    }

    @Test func normalQuantilesAreThoseOfTheTables() {
        #expect(abs(normalQuantile(0.975) - 1.959963984540054) < 1e-12)
        #expect(abs(normalQuantile(0.995) - 2.575829303548901) < 1e-12)
        #expect(normalQuantile(0.5) == 0)
        #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity)
        for p in [1e-9, 0.01, 0.2, 0.7, 0.999] { #expect(abs(normalCDF(normalQuantile(p)) - p) < 1e-13) }
    }

    @Test func incompleteBetaMeetsItsClosedForms() {
        #expect(abs(incompleteBeta(0.3, 1, 1) - 0.3) < 1e-14)
        #expect(abs(incompleteBeta(0.2, 3, 1) - 0.008) < 1e-14)
        #expect(abs(incompleteBeta(0.2, 0.5, 0.5) - 2 / Double.pi * asin(0.2.squareRoot())) < 1e-13)
        #expect(abs(incompleteBetaInverse(0.008, 3, 1) - 0.2) < 1e-13)
    }

    @Test func binomialTailsAddUp() {
        #expect(abs(binomialCDF(3, trials: 10, probability: 0.5) - 176.0 / 1024) < 1e-14)
        for k in 0...20 {
            let below = binomialCDF(k - 1, trials: 20, probability: 0.3)
            #expect(abs(below + binomialUpperTail(k, trials: 20, probability: 0.3) - 1) < 1e-13)
        }
        #expect(binomialQuantile(0.5, trials: 10, probability: 0.5) == 5)
        #expect(binomialQuantile(0, trials: 10, probability: 0.5) == 0)
    }

    @Test func wilsonAtTheEdges() {
        let z = 1.959963984540054
        #expect(wilsonInterval(successes: 0, of: 10).lower == 0)
        #expect(abs(wilsonInterval(successes: 0, of: 10).upper - z * z / (10 + z * z)) < 1e-12)
        #expect(wilsonInterval(successes: 10, of: 10).upper == 1)
        #expect(wilsonInterval(successes: 0, of: 0) == Interval(0, 1))
        #expect(wilsonEstimate(successes: 0, of: 0) == nil)
    }

    @Test func clopperPearsonCoversAtLeastAsOftenAsItSays() {
        let none = clopperPearsonInterval(successes: 0, of: 10)
        #expect(none.lower == 0 && abs(none.upper - (1 - pow(0.025, 0.1))) < 1e-12)
        for rate in [0.03, 0.2, 0.5, 0.9] {
            let coverage = (0...25).reduce(0.0) { sum, successes in
                let point =
                    binomialCDF(successes, trials: 25, probability: rate) - binomialCDF(successes - 1, trials: 25, probability: rate)
                return sum + (clopperPearsonInterval(successes: successes, of: 25).contains(rate) ? point : 0)
            }
            #expect(coverage >= 0.95)
        }
    }
}

@Suite("Paired rates")
struct PairedRateTests {
    @Test func tangoReproducesAPublishedExample() {
        // Fagerland, Lydersen, Laake 2014: airway hyper-responsiveness before and after transplantation.
        let interval = tangoInterval(candidateOnly: 1, productionOnly: 7, pairs: 21)
        #expect(abs(interval.lower - -0.517) < 5e-4 && abs(interval.upper - -0.026) < 5e-4)
    }

    @Test func tangoStaysInformativeWithoutDiscordance() {
        let z = 1.959963984540054
        let interval = tangoInterval(candidateOnly: 0, productionOnly: 0, pairs: 50)
        #expect(abs(interval.upper - z * z / (50 + z * z)) < 1e-9)
        #expect(abs(interval.lower + interval.upper) < 1e-9)
        #expect(tangoInterval(candidateOnly: 0, productionOnly: 0, pairs: 0) == Interval(-1, 1))
        #expect(tangoInterval(candidateOnly: 0, productionOnly: 5, pairs: 5).lower == -1)
        #expect(tangoInterval(candidateOnly: 5, productionOnly: 0, pairs: 5).upper == 1)
    }

    @Test func tangoMirrorsWhenTheModelsChangePlaces() {
        let one = tangoInterval(candidateOnly: 12, productionOnly: 30, pairs: 400)
        let other = tangoInterval(candidateOnly: 30, productionOnly: 12, pairs: 400)
        #expect(abs(one.lower + other.upper) < 1e-9 && abs(one.upper + other.lower) < 1e-9)
    }

    @Test func mcnemarIsABinomialTest() {
        #expect(abs(mcnemarTest(candidateOnly: 0, productionOnly: 6).exact - 2.0 / 64) < 1e-15)
        #expect(abs(mcnemarTest(candidateOnly: 0, productionOnly: 6).mid - 1.0 / 64) < 1e-12)
        #expect(mcnemarTest(candidateOnly: 0, productionOnly: 0).exact == 1)
    }

    @Test func noiseExcessReproducesAPublishedPairedInterval() {
        // With a control on every pair the method is Newcombe's for paired rates; the table 59/6/16/80 stands in contingencytables.
        let table = ControlTable(bothDiffer: 59, candidateDiffers: 6, productionDiffers: 16, noneDiffers: 80)
        let excess = noiseExcess(disagreements: 65, of: 161, controls: table)
        #expect(abs(excess.interval.lower - -0.1186) < 5e-5 && abs(excess.interval.upper - -0.0046) < 5e-5)
        let none = noiseExcess(disagreements: 65, of: 161, controls: ControlTable())
        #expect(none.estimate == nil && none.interval == Interval(-1, 1))
    }
}
