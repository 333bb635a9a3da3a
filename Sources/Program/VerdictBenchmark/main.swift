// Simulates trials whose truth is known and prints how often the verdict is wrong, how soon it is right, and whether its intervals
// hold. All evidence goes through the product's own `look(at:after:)`, day by day, each look after the latches of the one before.
//
// usage: VerdictBenchmark [--trials N] [--only NAME] [--seed N]
// The same seed gives the same figures, whatever else is run.
internal import Foundation
internal import Statistics
internal import Verdict

/// Ends the benchmark with a line on standard error.
func stop(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
}

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else { stop(Options.usage) }
let scenarios =
    (nulls + nullsInTime + brokenRules).map(\.scenario) + prospects.map(\.scenario) + tierTruths.map(\.scenario) + measured.map(\.scenario)
guard scenarios.contains(where: { options.wants($0.name) }) else {
    stop((["no scenario has this in its name; there are:"] + scenarios.map(\.name)).joined(separator: "\n  "))
}
say("Simulated: \(options.trials) trials, seed \(options.seed), a look at the end of each of 28 days.")
showNulls("Nothing to be found: wrong claims in 28 days", nulls, options: options)
showNulls("Quality that changes: what is promised, and what is not", nullsInTime, options: options)
showNulls("With a rule broken on purpose", brokenRules, options: options)
showPower(options: options)
showTierRisk(options: options)
showCoverage(options: options)
