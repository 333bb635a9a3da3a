internal import Verdict

extension PageBuilder {
    /// The sample beside all calls; nil where nothing can be held against anything.
    var sample: Page.Section? {
        guard !model.look.bias.isEmpty else { return nil }
        let rows = model.look.bias.map { reading in
            [
                words(reading.step), words(reading.dimension), Numbers.count(reading.count), Numbers.percent(reading.distance),
                reading.p < 0.0001 ? "< 0.0001" : Numbers.plain((reading.p * 10_000).rounded() / 10_000),
                reading.isBiased ? "biased" : "fair",
            ]
        }
        return Page.Section(
            anchor: "sample", title: "Sample", lead: sentences.sampleLead,
            blocks: [
                .table(
                    Page.Table(
                        caption: "The sample beside what it was drawn of",
                        columns: [
                            .init(title: "step"), .init(title: "by"), .init(title: "calls", numeric: true),
                            .init(title: "out of place", numeric: true), .init(title: "chance alone", numeric: true), .init(title: ""),
                        ], rows: rows)), .list(sentences.sampleCaveats),
            ], queries: queries.below("/sample/"))
    }

    private func words(_ step: SampleStep) -> String {
        switch step {
        case .drawn: "drawn, of all calls"
        case .kept: "paired, of those drawn (the rest was shed)"
        case .comparable: "comparable, of all pairs"
        }
    }

    private func words(_ dimension: SampleDimension) -> String {
        switch dimension {
        case .size: "request size"
        case .hour: "hour of the day"
        case .segment: "segment"
        case .tools: "tools declared"
        case .length: "length of the input"
        case .turn: "turn"
        }
    }
}
