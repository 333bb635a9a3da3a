// The mirror's figures: against nginx with its mirror module (`MirrorBenchmark`), and how well production is isolated from a
// candidate that misbehaves (`MirrorBenchmark isolation`). Ratios travel between machines, absolute figures do not.
let options = Array(CommandLine.arguments.dropFirst())
switch options.first {
case "isolation": try measureIsolation(Array(options.dropFirst()))
default: try comparePeer(options)
}
