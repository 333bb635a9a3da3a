internal import JSON
public import Traffic

extension PairAccount {
    /// Characters of each text that `explain` shows.
    private static let limit = 4_000
    /// Differences that `explain` lists.
    private static let mostDifferences = 50

    /// The whole account for a terminal, at most `width` columns wide.
    public func explanation(width: Int = 100, style: TerminalStyle = .plain) -> String {
        let width = max(40, width)
        var lines = identity(width: width, style)
        lines += [""] + outcome(width: width, style)
        lines += ["", style.bold("ASKED")] + AskedText.lines(call.request, width: width, limit: PairAccount.limit, style: style)
        lines += [""] + answers(width: width, style)
        if let finding, !finding.differences.isEmpty {
            lines += ["", style.bold("WHAT DIFFERS")] + differences(finding, width: width, style)
        }
        lines += ["", style.bold("MEASURED")] + measured(width: width)
        lines += ["", style.bold("JUDGED")] + judged(width: width)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The two columns of a pair whose answers stand left and right; for `review`.
    public static func columns(
        left: Leg, right: Leg, width: Int, style: TerminalStyle, limit: Int, most: Int = .max
    ) -> [String] {
        let texts = AnswerText.both(left, right)
        return SideBySide(texts.0, texts.1, limit: limit).lines(width: width, style: style, most: most)
    }

    /// What was asked, or its last message alone; for `review`.
    public func asked(width: Int, style: TerminalStyle, limit: Int, lastOnly: Bool = false) -> [String] {
        AskedText.lines(call.request, width: width, limit: limit, style: style, lastOnly: lastOnly)
    }

    // MARK: Parts

    private func identity(width: Int, _ style: TerminalStyle) -> [String] {
        let models = "\(ForeignText.name(candidateName)) instead of \(ForeignText.name(call.production.model ?? "production"))"
        var facts = ["called \(PairAccount.moment(call.calledAt))", call.source.rawValue, "turn \(call.turn)"]
        if let segment = call.segment { facts.append("segment \(ForeignText.name(segment))") }
        if let conversation = call.conversation { facts.append("conversation \(ForeignText.name(conversation))") }
        if let id = call.externalID { facts.append("imported as \(ForeignText.name(id))") }
        if let id = call.production.requestID { facts.append("production's id \(ForeignText.name(id))") }
        return [style.bold("pair \(pair.id)")]
            + TextLayout.wrapped("\(ForeignText.name(pair.workload)) · \(models)\(isSimulated ? " · SIMULATED" : "")", width: width)
            + TextLayout.wrapped(facts.joined(separator: " · "), width: width)
    }

    private func outcome(width: Int, _ style: TerminalStyle) -> [String] {
        guard let finding else { return ["Not compared yet: a worker has not come to it."] }
        let what =
            switch finding.agreement {
            case .identical: "Identical."
            case .equivalent:
                "Equivalent (\(finding.equivalence?.rawValue ?? "")): \(DifferenceWords.kind(finding.equivalence?.rawValue ?? ""))."
            case .different:
                "Different (\(finding.failureMode?.rawValue ?? "")): \(DifferenceWords.kind(finding.failureMode?.rawValue ?? ""))."
            case .incomparable: "Incomparable: production gave no answer to hold the other against."
            }
        let by = finding.correctBy.map { $0 == .label ? ", says the gold answer" : ", says a person" } ?? ""
        var lines = TextLayout.wrapped(what, width: width).map(style.bold)
        if finding.agreement != .incomparable || finding.correct != .unknown {
            let right = DifferenceWords.correct(finding.correct)
            lines += TextLayout.wrapped("\(right.prefix(1).uppercased())\(right.dropFirst())\(by).", width: width)
        }
        if finding.productionUnstable == true { lines.append("Production disagreed with itself here: asked again it answered otherwise.") }
        if finding.ungrounded == true { lines.append("The candidate's answer holds a value that the input does not support.") }
        return lines
    }

    private func answers(width: Int, _ style: TerminalStyle) -> [String] {
        let candidate = "CANDIDATE \(ForeignText.name(candidateName))"
        var lines = [PairAccount.titles("PRODUCTION \(ForeignText.name(call.production.model ?? ""))", candidate, width: width, style)]
        lines += PairAccount.columns(left: call.production, right: pair.candidate, width: width, style: style, limit: PairAccount.limit)
        guard let control = call.control else { return lines }
        let (production, again) = AnswerText.both(call.production, control)
        if production == again { return lines + ["", "Control: production, asked again, answered the same."] }
        lines += ["", PairAccount.titles("PRODUCTION", "CONTROL production, asked again", width: width, style)]
        return lines + SideBySide(production, again, limit: PairAccount.limit).lines(width: width, style: style)
    }

    /// Headings over two columns.
    public static func titles(_ left: String, _ right: String, width: Int, _ style: TerminalStyle) -> String {
        let column = max(10, (width - 3) / 2)
        let text = TextLayout.padded(left.trimmedRight, column)
        return (style.bold(text) + style.column(column + 1) + " " + style.dim("│") + " " + style.bold(right)).trimmedRight
    }

    private func differences(_ finding: Finding, width: Int, _ style: TerminalStyle) -> [String] {
        var lines = finding.differences.prefix(PairAccount.mostDifferences).flatMap { difference -> [String] in
            let place = difference.path.isEmpty ? "the whole answer" : TerminalText.line(difference.path, limit: 200)
            let kind = TerminalText.line(difference.kind, limit: 80)
            let values = [("production", difference.productionValue), ("candidate", difference.candidateValue)].map { name, value in
                (name, value.map { $0.isEmpty ? "(empty)" : TerminalText.line($0, limit: 200) } ?? "nothing")
            }
            let words = DifferenceWords.rule(difference.rule).map { ": \($0)" } ?? ""
            let rule = ("by rule", TerminalText.line(difference.rule, limit: 80) + words)
            return TextLayout.wrapped("· \(place): \(DifferenceWords.kind(difference.kind)) (\(kind))", width: width, indent: "  ")
                + (values + [rule]).flatMap { PairAccount.hanging($0.0, $0.1, width: width) }
        }
        let hidden = finding.differences.count - PairAccount.mostDifferences
        if hidden > 0 { lines.append("  and \(Numbers.count(hidden)) more: understudy explain \(pair.id) --json") }
        return lines
    }

    /// A name, and beside it a text that stays in its own column.
    private static func hanging(_ name: String, _ text: String, width: Int) -> [String] {
        let beside = 14
        return TextLayout.wrapped(text, width: max(20, width - beside)).enumerated().map { place, line in
            (place == 0 ? TextLayout.padded("  " + name, beside) : String(repeating: " ", count: beside)) + line
        }
    }

    private func measured(width: Int) -> [String] {
        let legs =
            [("production", call.production, costs.production), ("candidate", pair.candidate, costs.candidate)]
            + (call.control.map { [("control", $0, costs.control)] } ?? [])
        func row(_ title: String, _ value: (Leg, Double?) -> String?) -> [String] { [title] + legs.map { value($0.1, $0.2) ?? "–" } }
        let rows = [
            row("whole answer") { leg, _ in leg.durationMs.map(Numbers.duration) },
            row("first token") { leg, _ in leg.ttftMs.map(Numbers.duration) },
            row("waited before") { leg, _ in leg.queueMs.map(Numbers.duration) },
            row("tokens in") { leg, _ in PairAccount.tokens(leg.usage.input, leg) },
            row("tokens out") { leg, _ in PairAccount.tokens(leg.usage.output, leg) },
            row("cost") { _, cost in cost.map(Numbers.money) },
            row("confidence") { leg, _ in leg.confidence.map { Numbers.plain($0.score) } },
            row("ended") { leg, _ in PairAccount.ending(leg) },
            row("model") { leg, _ in leg.model.map(ForeignText.name) },
        ]
        let titles = [Page.Table.Column(title: "")] + legs.map { Page.Table.Column(title: $0.0, numeric: true) }
        return TextLayout.table(
            Page.Table(caption: "", columns: titles, rows: rows.filter { row in row.dropFirst().contains { $0 != "–" } }), width: width)
    }

    private static func tokens(_ count: Int?, _ leg: Leg) -> String? {
        count.map { Numbers.count($0) + (leg.usage.estimated ? " (estimated)" : "") }
    }

    private static func ending(_ leg: Leg) -> String? {
        if let failure = leg.failure { return failure.rawValue }
        return leg.finishReason.map { ForeignText.name($0) } ?? leg.status.map { "HTTP \($0)" }
    }

    private func judged(width: Int) -> [String] {
        var lines: [String] = []
        for answer in goldAnswers {
            let text = TerminalText.line(answer.label.stringValue ?? answer.label.serialisedString(), limit: 400)
            lines.append("right answer \(text) (\(ForeignText.name(answer.origin)), \(PairAccount.moment(answer.saidAt)))")
        }
        for judgement in judgements {
            let word = judgement.correct == .unknown ? "took that back" : DifferenceWords.correct(judgement.correct)
            lines.append("\(ForeignText.name(judgement.who ?? "somebody")): \(word) (\(PairAccount.moment(judgement.saidAt)))")
        }
        if lines.isEmpty { lines.append("Nobody has said what is right.") }
        lines.append(evidence)
        if let consumed { lines.append("A look has counted it (\(DifferenceWords.correct(consumed))); the evidence keeps that.") }
        if let requestHash { lines.append("Request hash \(requestHash): every call with it asked the same.") }
        lines = lines.flatMap { TextLayout.wrapped($0, width: width, indent: "  ") }
        // Commands stay whole, to be copied.
        let workload = ShellWord.of(pair.workload)
        return lines + [
            "To judge it:       understudy review \(workload) --pair \(pair.id)",
            "Or bring the right answer, with understudy labels import \(workload) FILE.jsonl, as a line",
            "  {\"id\":\"\(pair.id)\",\"label\":…}",
        ]
    }

    private var evidence: String {
        let drawn =
            pair.planned
            ? "drawn for judging (probability \(Numbers.plain(pair.adjudicationProbability)))"
            : "not drawn for judging: what is said about it is shown, and in no gate"
        let counts = inEvidence.map { $0 ? "counts as evidence" : "no evidence: another pair of its conversation and day is" }
        return ["Sampled with probability \(Numbers.plain(pair.samplingRate))", drawn, counts].compactMap { $0 }.joined(separator: "; ")
            + "."
    }

    private static func moment(_ moment: Timestamp) -> String {
        let text = moment.description.prefix { $0 != "." && $0 != "Z" }.replacing("T", with: " ")
        return text + " UTC"
    }
}
