internal import Glibc
internal import Statistics
internal import Traffic
internal import Verdict

/// Whether the verdict will be there by the trial's deadline, and if not what would make it so.
struct DeadlineOutlook {
    enum Standing: String {
        case decided
        /// It passed without a verdict.
        case missed
        case inTime = "in_time"
        case late
        case unknown
    }

    /// One way to have the verdict in time.
    struct Way {
        /// What must be done, all of it.
        var steps: [Step]
        /// The day on which the verdict is expected then.
        var day: Int
    }

    enum Step: Hashable {
        /// As the look names it.
        case speedUp(SpeedUp)
        /// Sample this share of the calls.
        case sample(Double)
        /// Judge so many disagreements.
        case judge(WayOut)
        /// Begin anew, with every disagreement judged.
        case judgeAll
        /// Begin anew.
        case newTrial
    }

    /// What stands against a verdict in time when there is no way.
    enum Obstacle: Hashable {
        /// A verdict needs days that are still to come.
        case calendar(days: Int)
        /// Even with every call sampled; nil where that is after the trial's last look.
        case pairs(day: Int?)
        /// This gate is not on course.
        case gate(GateName)
        /// No more pairs are to come.
        case noPairs
        /// The last look has been taken.
        case lastLook
        /// Nothing can be told yet.
        case nothingKnown
    }

    /// Days are those of the trial's calendar, counted from 1970-01-01.
    let deadline: Int
    let today: Int
    let standing: Standing
    /// When the verdict is expected if nothing is done; nil where that cannot be told.
    let expected: Int?
    /// The trial's last look comes before that.
    let endsBefore: Bool
    /// Without these there is no verdict, however long it takes.
    let needs: [Step]
    let ways: [Way]
    /// nil where there is a way, or none is needed.
    let obstacle: Obstacle?

    /// nil for a trial without a deadline.
    init?(_ model: ReportModel) {
        guard let deadline = model.trial.deadline.flatMap(Dates.days) else { return nil }
        let plan = DeadlinePlan(model, deadline: deadline)
        self.deadline = deadline
        today = plan.today
        let isDecided = model.look.decision.recommendation != .keepShadowing
        let isOver = plan.today > deadline
        needs = isDecided || isOver ? [] : plan.needs
        let expected = isDecided || isOver || !needs.isEmpty ? nil : plan.expectedDay
        self.expected = expected
        endsBefore = expected.map { $0 > plan.lastDay } ?? false
        if isDecided {
            standing = .decided
        } else if isOver {
            standing = .missed
        } else if let expected {
            standing = expected <= min(deadline, plan.lastDay) ? .inTime : .late
        } else {
            standing = needs.isEmpty ? .unknown : .late
        }
        let isOpen = standing == .late || standing == .unknown
        ways = isOpen ? plan.ways : []
        obstacle = isOpen && ways.isEmpty ? plan.obstacle : nil
    }
}

/// The waits of an undecided trial, and what shortens them.
private struct DeadlinePlan {
    /// What is waited for: days that nothing shortens, and pairs at the present rate.
    private struct Wait {
        var gate: GateName?
        var calendar = 0.0
        /// Days until the pairs are there; nil where they never are.
        var paired: Double?
    }

    let model: ReportModel
    let deadline: Int
    let today: Int
    /// The day of the trial's last look.
    let lastDay: Int
    private let dates: Dates
    private let waits: [Wait]
    /// Days that are left, up to the deadline's end and the last look.
    private let available: Double

    init(_ model: ReportModel, deadline: Int) {
        self.model = model
        self.deadline = deadline
        dates = Dates(utcOffsetSeconds: model.trial.utcOffsetSeconds)
        today = dates.localDays(model.trial.asOf)
        let looks = max(0, model.trial.terms.maxDays - model.look.day)
        lastDay = today + looks
        available = dates.daysUntilEnd(of: min(deadline, today + looks), from: model.trial.asOf)
        waits = DeadlinePlan.waits(model)
    }

    private var look: Look { model.look }

    // MARK: What is waited for

    private static func waits(_ model: ReportModel) -> [Wait] {
        let look = model.look
        switch look.decision.because {
        case .drift, .everyGate: return []
        case .tier: return [Wait(paired: look.tier.forecastDays)]
        case .gate: break
        }
        func days(_ pairs: Int?) -> Double? {
            guard let pairs else { return nil }
            if pairs == 0 { return 0 }
            return look.pairsPerDay.flatMap { $0 > 0 ? Double(pairs) / $0 : nil }
        }
        var waits = look.waits.map { forecast in
            Wait(
                gate: forecast.gate,
                calendar: forecast.gate == .evidence ? Double(max(0, model.trial.terms.days - look.day)) : 0, paired: days(forecast.pairs))
        }
        if let way = judging(look) {
            // What is judged needs no agreement, and noise only advises then.
            waits.removeAll { $0.gate == .quality || $0.gate == .noise }
            waits.append(Wait(gate: .quality, paired: days(way.pairs)))
        }
        return waits
    }

    /// Judging that the verdict cannot do without.
    private static func judging(_ look: Look) -> WayOut? { look.wayOut.flatMap { $0.judgements > 0 && !$0.inNewTrial ? $0 : nil } }

    /// Days until the verdict when pairs come `times` as fast; nil where it never comes.
    private func days(times: Double = 1) -> Double? {
        guard !look.inconclusive, !waits.isEmpty else { return nil }
        var longest = 0.0
        for wait in waits {
            guard let paired = wait.paired else { return nil }
            longest = max(longest, wait.calendar, paired / times)
        }
        return longest
    }

    private func day(after days: Double) -> Int { dates.localDays(model.trial.asOf.adding(seconds: min(days, 36_500) * 86_400)) }

    var expectedDay: Int? { days().map(day) }

    /// Steps without which no wait ends.
    var needs: [DeadlineOutlook.Step] {
        guard case .gate = look.decision.because, !look.inconclusive else { return [] }
        var needs: [DeadlineOutlook.Step] = []
        if let way = DeadlinePlan.judging(look) {
            needs.append(.judge(way))
        } else if look.quality.pending > 0, lacksJudging {
            needs.append(.speedUp(.adjudicatePending(look.quality.pending)))
        }
        if look.shortfalls.contains(where: { if case .shed = $0 { true } else { false } }) { needs.append(.speedUp(.raiseCandidateLimits)) }
        let pricesLack = model.spend.production.price == .none || model.spend.candidate.price == .none
        if look.gate(.cost).status == .open, look.cost.saving == nil, pricesLack { needs.append(.speedUp(.givePrices)) }
        return needs
    }

    /// The evidence asks for more judgements, or there are pairs enough to decide quality once those that wait are judged.
    private var lacksJudging: Bool {
        let asked = look.shortfalls.contains { shortfall in
            switch shortfall {
            case .adjudicated, .imputed: true
            case .days, .pairs, .shed, .biased, .drift: false
            }
        }
        return asked || look.basis.isAdjudicated && look.waits.contains { $0.gate == .quality && $0.pairs == 0 }
    }

    // MARK: What would make it so

    var ways: [DeadlineOutlook.Way] {
        switch look.decision.because {
        case .drift: return begunAnew(.newTrial, pairs: EvidenceNeeds.pairs)
        case .everyGate: return []
        case .tier, .gate: break
        }
        var ways: [DeadlineOutlook.Way] = []
        if let way = look.wayOut, way.inNewTrial, let days = way.days, fits(days, isNew: true) {
            ways.append(DeadlineOutlook.Way(steps: [.judge(way)], day: day(after: days)))
        }
        if let days = days() {
            if fits(days) {
                if !needs.isEmpty { ways.append(DeadlineOutlook.Way(steps: needs, day: day(after: days))) }
            } else if let rate = rateNeeded, let sooner = self.days(times: rate / (model.trial.samplingRate ?? 1)), fits(sooner) {
                ways.append(DeadlineOutlook.Way(steps: needs + [.sample(rate)], day: day(after: sooner)))
            }
        }
        if ways.isEmpty { ways = judgedWholly }
        return ways
    }

    /// Within what is left; a new trial has looks of its own.
    private func fits(_ days: Double, isNew: Bool = false) -> Bool {
        day(after: days) <= (isNew ? deadline : min(deadline, lastDay))
    }

    /// The share of calls with which the pairs would be there in time, rounded up; nil where there is none.
    private var rateNeeded: Double? {
        guard let rate = model.trial.samplingRate, rate < 1, model.trial.running, available > 0,
            waits.allSatisfy({ $0.calendar <= available }), let longest = waits.compactMap(\.paired).max(), longest > available
        else { return nil }
        let needed = rate * longest / available
        let step = pow(10, floor(log10(needed)) - 1)
        let rounded = (needed / step).rounded(.up) * step
        return rounded <= 1 ? rounded : needed <= 1 ? 1 : nil
    }

    /// Where only a share of the disagreements is drawn, a trial that judges all of them needs fewer pairs.
    private var judgedWholly: [DeadlineOutlook.Way] {
        guard look.speedUps.contains(.raiseAdjudicationShare), look.quality.pairs > 0 else { return [] }
        let pairs = plannedPairs(
            disagreement: Double(look.quality.disagreements) / Double(look.quality.pairs), margin: model.trial.terms.margins.quality,
            difference: look.gate(.quality).estimate ?? 0, alpha: model.trial.terms.sideAlpha)
        return pairs.map { begunAnew(.judgeAll, pairs: max($0, EvidenceNeeds.pairs)) } ?? []
    }

    private func begunAnew(_ step: DeadlineOutlook.Step, pairs: Int) -> [DeadlineOutlook.Way] {
        guard let perDay = look.pairsPerDay, perDay > 0 else { return [] }
        let days = max(Double(model.trial.terms.days), Double(pairs) / perDay)
        return fits(days, isNew: true) ? [DeadlineOutlook.Way(steps: [step], day: day(after: days))] : []
    }

    var obstacle: DeadlineOutlook.Obstacle {
        if look.inconclusive { return .lastLook }
        let calendar = waits.map(\.calendar).max() ?? 0
        if calendar > available { return .calendar(days: Int(calendar.rounded(.up))) }
        if case .drift = look.decision.because { return .calendar(days: model.trial.terms.days) }
        if look.pairsPerDay == nil {
            // Before the first day has ended nobody knows how fast pairs come.
            return model.trial.running && model.trial.samplingRate != nil ? .nothingKnown : .noPairs
        }
        if let stuck = waits.first(where: { $0.paired == nil })?.gate { return .gate(stuck) }
        guard let rate = model.trial.samplingRate, let fastest = days(times: 1 / max(rate, 1e-6)) else { return .nothingKnown }
        let first = day(after: fastest)
        return .pairs(day: first <= lastDay ? first : nil)
    }
}
