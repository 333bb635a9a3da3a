internal import Statistics
internal import Traffic
internal import Verdict

/// Fills a page's sections from the model.
struct PageBuilder {
    let model: ReportModel
    let sentences: Sentences
    let queries: Queries

    /// How many failure modes are shown with examples, and how many confusions.
    private static let modesWithExamples = 6
    private static let confusions = 12
    /// How many slices are shown.
    static let slices = 12
    /// How many fields of JSON answers are shown.
    private static let fields = 20

    init(_ model: ReportModel) {
        self.model = model
        sentences = Sentences(model)
        queries = Queries(model)
    }

    private var look: Look { model.look }

    // MARK: Gates

    var gates: Page.Section {
        let views = look.gates.map {
            Page.GateView(gate: $0, sentence: sentences.lead(on: $0.name), observations: model.observations(of: $0.name))
        }
        var blocks: [Page.Block] = [.gates(views)]
        // Where one gate decided, its own sentence is the reason.
        if look.decision.because.isWhole { blocks.insert(.paragraph(sentences.reason), at: 0) }
        let speedUps = sentences.speedUps
        if !speedUps.isEmpty { blocks.append(.paragraph("What would bring the decision nearer: \(speedUps.joined(separator: "; ")).")) }
        if let course { blocks += course }
        let own = look.gates.map { gate in
            Query(pointer: "/gates/\(gate.name.rawValue)", subject: "\(gate.name.label) gate", sql: queries.gate(gate.name))
        }
        return Page.Section(
            anchor: "gates", title: "Gates", lead: sentences.gatesLead, blocks: blocks, queries: own + queries.below("/impact/", "/course/")
        )
    }

    // MARK: What fails

    var failures: Page.Section {
        var blocks: [Page.Block] = []
        if !model.failureModes.isEmpty {
            blocks.append(
                .modes(
                    model.failureModes.map {
                        Page.ModeView(row: $0, share: model.share(of: $0.count), segments: segmentWords($0))
                    }))
        }
        if look.quality.counts.known > 0 { blocks.append(.table(correctness)) }
        if let sampled = sentences.sampledDifference { blocks.append(.paragraph(sampled)) }
        if !model.confusion.isEmpty { blocks.append(.table(confusion)) }
        if let matrix = model.labelMatrix, matrix.labels.count > 1 { blocks.append(.matrix(labelMatrix(matrix))) }
        if !model.fields.isEmpty { blocks.append(.table(fields)) }
        if model.turns.count > 1 {
            blocks.append(.paragraph(sentences.turns))
            blocks.append(.table(turns))
        }
        let flagged = look.segments.filter(\.flagged)
        if !flagged.isEmpty { blocks.append(.table(concentration(flagged))) }
        blocks += slices
        for row in model.failureModes.prefix(PageBuilder.modesWithExamples) where !row.examples.isEmpty {
            blocks.append(
                .examples(
                    Page.ExampleGroup(
                        title: "\(row.mode.phrase): \(row.examples.count) of \(Sentences.counted(row.count, "pair"))",
                        examples: row.examples, production: sentences.production, candidate: sentences.candidate)))
        }
        return Page.Section(
            anchor: "failures", title: "What fails", lead: sentences.failuresLead, blocks: blocks,
            queries: queries.below("/failure_modes/", "/agreement/", "/quality/", "/fields/", "/turns/", "/slices/"))
    }

    /// Where a mode happens; empty where all is one segment.
    private func segmentWords(_ row: ReportModel.FailureModeRow) -> String {
        guard row.segments.count > 1 || row.segments.contains(where: { !$0.segment.isEmpty }) else { return "" }
        return row.segments.prefix(3).map {
            "\($0.segment.isEmpty ? "no segment" : ForeignText.name($0.segment)) \(Numbers.count($0.count))"
        }.joined(separator: ", ")
    }

    private var correctness: Page.Table {
        let counts = look.quality.counts
        func row(_ name: String, _ right: Int, _ wrong: Int) -> [String] { [name, Numbers.count(right), Numbers.count(wrong)] }
        return Page.Table(
            caption: "Who was right, of \(Sentences.counted(counts.known, "judged pair"))",
            columns: [
                .init(title: ""), .init(title: "\(sentences.candidate) right", numeric: true),
                .init(title: "\(sentences.candidate) wrong", numeric: true),
            ],
            rows: [
                row("\(sentences.production) right", counts.both, counts.productionOnly),
                row("\(sentences.production) wrong", counts.candidateOnly, counts.neither),
            ])
    }

    private var confusion: Page.Table {
        let rows = model.confusion.sorted { $0.pairs > $1.pairs }.prefix(PageBuilder.confusions)
        return Page.Table(
            caption: "Which label became which",
            columns: [
                .init(title: sentences.production), .init(title: sentences.candidate), .init(title: "pairs", numeric: true),
                .init(title: "production right", numeric: true), .init(title: "candidate right", numeric: true),
            ],
            rows: rows.map {
                [
                    ForeignText.name($0.productionLabel), ForeignText.name($0.candidateLabel), Numbers.count($0.pairs),
                    Numbers.count($0.productionOnly), Numbers.count($0.candidateOnly),
                ]
            })
    }

    private func labelMatrix(_ matrix: ReportModel.LabelMatrix) -> Page.MatrixView {
        let names = matrix.labels.map { $0 == ReportModel.LabelMatrix.others ? $0 : ForeignText.name($0) }
        return Page.MatrixView(
            table: Page.Table(
                caption: "How each label of \(sentences.production) (row) was answered by \(sentences.candidate) (column)",
                columns: [.init(title: "")] + names.map { .init(title: $0, numeric: true) },
                rows: zip(names, matrix.counts).map { name, row in [name] + row.map { $0 == 0 ? "·" : Numbers.count($0) } }),
            shares: matrix.counts.map { row in
                let all = Double(max(1, row.reduce(0, +)))
                return row.map { Double($0) / all }
            })
    }

    private var fields: Page.Table {
        func share(_ matched: Int, _ of: Int) -> String { of == 0 ? "–" : Page.share(ReportModel.share(of: matched, in: of)) }
        func cells(_ name: String, _ model: String, _ counts: ReportModel.FieldCounts) -> [String] {
            [
                name, model, Numbers.count(counts.expected), share(counts.matched, counts.expected), Numbers.count(counts.given),
                share(counts.matched, counts.given),
            ]
        }
        let shown = model.fields.prefix(PageBuilder.fields)
        let rest = model.fields.count - shown.count
        return Page.Table(
            caption: "Each field against the gold answers, worst first\(rest > 0 ? "; \(rest) more in the view field_accuracy" : "")",
            columns: [
                .init(title: "field"), .init(title: "model"), .init(title: "expected", numeric: true),
                .init(title: "recall (95 %)", numeric: true), .init(title: "given", numeric: true),
                .init(title: "precision (95 %)", numeric: true),
            ],
            rows: shown.flatMap { row in
                let name = row.path.isEmpty ? "the whole answer" : ForeignText.name(row.path)
                return [cells(name, sentences.production, row.production), cells(name, sentences.candidate, row.candidate)]
            })
    }

    private var turns: Page.Table {
        Page.Table(
            caption: "Disagreement by turn",
            columns: [
                .init(title: "turn"), .init(title: "pairs", numeric: true), .init(title: "differ (95 %)", numeric: true),
                .init(title: "production only right", numeric: true), .init(title: "candidate only right", numeric: true),
            ],
            rows: model.turns.map { row in
                [
                    row.turn == ReportModel.TurnRow.last ? "\(row.turn) and later" : "\(row.turn)", Numbers.count(row.pairs),
                    Page.share(ReportModel.share(of: row.different, in: row.pairs)), Numbers.count(row.productionOnly),
                    Numbers.count(row.candidateOnly),
                ]
            })
    }

    private func concentration(_ segments: [SegmentReading]) -> Page.Table {
        Page.Table(
            caption: "Where \(sentences.candidate)'s own failures gather",
            columns: [
                .init(title: "requests"), .init(title: "of calls", numeric: true), .init(title: "failures", numeric: true),
                .init(title: "lost there", numeric: true), .init(title: "times elsewhere", numeric: true), .init(title: "blocks"),
            ],
            rows: segments.map {
                let limits = "\(Numbers.ratio($0.lower)) to \($0.upper.map { Numbers.ratio($0) } ?? "no limit")"
                return [
                    sentences.words($0.name), Numbers.percent($0.share), Numbers.count($0.failures), Numbers.percent($0.failureRate),
                    "\($0.riskRatio.map { Numbers.ratio($0) } ?? "all of them") (\(limits))", $0.blocking ? "yes" : "no",
                ]
            })
    }

    // MARK: Latency

    var latency: Page.Section {
        var views: [Page.LatencyView] = []
        for metric in LatencyMetric.allCases where model.trial.timedTogether {
            views += latencyViews(metric)
        }
        var blocks: [Page.Block] = views.isEmpty ? [] : [.latency(views)]
        let late = [(sentences.production, look.latency.production), (sentences.candidate, look.latency.candidate)].compactMap {
            name, leg in
            leg.timeoutShare.flatMap { $0 > 0 ? "\(name) \(Numbers.percent($0)) of \(Numbers.count(leg.samples))" : nil }
        }
        if !late.isEmpty { blocks.append(.paragraph("Timed out, and counted as infinitely slow: \(late.joined(separator: "; ")).")) }
        return Page.Section(
            anchor: "latency", title: "Latency", lead: sentences.latencyLead, blocks: blocks, queries: queries.below("/latency/"))
    }

    private func latencyViews(_ metric: LatencyMetric) -> [Page.LatencyView] {
        func quantiles(_ leg: LegLatencyReading) -> [LatencyQuantile] { metric == .duration ? leg.duration : leg.firstToken }
        let (theirs, ours) = (quantiles(look.latency.production), quantiles(look.latency.candidate))
        let known = (theirs + ours).flatMap { [$0.estimate, $0.upper] }.compactMap { $0 }
        return theirs.compactMap { quantile in
            guard let other = ours.first(where: { $0.percentile == quantile.percentile }) else { return nil }
            if quantile.estimate == nil, other.estimate == nil, look.latency.production.samples == 0 { return nil }
            return Page.LatencyView(
                name: "p\(quantile.percentile) \(metric == .duration ? "duration" : "first token")", production: quantile, candidate: other,
                ratio: look.latency.ratios.first { $0.metric == metric && $0.percentile == quantile.percentile },
                scale: known.max() ?? 1)
        }
    }

    // MARK: Cost

    var cost: Page.Section {
        let (theirs, ours) = (look.cost.production, look.cost.candidate)
        func row(_ name: String, _ production: String?, _ candidate: String?) -> [String]? {
            production == nil && candidate == nil ? nil : [name, production ?? "unknown", candidate ?? "unknown"]
        }
        func money(_ value: Double?) -> String? { value.map(Numbers.money) }
        let rows =
            [
                row("a case", money(theirs.perCase), money(ours.perCase)),
                row("a million calls", money(theirs.perCase.map { $0 * 1e6 }), money(ours.perCase.map { $0 * 1e6 })),
                row("a million tokens, on its own mix", money(theirs.perMillionTokens), money(ours.perMillionTokens)),
                row(monthName, money(theirs.perMonth), money(ours.perMonth)),
                row("cases with a known cost", priced(model.spend.production), priced(model.spend.candidate)),
                row("cases whose tokens are estimated", estimated(model.spend.production), estimated(model.spend.candidate)),
            ].compactMap { $0 } + prices
        var blocks: [Page.Block] = []
        if !rows.isEmpty {
            blocks.append(
                .table(
                    Page.Table(
                        caption: "What \(sentences.production) and \(sentences.candidate) cost",
                        columns: [
                            .init(title: ""), .init(title: sentences.production, numeric: true),
                            .init(title: sentences.candidate, numeric: true),
                        ], rows: rows)))
        }
        if let date = model.spend.pricedAt { blocks.append(.paragraph("Prices as of \(sentences.dates.full(date)).")) }
        return Page.Section(
            anchor: "cost", title: "Cost", lead: sentences.costLead, blocks: blocks, queries: queries.below("/cost/", "/impact/saving"))
    }

    private var monthName: String {
        model.spend.callsPerMonth.map { "a month of \(Numbers.approximate($0)) calls" } ?? "a month"
    }

    private var prices: [[String]] {
        let (theirs, ours) = (priceParts(model.spend.production.price), priceParts(model.spend.candidate.price))
        var names: [String] = []
        for (name, _) in theirs + ours where !names.contains(name) { names.append(name) }
        return names.map { name in
            [name] + [theirs, ours].map { parts in parts.first { $0.0 == name }?.1 ?? "–" }
        }
    }

    private func priceParts(_ price: ReportModel.Price) -> [(String, String)] {
        switch price {
        case .none: []
        case .tokens(let input, let output, let cached):
            [("price: a million tokens read", Numbers.money(input)), ("price: a million tokens written", Numbers.money(output))]
                + (cached.map { [("price: a million tokens from the cache", Numbers.money($0))] } ?? [])
        case .dedicated(let hourly, let tokensPerDay, let replicas):
            [
                ("price: an hour of a replica", Numbers.money(hourly)),
                ("a replica sustains a day", "\(Numbers.tokens(tokensPerDay)) tokens"), ("replicas at least", Numbers.count(replicas)),
            ]
        }
    }

    private func priced(_ spend: ReportModel.LegSpend) -> String? {
        spend.calls == 0 ? nil : "\(Numbers.count(spend.pricedCalls)) of \(Numbers.count(spend.calls))"
    }

    /// Only where some are estimated in either leg.
    private func estimated(_ spend: ReportModel.LegSpend) -> String? {
        guard model.spend.production.estimatedCalls + model.spend.candidate.estimatedCalls > 0 else { return nil }
        return spend.estimatedShare.map(Numbers.percent)
    }
}

extension Because {
    /// Not one gate's matter.
    var isWhole: Bool {
        if case .gate = self { return false }
        return true
    }
}
