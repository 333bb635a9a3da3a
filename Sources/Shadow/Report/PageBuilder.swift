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

    var look: Look { model.look }

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
            anchor: "gates", title: "Gates", lead: sentences.gatesLead, blocks: blocks,
            queries: own + queries.below("/impact/", "/course/", "/daily/")
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
            queries: queries.below(
                // One cell stands for the matrix: the others differ in the labels only.
                "/failure_modes/", "/agreement/", "/quality/", "/confusion/", "/label_matrix/pairs/0/0", "/fields/", "/turns/", "/slices/"))
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
                .init(title: "requests"), .init(title: "pairs", numeric: true), .init(title: "failures", numeric: true),
                .init(title: "lost there (95 %)", numeric: true), .init(title: "times elsewhere (95 %)", numeric: true),
                .init(title: "blocks"),
            ],
            rows: segments.map {
                let limits = "\(Numbers.ratio($0.lower))–\($0.upper.map { Numbers.ratio($0) } ?? "no upper limit yet")"
                return [
                    sentences.words($0.name), Numbers.count($0.pairs), Numbers.count($0.failures),
                    Page.share(ReportModel.share(of: $0.failures, in: $0.pairs)),
                    "\($0.riskRatio.map { Numbers.ratio($0) } ?? "all of them") (\(limits))", $0.blocking ? "yes" : "no",
                ]
            })
    }
}

extension Because {
    /// Not one gate's matter.
    var isWhole: Bool {
        if case .gate = self { return false }
        return true
    }
}
