internal import Statistics
internal import Traffic
internal import Verdict

/// Money, tokens and the volume.
extension Queries {
    /// Pairs of ended days whose two costs are known.
    private var pricedPairs: String {
        "FROM understudy.pairs WHERE \(trial) AND day < \(openDay) AND production_cost IS NOT NULL AND candidate_cost IS NOT NULL "
            + "AND candidate_error IS DISTINCT FROM 'circuit_open'"
    }

    /// A weighted mean over them.
    private func costMean(_ value: String) -> String {
        "SELECT sum(evidence_weight * \(value)) / sum(evidence_weight) AS estimate \(pricedPairs)"
    }

    /// A case's cost, whichever way the leg is paid.
    private func perCase(_ leg: String) -> String {
        leg == "candidate" && !model.look.cost.regions.isEmpty ? dedicatedPerCase : costMean("\(leg)_cost")
    }

    func perMonth(_ leg: String) -> String { "SELECT \(model.spend.callsPerMonth ?? 0) * (\(perCase(leg))) AS estimate" }

    mutating func addCost() {
        let cost = model.look.cost
        for (leg, reading, spend) in [
            ("production", cost.production, model.spend.production), ("candidate", cost.candidate, model.spend.candidate),
        ] {
            if reading.perCase != nil {
                add("/cost/\(leg)/per_case", "\(leg)'s cost of a case in USD", perCase(leg))
                add("/cost/\(leg)/per_million_calls", "\(leg)'s cost of a million calls", "SELECT 1e6 * (\(perCase(leg))) AS estimate")
            }
            if reading.perMonth != nil { add("/cost/\(leg)/per_month", "\(leg)'s cost a month in USD", perMonth(leg)) }
            addTokens(leg, spend)
            let rows = "FROM understudy.costs WHERE \(trial) AND leg = '\(leg)'"
            add("/cost/\(leg)/calls", "\(leg)'s legs asked", "SELECT coalesce(sum(calls), 0) AS estimate \(rows)")
            add(
                "/cost/\(leg)/priced_calls", "of them with a known cost",
                "SELECT count(*) AS estimate FROM understudy.pairs WHERE \(trial) AND agreement IS NOT NULL AND \(leg)_cost IS NOT NULL"
                    + (leg == "candidate" ? " AND candidate_error IS DISTINCT FROM 'circuit_open'" : ""))
            add(
                "/cost/\(leg)/estimated_calls", "of them with estimated tokens",
                "SELECT coalesce(round(sum(calls * estimated_share)), 0) AS estimate \(rows)")
            if spend.calls > 0 {
                add(
                    "/cost/\(leg)/estimated_share", "share of \(leg)'s legs with estimated tokens",
                    "SELECT sum(calls * estimated_share) / sum(calls) AS estimate \(rows)")
            }
        }
        if cost.saving != nil {
            add("/cost/saving/estimate", "share saved", "SELECT estimate FROM understudy.gates WHERE \(gateRow(.cost))")
        }
        addRegions()
    }

    // MARK: Tokens

    private mutating func addTokens(_ leg: String, _ spend: ReportModel.LegSpend) {
        let rows = "FROM understudy.tokens WHERE \(trial) AND leg = '\(leg)' AND day < \(openDay)"
        func mean(_ value: String) -> String { "SELECT sum(weight * (\(value))) / sum(weight) AS estimate \(rows)" }
        let fresh = "(input_per_case - cached_input_per_case)"
        if spend.inputTokens != nil { add("/cost/\(leg)/input_tokens/estimate", "tokens that \(leg) reads a case", mean("input_per_case")) }
        if spend.outputTokens != nil {
            add("/cost/\(leg)/output_tokens/estimate", "tokens that \(leg) writes a case", mean("output_per_case"))
        }
        if spend.cachedShare != nil {
            add(
                "/cost/\(leg)/cached_share/estimate", "share of the tokens read that came from the cache",
                "SELECT sum(weight * cached_input_per_case) / sum(weight * input_per_case) AS estimate \(rows)")
        }
        guard case .tokens(let input, let output, let cached, let batch) = spend.price else { return }
        if spend.perMillionTokens != nil {
            add(
                "/cost/\(leg)/per_million_tokens/estimate", "what a million of \(leg)'s tokens cost on its own mix",
                "SELECT sum(weight * (\(fresh) * \(input) + cached_input_per_case * \(cached ?? input) + output_per_case * \(output))) "
                    + "/ sum(weight * (input_per_case + output_per_case)) AS estimate \(rows)")
        }
        if let batch, spend.batchCase != nil {
            add(
                "/cost/\(leg)/batch_per_case/estimate", "what a case of \(leg)'s would cost as a batch job",
                mean("(input_per_case * \(batch.input) + output_per_case * \(batch.output)) / 1e6"))
        }
        if let cached, spend.cacheSaving != nil {
            add(
                "/cost/\(leg)/cache_saving_per_case/estimate", "what the cache saves of a case's cost",
                mean("cached_input_per_case * \(input - cached) / 1e6"))
        }
    }

    // MARK: Dedicated capacity

    /// The candidate's tokens of a case.
    private var tokensPerCase: String {
        "(SELECT sum(candidate_input_tokens + candidate_output_tokens) / count(*)::double precision \(pricedPairs))"
    }

    private var callsPerDay: Double { (model.spend.callsPerMonth ?? 0) / (365.0 / 12) }

    private func tokens(_ region: RegionCost) -> String { "\(tokensPerCase) * \(callsPerDay * region.share)" }

    private func replicas(_ region: RegionCost) -> String {
        guard case .dedicated(_, let capacity, let fewest) = model.spend.candidate.price else { return "0" }
        return "greatest(\(fewest), ceil(\(tokens(region)) / \(capacity)))"
    }

    private func breakEven(_ region: RegionCost) -> String {
        guard case .dedicated(_, _, let fewest) = model.spend.candidate.price else { return "0" }
        return "\(Double(fewest) * 24 * region.hourly) * \(tokensPerCase) / (\(costMean("production_cost")))"
    }

    private var dedicatedPerCase: String {
        let sum = model.look.cost.regions.map { "\(replicas($0)) * \(24 * $0.hourly)" }.joined(separator: " + ")
        return "SELECT (\(sum)) / \(callsPerDay) AS estimate"
    }

    private mutating func addRegions() {
        let cost = model.look.cost
        for (index, region) in cost.regions.enumerated() {
            let name = region.name.isEmpty ? "" : " in \(ForeignText.name(region.name))"
            if region.tokensPerDay != nil {
                add("/cost/regions/\(index)/tokens_per_day", "tokens a day\(name)", "SELECT \(tokens(region)) AS estimate")
                add("/cost/regions/\(index)/replicas", "replicas\(name)", "SELECT \(replicas(region)) AS estimate")
                add(
                    "/cost/regions/\(index)/per_day", "what they cost a day\(name)",
                    "SELECT \(replicas(region)) * \(24 * region.hourly) AS estimate")
            }
            if region.breakEvenTokensPerDay != nil {
                add(
                    "/cost/regions/\(index)/break_even_tokens_per_day/estimate", "tokens a day from which replicas are cheaper\(name)",
                    "SELECT \(breakEven(region)) AS estimate")
            }
        }
        if cost.breakEvenTokensPerDay != nil {
            let each = cost.regions.map { "\(breakEven($0)) / \($0.share)" }.joined(separator: ", ")
            add("/cost/break_even_tokens_per_day", "tokens a day from which replicas are cheaper", "SELECT greatest(\(each)) AS estimate")
        }
    }

    // MARK: Volume

    /// Whole days of the trial with their calls: neither the first nor one that has not ended.
    private var wholeDays: String {
        "(SELECT day.day::date AS day, coalesce(sum(counted.calls), 0) AS calls FROM generate_series("
            + "(SELECT min(day) + 1 FROM understudy.volume WHERE \(trial))::timestamp, (SELECT least(\(openDay)::date, "
            + "(ended_at AT TIME ZONE timezone)::date) - 1 FROM understudy.trials WHERE \(trial))::timestamp, interval '1 day') AS day "
            + "LEFT JOIN understudy.volume AS counted ON counted.\(trial) AND counted.day = day.day::date GROUP BY day.day) AS whole"
    }

    mutating func addVolume() {
        if model.spend.callsPerMonth != nil { add("/cost/calls_per_month", "calls a month", callsPerMonth) }
        guard let volume = model.volume else { return }
        add("/volume/whole_days", "whole days", "SELECT count(*) AS estimate FROM \(wholeDays)")
        for (index, part) in volume.weekdays.enumerated() {
            let rows = "FROM \(wholeDays) WHERE extract(isodow FROM day) = \(part.number)"
            let name = "whole \(Dates.weekdayName(part.number))s"
            add("/volume/weekdays/\(index)/days", name, "SELECT count(*) AS estimate \(rows)")
            add("/volume/weekdays/\(index)/calls", "calls on \(name)", "SELECT coalesce(sum(calls), 0) AS estimate \(rows)")
        }
        for (index, part) in volume.hours.enumerated() {
            add("/volume/hours/\(index)/days", "whole days", "SELECT count(*) AS estimate FROM \(wholeDays)")
            add(
                "/volume/hours/\(index)/calls", "calls of whole days from \(part.number):00 on",
                "SELECT coalesce(sum(calls), 0) AS estimate FROM understudy.volume WHERE \(trial) AND hour_of_day = \(part.number) "
                    + "AND day IN (SELECT day FROM \(wholeDays))")
        }
    }

    private var callsPerMonth: String {
        guard let volume = model.volume else {
            return "SELECT sum(1 / sampling_rate) / (max(day) - min(day) + 1) * 365 / 12 AS estimate FROM understudy.pairs "
                + "WHERE \(trial) AND agreement IS NOT NULL"
        }
        guard volume.wholeDays > 0 else {
            return "SELECT sum(calls) / \(model.countedSeconds) * 86400 * 365 / 12 AS estimate FROM understudy.volume WHERE \(trial)"
        }
        return
            "SELECT avg(mean) * 365 / 12 AS estimate FROM (SELECT avg(calls) AS mean FROM \(wholeDays) GROUP BY extract(isodow FROM day)) "
            + "AS weekdays"
    }
}
