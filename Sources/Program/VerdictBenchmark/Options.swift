internal import Foundation

/// What the benchmark was asked for.
struct Options {
    /// Trials of each null and of each interval; the scenarios of power take a fifth.
    var trials = 2000
    /// Only what has this in its name.
    var only: String?
    var seed: UInt64 = 1

    static let usage = "usage: VerdictBenchmark [--trials N] [--only NAME] [--seed N]"

    /// nil: something else was written.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch (option, Int(value)) {
            case ("--trials", let number?) where number > 0: trials = number
            case ("--seed", let number?) where number >= 0: seed = UInt64(number)
            case ("--only", _): only = value
            default: return nil
            }
        }
    }

    func wants(_ name: String) -> Bool { only.map { name.contains($0) } ?? true }

    /// Says on standard error what has been run, and what it cost since `processorSeconds()` said so much.
    func note(_ name: String, since start: Double) {
        FileHandle.standardError.write(Data("\(name): \(fixed(processorSeconds() - start, 1)) s of one core\n".utf8))
    }
}

/// Seconds of processor time that this process has used.
func processorSeconds() -> Double { Double(clock()) / 1e6 }

/// Prints a line at once: what has been found is not lost with a process that is ended before its time.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
