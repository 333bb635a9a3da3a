import Statistics

extension LatencySample {
    /// As quantiles read it: timeouts are +∞.
    var sorted: SortedValues { .sketch(sketch, infinite: timeouts) }
}

/// Latencies of the ended days, and the ratios of the latency gate (statistics §7).
func assessLatency(_ evidence: LatencyEvidence, terms: TrialTerms) -> LatencyReading {
    let limits = terms.margins.latency
    var ratios = latencyRatios(
        .duration, candidate: evidence.candidate.duration, production: evidence.production.duration, limits: limits, terms: terms)
    // The first token decides where streaming is what the callers do: a stray streamed call could never bound a p99.
    if evidence.production.firstToken.count * 2 >= evidence.production.duration.count, evidence.production.firstToken.count > 0 {
        ratios += latencyRatios(
            .firstToken, candidate: evidence.candidate.firstToken, production: evidence.production.firstToken, limits: limits,
            terms: terms)
    }
    return LatencyReading(
        production: legReading(evidence.production), candidate: legReading(evidence.candidate),
        ratios: evidence.production.duration.count > 0 ? ratios : [], paired: pairedRatios(evidence.paired))
}

/// The ratios within pairs, for reading.
private func pairedRatios(_ paired: LegLatency) -> [PairedRatio] {
    let samples: [(PairedRatio.Metric, LatencySample)] = [
        (.duration, paired.duration), (.firstToken, paired.firstToken), (.outputSpeed, paired.outputSpeed),
    ]
    return samples.compactMap { metric, sample in
        let median = quantileEstimate(0.5, of: sample.sorted, confidence: 0.95)
        // Bucket 0 holds the ratios from just above 1 ÷ γ to 1: those count as equal, within the sketch's 2 %.
        let slower =
            metric == .outputSpeed
            ? sample.sketch.counts.reduce(sample.sketch.zeroCount) { $1.key < 0 ? $0 + $1.value : $0 }
            : sample.sketch.counts.reduce(sample.timeouts) { $1.key > 0 ? $0 + $1.value : $0 }
        return wilsonEstimate(successes: slower, of: sample.count).map {
            PairedRatio(
                metric: metric, pairs: sample.count, median: median.quantile, lower: median.interval.lower, upper: median.interval.upper,
                slower: $0)
        }
    }
}

/// The p95 and p99 ratios of one metric, with limits that hold for a look a day.
func latencyRatios(
    _ metric: LatencyMetric, candidate: LatencySample, production: LatencySample, limits: LatencyLimits, terms: TrialTerms
) -> [LatencyRatio] {
    [(95, limits.p95), (99, limits.p99)].map { percentile, limit in
        let found = quantileRatio(
            Double(percentile) / 100, candidate: candidate.sorted, production: production.sorted, confidence: terms.lookConfidence)
        return LatencyRatio(
            metric: metric, percentile: percentile, estimate: found.ratio, lower: found.interval.lower, upper: found.interval.upper,
            limit: limit)
    }
}

/// The ratio that a gate's single row shows: failed before open before passed, then the one furthest along towards its limit.
func decisiveRatio(_ ratios: [LatencyRatio]) -> LatencyRatio? {
    func rank(_ status: GateStatus) -> Int { status == .fail ? 0 : status == .open ? 1 : 2 }
    return ratios.min { left, right in
        if left.status != right.status { return rank(left.status) < rank(right.status) }
        return (left.upper ?? .infinity) / left.limit > (right.upper ?? .infinity) / right.limit
    }
}

private func legReading(_ leg: LegLatency) -> LegLatencyReading {
    let count = leg.duration.count
    return LegLatencyReading(
        samples: count, timeoutShare: count > 0 ? Double(leg.duration.timeouts) / Double(count) : nil,
        duration: percentiles(leg.duration), firstToken: leg.firstToken.count > 0 ? percentiles(leg.firstToken) : [],
        firstTokenSamples: leg.firstToken.count,
        outputSpeed: leg.outputSpeed.count > 0 ? percentiles(leg.outputSpeed, [50, 5]) : [],
        outputSpeedSamples: leg.outputSpeed.count, meanDuration: leg.duration.sketch.mean)
}

private func percentiles(_ sample: LatencySample, _ chosen: [Int] = [50, 95, 99]) -> [LatencyQuantile] {
    chosen.map { percentile in
        let found = quantileEstimate(Double(percentile) / 100, of: sample.sorted, confidence: 0.95)
        return LatencyQuantile(
            percentile: percentile, estimate: found.quantile, lower: found.interval.lower, upper: found.interval.upper)
    }
}
