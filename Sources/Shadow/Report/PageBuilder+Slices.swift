internal import Statistics
internal import Traffic
internal import Verdict

extension PageBuilder {
    // MARK: Where the candidate alone fails, beside the gate's segments and lengths

    var slices: [Page.Block] {
        let readings = model.sliceReadings
        guard !readings.isEmpty, model.look.basis.isAdjudicated else { return [] }
        let flagged = readings.filter(\.concentration.flagged)
        let sentence = Page.Block.paragraph(sentences.slices(readings.count, flagged.count))
        return flagged.isEmpty ? [sentence] : [sentence, .table(table(Array(flagged.prefix(PageBuilder.slices))))]
    }

    private func table(_ readings: [ReportModel.SliceReading]) -> Page.Table {
        Page.Table(
            caption: "Where \(sentences.candidate)'s own failures gather by turn, prompt, label and language; in no gate",
            columns: [
                .init(title: "requests"), .init(title: "pairs", numeric: true), .init(title: "failures", numeric: true),
                .init(title: "times the rate elsewhere (95 %)", numeric: true), .init(title: "false discovery at", numeric: true),
            ],
            rows: readings.map { reading in
                let found = reading.concentration
                let limits = "\(Numbers.ratio(found.lower))–\(found.upper.map { Numbers.ratio($0) } ?? "unbounded")"
                return [
                    sentences.words(reading.row), Numbers.count(reading.row.pairs), Numbers.count(reading.row.failures),
                    "\(found.riskRatio.map { Numbers.ratio($0) } ?? "all of them") (\(limits))", Numbers.percent(found.q),
                ]
            })
    }

    // MARK: What separates the candidates

    /// This candidate against the others on the same calls; nil where they share none that is judged.
    var separation: Page.Section? {
        guard !model.rivals.isEmpty else { return nil }
        let table = Page.Table(
            caption: "The same calls, one right where the other is wrong",
            columns: [
                .init(title: "other candidate"), .init(title: "judged calls", numeric: true),
                .init(title: "only \(sentences.candidate) right", numeric: true), .init(title: "only the other right", numeric: true),
                .init(title: "\(sentences.candidate) right, points more or less often (95 %)", numeric: true),
            ],
            rows: model.rivals.map { row in
                [
                    ForeignText.name(row.candidate), Numbers.count(row.pairs), Numbers.count(row.onlyThis), Numbers.count(row.onlyOther),
                    sentences.words(row.difference),
                ]
            })
        return Page.Section(
            anchor: "separation", title: "What separates the candidates", lead: sentences.separation,
            blocks: [.table(table)] + model.rivals.flatMap(examples), queries: queries.below("/rivals/"))
    }

    private func examples(_ row: ReportModel.RivalRow) -> [Page.Block] {
        let (ours, other) = (sentences.candidate, ForeignText.name(row.candidate))
        return [(ours, other, row.onlyThis, true), (other, ours, row.onlyOther, false)].compactMap { right, wrong, count, isOurs in
            let examples = row.examples.filter { ($0.correct == .productionOnly) == isOurs }
            guard !examples.isEmpty else { return nil }
            return .examples(
                Page.ExampleGroup(
                    title: "\(right) right, \(wrong) wrong: \(examples.count) of \(Sentences.counted(count, "call"))", examples: examples,
                    production: ours, candidate: other, namesRight: false))
        }
    }
}

extension ReportModel.RivalRow {
    /// This candidate's accuracy − the other's on the same calls, with Tango's interval (95 %, one look).
    var difference: Estimate {
        let limits = tangoInterval(candidateOnly: onlyThis, productionOnly: onlyOther, pairs: pairs)
        return Estimate(Double(onlyThis - onlyOther) / Double(max(1, pairs)), lower: limits.lower, upper: limits.upper)
    }
}
