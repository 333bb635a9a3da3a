internal import Traffic
internal import Verdict

/// In time or not, and the cheapest way out of agreement mode: a sentence each, below the headline.
extension Sentences {
    /// Whether the verdict will be there by the deadline; nil without one.
    var deadline: String? { DeadlineOutlook(model).map(deadline) }

    private func deadline(_ outlook: DeadlineOutlook) -> String {
        let deadline = dates.day(outlook.deadline, seenFrom: model.trial.asOf)
        let date = "the deadline, \(deadline)"
        switch outlook.standing {
        case .decided:
            return outlook.today > outlook.deadline
                ? "The verdict is there; \(date), has passed."
                : "The verdict is there, \(distance(outlook.today, to: outlook.deadline)) \(date)."
        case .missed:
            return "The deadline, \(deadline), passed \(Sentences.counted(outlook.today - outlook.deadline, "day")) ago without a verdict."
        case .inTime:
            return "The verdict is expected \(by(outlook.expected ?? outlook.deadline)), "
                + "\(distance(outlook.expected ?? outlook.deadline, to: outlook.deadline)) \(date)."
        case .late, .unknown: return "\(pace(outlook, date)); \(remedy(outlook))."
        }
    }

    /// What happens if nothing is done.
    private func pace(_ outlook: DeadlineOutlook, _ date: String) -> String {
        guard let expected = outlook.expected else {
            return outlook.needs.isEmpty
                ? "Whether the verdict will be there by \(date), cannot be told" : "By itself the verdict will not be there by \(date)"
        }
        if outlook.endsBefore, expected > outlook.deadline {
            return "At this pace there is no verdict by \(date), nor by the trial's last look, on day \(terms.maxDays)"
        }
        if expected > outlook.deadline {
            return "At this pace the verdict comes \(by(expected)), \(Sentences.counted(expected - outlook.deadline, "day")) after \(date)"
        }
        return "At this pace the verdict comes only after the trial's last look, on day \(terms.maxDays), though before \(date)"
    }

    private func remedy(_ outlook: DeadlineOutlook) -> String {
        guard outlook.ways.isEmpty else { return outlook.ways.map(words).joined(separator: ", or ") }
        switch outlook.obstacle {
        case .calendar(let days)?: return "a verdict needs \(Sentences.counted(days, "more day")) with pairs, which nothing shortens"
        case .pairs(let day?)?: return "even every call sampled should bring it only \(by(day))"
        case .pairs(nil)?: return "even every call sampled should not bring it within the trial's \(terms.maxDays) days"
        case .gate(let name)?: return "\(name.label) is not on course to be decided"
        case .noPairs?: return "no more pairs are to come"
        case .lastLook?: return "the last look has been taken, and a new trial would have to begin"
        case .nothingKnown? where !outlook.needs.isEmpty:
            return
                "\(Sentences.listed(outlook.needs.map(words))) \(outlook.needs.count == 1 ? "is" : "are") needed first, and how soon the "
                + "verdict comes then is not known yet"
        case .nothingKnown?, nil: return "too little is known yet"
        }
    }

    /// `judging the 360 disagreements that wait and sampling 15 % of calls instead of 10 % should bring it by Thursday`.
    func words(_ way: DeadlineOutlook.Way) -> String {
        "\(Sentences.listed(way.steps.map(words))) should bring it \(by(way.day))"
    }

    private func words(_ step: DeadlineOutlook.Step) -> String {
        switch step {
        case .speedUp(.adjudicatePending(let count)):
            "judging the \(Sentences.counted(count, "disagreement")) that wait\(count == 1 ? "s" : "")"
        case .speedUp(.givePrices): "giving both prices"
        case .speedUp(.raiseCandidateLimits): "raising candidate.limits, so that fewer calls are shed,"
        case .speedUp(let other): speedUp(other)
        case .sample(let rate):
            "sampling \(Numbers.percent(rate)) of calls instead of \(model.trial.samplingRate.map(Numbers.percent) ?? "fewer")"
        case .judge(let way): "judging \(Sentences.counted(way.judgements, "disagreement"))\(way.inNewTrial ? " of a new trial" : "")"
        case .judgeAll: "a new trial in which every disagreement is judged"
        case .newTrial: "a new trial begun today"
        }
    }

    /// `by Thursday`, `today`.
    private func by(_ day: Int) -> String {
        let due = dates.due(day, seenFrom: model.trial.asOf)
        return due == "today" ? due : "by \(due)"
    }

    /// `28 days before`, `on the day of`.
    private func distance(_ day: Int, to deadline: Int) -> String {
        day == deadline ? "on the day of" : "\(Sentences.counted(deadline - day, "day")) before"
    }

    // MARK: The cheapest way out

    /// How few judgements would decide where nobody has judged; nil where that is not what is missing.
    var wayOut: String? {
        guard let way = look.wayOut else { return nil }
        if way.judgements == 0 {
            let more = "about \(Numbers.approximate(Double(way.pairs))) more pair\(way.pairs == 1 ? "" : "s")"
            return "The cheapest way out is to wait: \(more) should decide\(wayOutDate(way)) without a judgement."
        }
        if way.minutes > Sentences.longestWayOut {
            let pairs = way.pairs > 0 ? " and about \(Numbers.approximate(Double(way.pairs))) more pairs" : ""
            return "There is no cheap way out: it would take about \(Numbers.approximate(Double(way.judgements))) judgements, about "
                + "\(workTime(way.minutes)) at an assumed \(Numbers.plain(WayOut.secondsPerJudgement)) s each\(pairs), because so many "
                + "answers differ. Labels, or a narrower comparison (compare.as), would decide with less."
        }
        let count = "\(Numbers.count(way.judgements)) judgement\(way.judgements == 1 ? "" : "s")"
        let time = "about \(workTime(way.minutes)) at an assumed \(Numbers.plain(WayOut.secondsPerJudgement)) s each"
        let anew = way.inNewTrial ? " in a new trial (adjudicate.by: people)" : ""
        return "The cheapest way out: \(count), \(time), should decide\(wayOutDate(way))\(anew), if both models are equally good."
    }

    /// Minutes of judging, a working week, beyond which nobody would call it cheap.
    private static let longestWayOut = 2400.0

    private func wayOutDate(_ way: WayOut) -> String {
        guard let days = way.days else {
            if way.pairs > 0 { return " once \(Sentences.counted(way.pairs, "more pair")) \(way.pairs == 1 ? "is" : "are") there" }
            return " quality"
        }
        let left = Double(max(0, terms.maxDays - look.day))
        if days > left, !way.inNewTrial { return ", though not before the last look on day \(terms.maxDays)" }
        return " \(by(dates.localDays(model.trial.asOf.adding(seconds: days * 86_400))))"
    }

    /// `90 minutes`, `3.5 hours`.
    private func workTime(_ minutes: Double) -> String {
        if minutes < 1.5 { return "a minute" }
        if minutes < 120 { return "\(Numbers.approximate(minutes)) minutes" }
        return "\(Numbers.decimal(minutes / 60, places: minutes < 600 ? 1 : 0)) hours"
    }

    /// What stands right below the headline.
    var belowHeadline: [String] { [deadline, wayOut].compactMap { $0 } }
}
