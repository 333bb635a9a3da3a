internal import Statistics
internal import Verdict

/// How often one of a look's intervals missed the truth.
private struct Misses {
    /// At the look of day 7, and of day 28.
    var week = 0
    var end = 0
    /// Trials in which it lay wholly above the truth, or wholly below, at a look that could have decided by it.
    var above = 0
    var below = 0

    /// One trial's misses.
    struct Trial {
        private(set) var above = false
        private(set) var below = false
        private(set) var week = false
        private(set) var end = false

        /// Reads a look's interval; a side without limit misses nothing. `aboveFrom` and `belowFrom`: the first days whose misses count.
        mutating func read(_ limits: (Double?, Double?), truth: Double, day: Int, aboveFrom: Int = 1, belowFrom: Int = 1) {
            let isAbove = limits.0.map { $0 > truth } ?? false
            let isBelow = limits.1.map { $0 < truth } ?? false
            above = above || isAbove && day >= aboveFrom
            below = below || isBelow && day >= belowFrom
            if day == 7 { week = isAbove || isBelow }
            end = isAbove || isBelow
        }
    }

    mutating func add(_ trial: Trial) {
        week += trial.week ? 1 : 0
        end += trial.end ? 1 : 0
        above += trial.above ? 1 : 0
        below += trial.below ? 1 : 0
    }
}

/// Everything that a look says of latency and cost with an interval.
private struct Coverage {
    /// p95 and p99 of the duration's ratio.
    var ratios = [Misses](repeating: Misses(), count: 2)
    var saving = Misses()
    /// p50, p95 and p99 of production's duration.
    var quantiles = [Misses](repeating: Misses(), count: 3)

    init(_ measured: Measured, trials: Int, seed: UInt64) {
        let terms = measured.scenario.terms
        let ratioTruths = [0.95, 0.99].map { measured.ratio($0) }
        let quantileTruths = [0.5, 0.95, 0.99].map { measured.quantile($0, of: measured.production) }
        for seed in trialSeeds(measured.scenario.name, seed: seed, count: trials) {
            var ratioTrials = [Misses.Trial](repeating: .init(), count: 2)
            var quantileTrials = [Misses.Trial](repeating: .init(), count: 3)
            var savingTrial = Misses.Trial()
            measured.scenario.run(seed: seed) { looks in
                let look = looks[0]
                // A ratio fails by being above its limit and passes by being below; a saving the other way round.
                for (index, ratio) in look.latency.ratios.enumerated() {
                    ratioTrials[index].read(
                        (ratio.lower, ratio.upper), truth: ratioTruths[index], day: look.day, aboveFrom: TrialTerms.firstStayDay,
                        belowFrom: terms.days)
                }
                savingTrial.read(
                    (look.cost.saving?.lower, look.cost.saving?.upper), truth: measured.saving, day: look.day, aboveFrom: terms.days,
                    belowFrom: TrialTerms.firstStayDay)
                for (index, quantile) in look.latency.production.duration.enumerated() {
                    quantileTrials[index].read((quantile.lower, quantile.upper), truth: quantileTruths[index], day: look.day)
                }
                return true
            }
            for index in ratios.indices { ratios[index].add(ratioTrials[index]) }
            for index in quantiles.indices { quantiles[index].add(quantileTrials[index]) }
            saving.add(savingTrial)
        }
    }
}

/// Runs the models of latency and cost whose name is wanted and prints how often their intervals hold.
func showCoverage(options: Options) {
    let chosen = measured.filter { options.wants($0.scenario.name) }
    guard !chosen.isEmpty else { return }
    let trials = options.trials
    var gates = Table([
        "interval of a gate", "promised a look", "holds on day 7", "on day 28", "wrongly passes, days 7–28", "wrongly fails, days 3–28",
        "allowed each",
    ])
    var quantiles = Table(["interval for display", "promised a look", "holds on day 7", "on day 28"])
    for model in chosen {
        let started = processorSeconds()
        let found = Coverage(model, trials: trials, seed: options.seed)
        let terms = model.scenario.terms
        func held(_ misses: Int) -> String { percent(1 - Double(misses) / Double(trials), 2) }
        func add(_ what: String, _ misses: Misses, passes: Int, fails: Int) {
            gates.add([
                "\(what): \(model.scenario.name)", percent(terms.lookConfidence, 2), held(misses.week), held(misses.end),
                rate(passes, of: trials), rate(fails, of: trials), percent(terms.sideAlpha),
            ])
        }
        for (percentile, misses) in zip([95, 99], found.ratios) {
            add("p\(percentile) ratio", misses, passes: misses.below, fails: misses.above)
        }
        add("saving", found.saving, passes: found.saving.above, fails: found.saving.below)
        for (percentile, misses) in zip([50, 95, 99], found.quantiles) {
            quantiles.add(["p\(percentile): \(model.scenario.name)", percent(0.95, 2), held(misses.week), held(misses.end)])
        }
        options.note(model.scenario.name, since: started)
    }
    say("\nWhether the intervals of latency and cost hold, \(trials) trials × 28 looks, 300 pairs a day\n")
    gates.show()
    say("")
    quantiles.show()
}
