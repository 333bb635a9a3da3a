internal import Statistics
internal import Traffic
internal import Verdict

extension PageBuilder {
    var cost: Page.Section {
        let rows = caseRows + tokenRows + countRows + prices
        var blocks: [Page.Block] = []
        if !rows.isEmpty {
            blocks.append(
                .table(
                    Page.Table(
                        caption: "What \(sentences.production) and \(sentences.candidate) cost (95 %, one look)",
                        columns: [
                            .init(title: ""), .init(title: sentences.production, numeric: true),
                            .init(title: sentences.candidate, numeric: true),
                        ], rows: rows)))
        }
        if let saved = sentences.savedCaseByCase { blocks.append(.paragraph(saved)) }
        if !look.cost.regions.isEmpty { blocks.append(.table(regions)) }
        if let peak = sentences.peak { blocks.append(.paragraph(peak)) }
        if let month = sentences.month { blocks.append(.paragraph(month)) }
        if let volume = model.volume, volume.wholeDays > 0 { blocks.append(.folded(calendar(volume))) }
        if let date = model.spend.pricedAt { blocks.append(.paragraph("Prices as of \(sentences.dates.full(date)).")) }
        return Page.Section(
            anchor: "cost", title: "Cost", lead: sentences.costLead, blocks: blocks,
            queries: queries.below("/cost/", "/impact/saving", "/volume/"))
    }

    private func row(_ name: String, _ production: String?, _ candidate: String?) -> [String]? {
        production == nil && candidate == nil ? nil : [name, production ?? "–", candidate ?? "–"]
    }

    /// What a case costs, and many.
    private var caseRows: [[String]] {
        let (theirs, ours) = (look.cost.production, look.cost.candidate)
        func money(_ cost: ModelCost, _ factor: Double) -> String? {
            cost.perCase.map { Page.money($0 * factor, cost.limits(times: factor)) } ?? "unknown"
        }
        guard theirs.perCase != nil || ours.perCase != nil else { return [] }
        var rows = [
            ["a case", money(theirs, 1) ?? "", money(ours, 1) ?? ""],
            ["a million calls", money(theirs, 1e6) ?? "", money(ours, 1e6) ?? ""],
        ]
        if let calls = model.spend.callsPerMonth {
            rows.append(["a month of \(Numbers.approximate(calls)) calls", money(theirs, calls) ?? "", money(ours, calls) ?? ""])
        }
        let spends = (model.spend.production, model.spend.candidate)
        func estimate(_ estimate: Estimate?) -> String? { estimate.map { Page.money($0.estimate, Interval($0.lower, $0.upper)) } }
        rows += [
            row("a case as a batch job", estimate(spends.0.batchCase), estimate(spends.1.batchCase)),
            row("saved a case by the cache", estimate(spends.0.cacheSaving), estimate(spends.1.cacheSaving)),
            row("a million tokens, on its own mix", estimate(spends.0.perMillionTokens), estimate(spends.1.perMillionTokens)),
        ].compactMap { $0 }
        return rows
    }

    private var tokenRows: [[String]] {
        let spends = (model.spend.production, model.spend.candidate)
        func count(_ estimate: Estimate?) -> String? {
            estimate.map { "\(Numbers.speed($0.estimate)) (\(Numbers.speed($0.lower))–\(Numbers.speed($0.upper)))" }
        }
        return [
            row("tokens read a case", count(spends.0.inputTokens), count(spends.1.inputTokens)),
            row("of them from the cache", spends.0.cachedShare.map(Page.share), spends.1.cachedShare.map(Page.share)),
            row("tokens written a case", count(spends.0.outputTokens), count(spends.1.outputTokens)),
        ].compactMap { $0 }
    }

    /// How many cases the figures rest on.
    private var countRows: [[String]] {
        let (theirs, ours) = (model.spend.production, model.spend.candidate)
        func priced(_ spend: ReportModel.LegSpend) -> String? {
            spend.calls == 0 ? nil : "\(Numbers.count(spend.pricedCalls)) of \(Numbers.count(spend.calls))"
        }
        /// Only where some are estimated in either leg.
        func estimated(_ spend: ReportModel.LegSpend) -> String? {
            guard theirs.estimatedCalls + ours.estimatedCalls > 0, spend.calls > 0 else { return nil }
            return "\(Numbers.count(spend.estimatedCalls)) of \(Numbers.count(spend.calls))"
        }
        let pairs = caseRows.isEmpty && tokenRows.isEmpty ? nil : Numbers.count(look.cost.pairs)
        return [
            row("cases on ended days with both costs known", pairs, pairs),
            row("cases with a known cost", priced(theirs), priced(ours)),
            row("cases whose tokens are estimated", estimated(theirs), estimated(ours)),
        ].compactMap { $0 }
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
        case .tokens(let input, let output, let cached, let batch):
            [("price: a million tokens read", Numbers.money(input)), ("price: a million tokens written", Numbers.money(output))]
                + (cached.map { [("price: a million tokens from the cache", Numbers.money($0))] } ?? [])
                + (batch.map {
                    [
                        ("price: a million tokens read in batch", Numbers.money($0.input)),
                        ("price: a million tokens written in batch", Numbers.money($0.output)),
                    ]
                } ?? [])
        case .dedicated(let hourly, let tokensPerDay, let replicas):
            [
                ("price: an hour of a replica", Numbers.money(hourly)),
                ("price: tokens that a replica sustains a day", Numbers.tokens(tokensPerDay)),
                ("price: replicas at least", Numbers.count(replicas)),
            ]
        }
    }

    /// Replicas by the hour, region by region, against production's price per token.
    private var regions: Page.Table {
        Page.Table(
            caption:
                "Dedicated capacity for \(sentences.candidate): from how many tokens a day it is cheaper than \(sentences.production); none where "
                + "a replica cannot serve as many",
            columns: [
                .init(title: "region"), .init(title: "tokens a day now", numeric: true),
                .init(title: "break-even a day (95 %)", numeric: true),
                .init(title: "replicas", numeric: true), .init(title: "price an hour", numeric: true),
                .init(title: "price a day", numeric: true), .init(title: "cheaper now"), .init(title: "n", numeric: true),
            ],
            rows: look.cost.regions.map { region in
                let share = look.cost.regions.count > 1 ? ", \(Numbers.percent(region.share)) of the traffic" : ""
                let name = region.name.isEmpty ? "all traffic" : "\(ForeignText.name(region.name))\(share)"
                let cheaper = region.tokensPerDay.map { now in region.breakEvenTokensPerDay.map { now >= $0 ? "yes" : "no" } ?? "no" }
                return [
                    name, region.tokensPerDay.map(Numbers.tokens) ?? "unknown", breakEven(region),
                    region.replicas.map { Numbers.count(Int($0.rounded())) } ?? "unknown", Numbers.money(region.hourly),
                    region.perDay.map(Numbers.money) ?? "unknown", cheaper ?? "unknown", Numbers.count(look.cost.pairs),
                ]
            })
    }

    private func breakEven(_ region: RegionCost) -> String {
        guard let tokens = region.breakEvenTokensPerDay else { return "none" }
        let (lower, upper) = (region.breakEvenLimits.lower, region.breakEvenLimits.upper)
        return "\(Numbers.tokens(tokens)) (\(lower.map(Numbers.tokens) ?? "no limit")–\(upper.map(Numbers.tokens) ?? "no limit"))"
    }

    /// All calls of whole days, by weekday and by hour.
    private func calendar(_ volume: ReportModel.Volume) -> Page.Table {
        func rows(_ parts: [ReportModel.Volume.Part], _ name: (Int) -> String) -> [[String]] {
            parts.map { [name($0.number), Numbers.count($0.days), Numbers.count($0.calls), Numbers.count(Int($0.mean.rounded()))] }
        }
        return Page.Table(
            caption: "All calls by weekday and by hour (\(model.trial.timezone)), whole days only",
            columns: [
                .init(title: ""), .init(title: "whole days", numeric: true), .init(title: "calls", numeric: true),
                .init(title: "a day", numeric: true),
            ],
            rows: rows(volume.weekdays, Dates.weekdayName)
                + rows(volume.threeHours) { "\(Dates.padded($0)):00–\(Dates.padded($0 + 3)):00" })
    }
}
