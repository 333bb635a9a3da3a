internal import Statistics
internal import Verdict

/// What a case and a month cost, and from when dedicated capacity pays.
extension Sentences {
    /// Cost of a case, and from when dedicated capacity pays.
    var costLead: String {
        guard let theirs = look.cost.production.perCase, let ours = look.cost.candidate.perCase else { return savingSentence }
        let change = ours == theirs ? "costs as much as" : ours < theirs ? "is cheaper than" : "is dearer than"
        return "\(candidate) \(change) \(production): \(Numbers.money(ours)) against \(Numbers.money(theirs)) a case "
            + "(n = \(Numbers.count(look.cost.pairs))). \(breakEven)"
    }

    private var breakEven: String {
        guard case .dedicated = model.spend.candidate.price else { return "Both are paid per token, so there is no break-even volume." }
        guard let tokens = look.cost.breakEvenTokensPerDay else {
            return "Dedicated capacity for \(candidate) pays at no volume that its replicas could serve."
        }
        let everywhere = look.cost.regions.count > 1 ? " in every region" : ""
        return "Its dedicated capacity pays\(everywhere) from \(Numbers.tokens(tokens)) tokens a day on."
    }

    /// What is saved, held pair by pair, with the limits that the gate reads; nil where it is unknown.
    var savedCaseByCase: String? {
        guard let saving = look.cost.saving else { return nil }
        let verb = saving.estimate < 0 ? "costs" : "saves"
        let share = Numbers.percent(abs(saving.estimate))
        let limits = saving.estimate < 0 ? (-saving.upper, -saving.lower) : (saving.lower, saving.upper)
        let month = look.cost.savingPerMonth.flatMap { dollars in
            look.cost.savingPerMonthLimits.map { "; a month \(Page.money(dollars, $0)) at the volume seen, 95 % limits" }
        }
        return "Case by case \(candidate) \(verb) \(share)\(saving.estimate < 0 ? " more" : "") "
            + "(\(Numbers.percent(limits.0)) to \(Numbers.percent(limits.1)), corrected for a look a day\(month ?? ""))."
    }

    /// How a month is reckoned from the days seen; nil where its volume is not known.
    var month: String? {
        guard let calls = model.spend.callsPerMonth else { return nil }
        guard let volume = model.volume else {
            return "A month of \(Numbers.approximate(calls)) calls: as many as the recorded pairs stand for, day by day."
        }
        guard volume.wholeDays > 0 else {
            return "A month of \(Numbers.approximate(calls)) calls, from less than a whole day: how it goes over the day is not known yet."
        }
        let unseen = (1...7).filter { number in !volume.weekdays.contains { $0.number == number } }
        let lacking =
            unseen.isEmpty
            ? "each weekday weighed alike"
            : "no whole \(Sentences.listed(unseen.map(Dates.weekdayName))) seen yet, so the others stand for \(unseen.count == 1 ? "it" : "them")"
        let busiest = volume.busiestHour.map {
            " The busiest hour, from \($0.part.number):00, brings \(Numbers.ratio($0.times)) times the mean hour's calls."
        }
        return
            "A month of \(Numbers.approximate(calls)) calls, from \(Sentences.counted(volume.wholeDays, "whole day")), \(lacking).\(busiest ?? "")"
    }

    /// What dedicated capacity for the busiest hour costs, where that is more than what is reckoned above.
    var peak: String? {
        guard let peak = model.peakCapacity, let charged = look.cost.candidate.perMonth else { return nil }
        let replicas = look.cost.regions.reduce(0) { $0 + ($1.replicas ?? 0) }
        guard peak.replicas > replicas else { return "The replicas reckoned above also serve the busiest hour." }
        return "The busiest hour needs \(Sentences.counted(Int(peak.replicas), "replica")) where the mean day needs "
            + "\(Numbers.count(Int(replicas))): kept all day they cost \(Numbers.money(peak.perMonth)) a month, not \(Numbers.money(charged))."
    }
}
