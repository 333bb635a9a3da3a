internal import Statistics
internal import Traffic
internal import Verdict

extension PageBuilder {
    var latency: Page.Section {
        var views: [Page.LatencyView] = []
        for metric in LatencyMetric.allCases where model.trial.timedTogether {
            views += latencyViews(metric)
        }
        var blocks: [Page.Block] = views.isEmpty ? [] : [.latency(views)]
        if let speeds { blocks.append(.table(speeds)) }
        if !look.latency.paired.isEmpty { blocks.append(.table(paired)) }
        let late = [(sentences.production, look.latency.production), (sentences.candidate, look.latency.candidate)].compactMap {
            name, leg in
            leg.timeouts.flatMap { $0.estimate > 0 ? "\(name) \(Page.share($0)) of \(Numbers.count(leg.samples))" : nil }
        }
        if !late.isEmpty { blocks.append(.paragraph("Timed out, and counted as infinitely slow: \(late.joined(separator: "; ")).")) }
        if let load = sentences.load { blocks.append(.paragraph(load)) }
        if let ramp = sentences.ramp { blocks.append(.paragraph(ramp)) }
        return Page.Section(
            anchor: "latency", title: "Latency", lead: sentences.latencyLead, blocks: blocks, queries: queries.below("/latency/", "/load/"))
    }

    private func latencyViews(_ metric: LatencyMetric) -> [Page.LatencyView] {
        func quantiles(_ leg: LegLatencyReading) -> [LatencyQuantile] { metric == .duration ? leg.duration : leg.firstToken }
        func samples(_ leg: LegLatencyReading) -> Int { metric == .duration ? leg.samples : leg.firstTokenSamples }
        let (theirs, ours) = (quantiles(look.latency.production), quantiles(look.latency.candidate))
        let known = (theirs + ours).flatMap { [$0.estimate, $0.upper] }.compactMap { $0 }
        return theirs.compactMap { quantile in
            guard let other = ours.first(where: { $0.percentile == quantile.percentile }) else { return nil }
            if quantile.estimate == nil, other.estimate == nil, look.latency.production.samples == 0 { return nil }
            return Page.LatencyView(
                name: "p\(quantile.percentile) \(metric == .duration ? "duration" : "first token")", production: quantile, candidate: other,
                samples: "\(Numbers.count(samples(look.latency.production))), \(Numbers.count(samples(look.latency.candidate)))",
                ratio: look.latency.ratios.first { $0.metric == metric && $0.percentile == quantile.percentile },
                scale: known.max() ?? 1)
        }
    }

    /// How fast the answers come; nil where nobody counted their tokens.
    private var speeds: Page.Table? {
        let (theirs, ours) = (look.latency.production, look.latency.candidate)
        guard !theirs.outputSpeed.isEmpty || !ours.outputSpeed.isEmpty else { return nil }
        func cell(_ leg: LegLatencyReading, _ percentile: Int) -> String {
            guard let found = leg.outputSpeed.first(where: { $0.percentile == percentile }), let estimate = found.estimate else {
                return "not counted"
            }
            let lower = found.lower.map(Numbers.speed) ?? "no lower limit yet"
            return "\(Numbers.speed(estimate)) (\(lower)–\(found.upper.map(Numbers.speed) ?? "no upper limit yet"))"
        }
        return Page.Table(
            caption: "Output tokens a second over the whole answer, waiting included (95 %)",
            columns: [
                .init(title: ""), .init(title: sentences.production, numeric: true), .init(title: sentences.candidate, numeric: true),
                .init(title: "answers", numeric: true),
            ],
            rows: [(50, "half the answers are faster than"), (5, "95 % are faster than")].map { percentile, name in
                [
                    name, cell(theirs, percentile), cell(ours, percentile),
                    "\(Numbers.count(theirs.outputSpeedSamples)), \(Numbers.count(ours.outputSpeedSamples))",
                ]
            })
    }

    /// The two answers of each call against each other.
    private var paired: Page.Table {
        let names: [PairedRatio.Metric: String] = [
            .duration: "duration", .firstToken: "first token", .outputSpeed: "output tokens a second",
        ]
        return Page.Table(
            caption: "\(sentences.candidate) against \(sentences.production) call by call (95 %, one look)",
            columns: [
                .init(title: ""), .init(title: "times \(sentences.production)'s in the median call", numeric: true),
                .init(title: "slower in", numeric: true), .init(title: "calls", numeric: true),
            ],
            rows: look.latency.paired.map { ratio in
                func limit(_ value: Double?, _ side: String) -> String { value.map { Numbers.ratio($0) } ?? "no \(side) limit yet" }
                let median = ratio.median.map {
                    "\(Numbers.ratio($0)) (\(limit(ratio.lower, "lower"))–\(limit(ratio.upper, "upper")))"
                }
                return [names[ratio.metric] ?? "", median ?? "beyond the timeout", Page.share(ratio.slower), Numbers.count(ratio.pairs)]
            })
    }
}

extension LegLatencyReading {
    /// The share of the legs that timed out, with its Wilson interval; nil without any leg.
    var timeouts: Estimate? {
        timeoutShare.flatMap { ReportModel.share(of: Int(($0 * Double(samples)).rounded()), in: samples) }
    }
}
