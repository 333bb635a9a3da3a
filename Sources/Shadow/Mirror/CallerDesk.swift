internal import Traffic

/// The callers of all workloads as the shadow thread knows them: who may be shadowed, and what production said to whom.
struct CallerDesk {
    /// A drawn call that was left out for its caller.
    struct TurnedAway {
        var route: Route
        var draws: [TrialDraw]
        var calledAt: Timestamp
    }

    private struct Open {
        var workload: String
        var caller: UInt64
        var turnedAway: TurnedAway?
    }

    private var breakers: [String: CallerBreaker] = [:]
    /// Calls of which production's answer is awaited.
    private var open: [Identifier: Open] = [:]

    /// Whether a drawn call may be shadowed. `answered` must follow for it either way.
    mutating func admits(_ call: SampledCall, at now: UInt64) -> Bool {
        let workload = call.route.workload
        let caller = CallerBreaker.caller(call.headers, target: call.target, key: call.route.plan.key)
        let isAdmitted = breakers[workload, default: CallerBreaker()].admits(caller, at: now)
        let turnedAway = isAdmitted ? nil : TurnedAway(route: call.route, draws: call.draw.trials, calledAt: call.draw.calledAt)
        open[call.draw.id] = Open(workload: workload, caller: caller, turnedAway: turnedAway)
        return isAdmitted
    }

    /// Production has answered that call, or will never. Gives it back if it was turned away.
    mutating func answered(_ id: Identifier, _ status: Int?, at now: UInt64) -> TurnedAway? {
        guard let call = open.removeValue(forKey: id) else { return nil }
        if let status { breakers[call.workload, default: CallerBreaker()].answered(call.caller, status: status, at: now) }
        return call.turnedAway
    }
}
