internal import Statistics
internal import Verdict

/// What is said of the judge model.
extension Sentences {
    /// `gpt-5-mini gave an opinion on 412 of the 431 pairs put to it, and both orders agree on 88 % of them.`
    func judgeLead(_ judge: ReportModel.JudgeFigures) -> String {
        let name = ForeignText.name(judge.model)
        let all = judge.pairs + judge.waiting
        if all == 0 { return "\(name) was asked about nothing yet: no pair differs." }
        if judge.opinions == 0 { return "\(name) gave no opinion yet on the \(Sentences.counted(all, "pair")) put to it." }
        let consistent = judge.orders.share.map { ", and both orders of the answers came out alike in \(Numbers.percent($0.estimate))" }
        return "\(name) gave an opinion on \(Numbers.count(judge.opinions)) of the \(Sentences.counted(all, "pair")) put to it"
            + "\(consistent ?? "")."
    }

    /// What waits, what failed, what it reads, what it cost; each only where there is something to say.
    func judgeLines(_ judge: ReportModel.JudgeFigures) -> [String] {
        var lines: [String] = []
        if let reading = look.quality.predictedDifference, judge.opinions > 0 {
            let size = reading == 0 ? "as often as" : "\(Numbers.points(reading)) points \(reading < 0 ? "less" : "more") often than"
            lines.append("By its reading \(candidate) is right \(size) \(production); a reading proves nothing.")
        }
        if judge.waiting > 0 {
            lines.append(
                "\(Sentences.counted(judge.waiting, "pair")) wait\(judge.waiting == 1 ? "s" : "") for it; the evidence stops before the oldest."
            )
        }
        if !judge.errors.isEmpty {
            let reasons = judge.errors.map { "\(ForeignText.name($0.error)) \(Numbers.count($0.pairs))" }.joined(separator: ", ")
            lines.append("Without an opinion, and without a prediction in the evidence: \(reasons).")
        }
        if judge.reused > 0 {
            lines.append(
                "\(Sentences.counted(judge.reused, "opinion")) \(judge.reused == 1 ? "is" : "are") another pair's with the same question.")
        }
        let limit = judge.dollarsPerDay.map { " (limit \(Numbers.money($0)) a day)" } ?? ""
        if let cost = judge.cost {
            lines.append("Its \(Sentences.counted(judge.calls, "call")) cost \(Numbers.money(cost))\(limit).")
        } else {
            lines.append("What its \(Sentences.counted(judge.calls, "call")) cost is not known: set judge.price.")
        }
        return lines
    }
}
