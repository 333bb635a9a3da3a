internal import Statistics
internal import Traffic
internal import Verdict

extension PageBuilder {
    // MARK: Two-tier

    var twoTier: Page.Section {
        let tier = model.look.tier
        var blocks: [Page.Block] = []
        if model.trial.confidenceGiven, !tier.curve.isEmpty {
            blocks.append(.curve(Page.CurveView(points: tier.curve, threshold: tier.threshold, table: curveTable)))
        }
        if tier.threshold != nil, !tier.latency.isEmpty { blocks.append(.list(tier.latency.map(mixWords))) }
        if !tier.blocking.isEmpty {
            blocks.append(
                .paragraph("Among the calls served, failures still gather in \(Sentences.listed(tier.blocking.map(sentences.words))).")
            )
        }
        return Page.Section(
            anchor: "two-tier", title: "Two-tier", lead: sentences.tierLead, blocks: blocks, queries: queries.below("/two_tier/"))
    }

    private var curveTable: Page.Table {
        Page.Table(
            caption: "Serving \(sentences.candidate) from a confidence on, \(sentences.production) below "
                + "(n = \(Numbers.count(model.look.quality.pairs)); limits hold over all thresholds)",
            columns: [
                .init(title: "confidence", numeric: true), .init(title: "of calls kept", numeric: true),
                .init(title: "escalated", numeric: true), .init(title: "saving", numeric: true),
                .init(title: "evidence (ln)", numeric: true), .init(title: "certified"),
            ],
            rows: model.look.tier.curve.map { point in
                let escalated = point.coverage.map { Estimate(1 - $0.estimate, lower: 1 - $0.upper, upper: 1 - $0.lower) }
                return [
                    Numbers.plain(point.threshold), Page.share(point.coverage), Page.share(escalated),
                    point.saving.map(Page.share) ?? "unknown", Numbers.decimal(point.logEvidence, places: 2),
                    point.certified ? "yes" : "no",
                ]
            })
    }

    private func mixWords(_ ratio: LatencyRatio) -> String {
        let name = Sentences.name(ratio.metric, ratio.percentile)
        let allowed = "allowed \(Numbers.ratio(ratio.limit))"
        guard let estimate = ratio.estimate else { return "The mix's \(name) cannot be compared yet (\(allowed))." }
        func limit(_ value: Double) -> String { Numbers.ratio(value, apartFrom: ratio.limit) }
        let limits = "\(ratio.lower.map(limit) ?? "no lower limit yet") to \(ratio.upper.map(limit) ?? "no upper limit yet")"
        return
            "The mix's \(name) is \(Numbers.ratio(estimate)) times \(sentences.production)'s (\(limits); \(allowed)), escalated calls paying "
            + "both."
    }

    // MARK: Changes

    var changes: Page.Section {
        guard let earlier = model.earlier, let changes = sentences.changes else {
            return Page.Section(
                anchor: "changes", title: "Since last week", lead: "This is the trial's first week: there is nothing to hold it against.",
                blocks: [], queries: [])
        }
        let when = sentences.dates.day(earlier.asOf)
        guard !changes.isEmpty else {
            return Page.Section(
                anchor: "changes", title: "Since last week", lead: "Nothing of note changed since \(when).", blocks: [], queries: [])
        }
        return Page.Section(
            anchor: "changes", title: "Since last week",
            lead: "\(Sentences.counted(changes.count, "figure")) moved since \(when).", blocks: [.list(changes.map(\.sentence))],
            queries: [])
    }

    // MARK: Coverage

    var coverage: Page.Section {
        var blocks: [Page.Block] = []
        let steps = funnel
        if !steps.isEmpty { blocks.append(.funnel(steps)) }
        if let evidence = sentences.evidenceOfPairs { blocks.append(.paragraph(evidence)) }
        let control = model.coverage.controlSkipped
        if !control.isEmpty { blocks.append(.paragraph("Production was not asked twice where it was drawn: \(reasons(control)).")) }
        if !model.coverage.faults.isEmpty {
            blocks.append(.paragraph("Faults of the mirror that ended in plain pass-through: \(reasons(model.coverage.faults))."))
        }
        let warnings = sentences.warnings
        if !warnings.isEmpty { blocks.append(.list(warnings)) }
        return Page.Section(
            anchor: "coverage", title: "Coverage and caveats", lead: sentences.coverageLead, blocks: blocks,
            queries: queries.below("/coverage/"))
    }

    private func reasons(_ reasons: [ReportModel.ReasonCount]) -> String {
        reasons.map { "\(ForeignText.name($0.reason)) \(Numbers.count($0.calls))" }.joined(separator: ", ")
    }

    /// Each stage is the one before minus what is named between them.
    private var funnel: [Page.FunnelStep] {
        let (coverage, agreement) = (model.coverage, model.agreement)
        var steps: [Page.FunnelStep] = []
        func stage(_ label: String, _ count: Int) { steps.append(Page.FunnelStep(label: label, count: count, leaves: false)) }
        func leave(_ label: String, _ count: Int) {
            if count != 0 { steps.append(Page.FunnelStep(label: label, count: count, leaves: true)) }
        }
        func leave(_ kind: String, _ reasons: [ReportModel.ReasonCount]) -> Int {
            for reason in reasons { leave("\(kind): \(ForeignText.name(reason.reason))", reason.calls) }
            return reasons.reduce(0) { $0 + $1.calls }
        }
        /// What no reason explains, in either direction: counters travel apart from pairs.
        func rest(_ label: String, _ count: Int) { leave(count < 0 ? "not counted above yet" : label, count) }
        if coverage.calls > 0 {
            stage("calls", coverage.calls)
            let skipped = leave("not shadowed", coverage.skipped)
            rest("not drawn", coverage.calls - skipped - coverage.sampled)
        }
        if coverage.sampled > 0 || coverage.calls > 0 {
            stage("drawn", coverage.sampled)
            let shed = leave("shed", coverage.shed)
            rest("under way", coverage.sampled - shed - coverage.paired)
        }
        guard coverage.paired > 0 || !steps.isEmpty else { return [] }
        stage("paired", coverage.paired)
        leave("set aside", coverage.setAside)
        rest("waiting for comparison", coverage.paired - coverage.setAside - coverage.compared)
        stage("compared", coverage.compared)
        leave("incomparable (production failed or the caller left)", agreement.incomparable)
        rest("not in the counts yet", coverage.compared - agreement.incomparable - agreement.comparable)
        stage("comparable", agreement.comparable)
        leave("identical", agreement.identical)
        leave("same by a declared rule", agreement.equivalent)
        stage("different", agreement.different)
        return steps
    }

    // MARK: Method

    var method: Page.Section {
        let trial = model.trial
        let facts = [
            "Trial \(trial.id), begun \(sentences.dates.full(trial.startsAt)), looked at \(sentences.dates.full(trial.asOf)) "
                + "(\(ForeignText.name(trial.timezone)))\(trial.settingsHash.isEmpty ? "" : ", settings \(ForeignText.name(trial.settingsHash))")."
        ]
        return Page.Section(
            anchor: "method", title: "Method", lead: "How the figures came about, and what they promise.",
            blocks: [.list(sentences.method + facts)], queries: [])
    }
}
