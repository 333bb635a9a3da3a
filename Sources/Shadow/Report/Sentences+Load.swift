internal import Statistics
internal import Verdict

/// At what load the candidate was measured, and how to measure it at more.
extension Sentences {
    /// The share of the calls that it was asked, in calls a second and at a time; nil where no mirror counted calls.
    var load: String? {
        guard let volume = model.volume, volume.calls > 0, case let seconds = model.countedSeconds, seconds > 0 else { return nil }
        func rate(_ calls: Int, _ busiest: Int) -> String {
            "\(Numbers.rate(Double(calls) / seconds)) calls a second on the mean and \(Numbers.rate(Double(busiest) / 60)) in its busiest minute"
        }
        let share = volume.share.map { " (\(Numbers.percent($0)) of \(Numbers.count(volume.calls)) calls)" } ?? ""
        let atOnce = ReportModel.atOnce(volume.busiestMinuteSampled, look.latency.candidate).map {
            ", so about \(Numbers.approximate(max(1, $0))) at a time there (calls × mean duration)"
        }
        return "\(production) served \(rate(volume.calls, volume.busiestMinuteCalls)); \(candidate) was asked "
            + "\(rate(volume.sampled, volume.busiestMinuteSampled))\(share)\(atOnce ?? "")."
    }

    /// The sampling steps up to the whole load, and what must be raised before; nil where all of it was measured, or none can come.
    var ramp: String? {
        guard let volume = model.volume, model.trial.running, let rate = model.trial.samplingRate, rate < 1 else { return nil }
        let steps = Sentences.rampSteps(from: rate).map { "sample: \(Numbers.plain($0 * 100))%" }
        var raised: [String] = []
        let needed = ReportModel.atOnce(volume.busiestMinuteCalls, look.latency.candidate).map { Int($0.rounded(.up)) }
        if let needed, needed > volume.concurrency {
            raised.append("candidate.limits.concurrency from \(Numbers.count(volume.concurrency)) to \(Numbers.count(needed)) or more")
        }
        if let allowed = volume.callsPerMinute, allowed < volume.busiestMinuteCalls {
            raised.append(
                "candidate.limits.calls_per_minute from \(Numbers.count(allowed)) to \(Numbers.count(volume.busiestMinuteCalls)) or more")
        }
        let full =
            needed.map {
                "At the whole load it would have about \(Sentences.counted(max(1, $0), "call")) at a time in the busiest minute. "
            } ?? ""
        let first = raised.isEmpty ? "" : "First raise \(Sentences.listed(raised)). "
        return
            "\(full)\(first)To confirm its latency there, put \(steps.joined(separator: ", then ")) into the workload's file, each time with "
            + "understudy enable -f FILE and a busy day after it; the trial goes on."
    }

    /// About two and a half times as many calls a step.
    static func rampSteps(from rate: Double) -> [Double] { [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1].filter { $0 >= rate * 1.5 || $0 == 1 } }
}

extension ReportModel {
    /// Calls under way at a time when so many begin in a minute (Little's law); nil before any was timed.
    static func atOnce(_ callsInMinute: Int, _ leg: LegLatencyReading) -> Double? {
        leg.meanDuration.map { Double(callsInMinute) / 60 * $0 / 1000 }
    }
}
