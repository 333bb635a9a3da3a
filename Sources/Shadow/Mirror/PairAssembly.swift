internal import Traffic

/// What a call's record holds besides its legs.
struct CallFacts: Sendable {
    var id: Identifier
    var workload: String
    var source = Source.mirror
    /// The id that a gateway knows the call by.
    var externalID: String?
    var calledAt: Timestamp
    var segment: String?
    var conversation: String?
    var turn: Int
    var traceparent: String?
    var path: String
    var request: [UInt8]
    /// π_A as it is logged: 0 where the control leg was held back.
    var controlRate: Double
}

/// Puts the legs of one sampled call together, in whatever order they end: a pair is due when production, control (if asked) and
/// its candidate have ended, its call with the first pair. A call whose every candidate was shed leaves no record.
struct PairAssembly {
    /// A record that is due now.
    enum Record: Equatable {
        case call(Call)
        case pair(Pair)
    }

    /// One trial's pair before it has legs.
    struct Plan {
        var id: Identifier
        var trial: Identifier
        var draw: TrialDraw
    }

    private enum Member {
        case waiting
        case ended(Leg)
        case written
        case shed
    }

    private enum Control {
        case none
        case waiting
        case ended(Leg)
    }

    private let facts: CallFacts
    private let evidenceOrder: UInt64
    private let plans: [Plan]
    private var members: [Member]
    private var production: Leg?
    private var control: Control
    private var callIsWritten = false

    init(_ facts: CallFacts, evidenceOrder: UInt64, plans: [Plan], asksControl: Bool) {
        assert(!plans.isEmpty, "a sampled call has a trial")
        self.facts = facts
        self.evidenceOrder = evidenceOrder
        self.plans = plans
        members = plans.map { _ in .waiting }
        control = asksControl ? .waiting : .none
    }

    /// Whether nothing is awaited any more.
    var isFinished: Bool {
        if case .waiting = control { return false }
        guard production != nil else { return false }
        return members.allSatisfy {
            switch $0 {
            case .written, .shed: true
            case .waiting, .ended: false
            }
        }
    }

    /// Plans of which no pair was written and whose candidate was not shed.
    var openPositions: [Int] {
        members.indices.filter {
            switch members[$0] {
            case .waiting, .ended: true
            case .written, .shed: false
            }
        }
    }

    /// The app has its answer, or will never have one.
    mutating func productionEnded(_ leg: Leg) -> [Record] {
        production = leg
        return due()
    }

    /// The second asking of production has ended.
    mutating func controlEnded(_ leg: Leg) -> [Record] {
        control = .ended(leg)
        return due()
    }

    /// The candidate of the plan at that position has ended.
    mutating func candidateEnded(_ position: Int, _ leg: Leg) -> [Record] {
        members[position] = .ended(leg)
        return due()
    }

    /// The candidate of the plan at that position will not be asked and no pair is made.
    mutating func candidateShed(_ position: Int) { members[position] = .shed }

    private mutating func due() -> [Record] {
        guard let production else { return [] }
        let controlLeg: Leg?
        switch control {
        case .none: controlLeg = nil
        case .ended(let leg): controlLeg = leg
        case .waiting: return []
        }
        var records: [Record] = []
        for (position, plan) in plans.enumerated() {
            guard case .ended(let leg) = members[position] else { continue }
            if !callIsWritten {
                callIsWritten = true
                records.append(.call(call(production, controlLeg)))
            }
            members[position] = .written
            records.append(.pair(pair(plan, leg)))
        }
        return records
    }

    private func call(_ production: Leg, _ control: Leg?) -> Call {
        Call(
            id: facts.id, workload: facts.workload, source: facts.source, calledAt: facts.calledAt, externalID: facts.externalID,
            segment: facts.segment,
            conversation: facts.conversation, turn: facts.turn, traceparent: facts.traceparent, path: facts.path, request: facts.request,
            production: production, control: control, controlRate: facts.controlRate)
    }

    private func pair(_ plan: Plan, _ candidate: Leg) -> Pair {
        Pair(
            id: plan.id, callID: facts.id, trial: plan.trial, workload: facts.workload, candidate: candidate,
            samplingRate: plan.draw.samplingRate, evidenceWeight: plan.draw.evidenceWeight,
            adjudicationProbability: plan.draw.adjudicationProbability, planned: plan.draw.planned, hashOrder: evidenceOrder)
    }
}
