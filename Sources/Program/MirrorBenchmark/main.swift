// The mirror's figures, each beside nginx with its mirror module in the same run where nginx can do it.
// Ratios travel between machines, absolute figures do not.
let usage = """
    usage: MirrorBenchmark [--help] [MEASURE [NUMBERS]]

      (none) [-c CONNS] [-s SECONDS] [-n ROUNDS]   calls/s, p50, p99, CPU a call and bytes a pair, under full load (needs shared/bench and wrk)
      rate [CALLS/S [SECONDS [ROUNDS]]]            p50 and p99 at a fixed rate (1000, 5 s, 3 rounds)
      streams [STREAMS [SECONDS [ROUNDS]]]         delay of a chunk with so many open streams of 20 chunks a second (2000, 4 s, 3 rounds)
      idle [CONNECTIONS]                           memory with so many idle connections (10000)
      steady [SECONDS [CALLS/S]]                   memory over time under load (600 s, 1000 a second)
      visible [CALLS]                              from a call to its place in the report (20)
      ship [PAIRS [ROUNDS]]                        rows shipped a second against \\copy of the same rows (20000, 3 rounds)
      isolation [ROUNDS [SECONDS]]                 what clients see of production while the candidate misbehaves (5 rounds, 2 s)

    It starts everything it measures, of the release build beside it, in a folder of its own. nginx and wrk: ./deploy/install --bench
    """
let options = Array(CommandLine.arguments.dropFirst())
raiseDescriptorLimit()
do {
    switch options.first {
    case "--help", "-h": show(usage)
    case "rate": try measureRate(Numbers(options))
    case "streams": try measureStreams(Numbers(options))
    case "idle": try measureIdle(Numbers(options))
    case "steady": try measureSteadiness(Numbers(options))
    case "visible": try measureVisibility(Numbers(options))
    case "ship": try measureShipping(Numbers(options))
    case "isolation": try measureIsolation(Array(options.dropFirst()))
    case let word? where !word.hasPrefix("-"): stop("there is no measure \(word)\n\(usage)", code: 2)
    default: try comparePeer(options)
    }
} catch {
    stop("\(error)", code: 1)
}
