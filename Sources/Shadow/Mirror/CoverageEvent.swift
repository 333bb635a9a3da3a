internal import Traffic

/// All that can happen to a call on its way to a pair, each with the stage and reason that the coverage shows.
enum CoverageEvent: UInt8, CaseIterable {
    /// A call came through the route.
    case call
    /// Drawn for the trial, and a call that can be shadowed.
    case sampled
    /// Another method or path than those of `match`.
    case skippedNoMatch
    /// `Understudy-Leg` says that it is a shadow call already.
    case skippedLoop
    /// `x-stainless-retry-count` above 0: the SDK sends again what was drawn or not before.
    case skippedRetry
    /// The body is no JSON object.
    case skippedNotJSON
    /// The call leans on state that the production server keeps: the candidate cannot know it.
    case skippedServerState
    /// Production had refused the caller's credentials and refused this call too: there was nothing to compare.
    case skippedCallerRefused
    /// The request is longer than the capture limit, so that the candidate could not be asked the same.
    case shedTooLarge
    /// As much is being captured at once as memory allows.
    case shedCaptureFull
    case shedQueueFull
    case shedQueueTimeout
    /// The circuit breaker was open. A pair is written, in which the candidate failed.
    case shedCircuitOpen
    case shedDailyBudget
    case shedCallsPerMinute
    /// The candidate's key is named but was not found.
    case shedNoKey
    /// Production had refused the caller's credentials before, but did answer this call.
    case shedCallerRefused
    /// The mirror was stopped before the candidate answered.
    case shedStopping
    /// The spool took no more.
    case shedSpoolFull
    /// Production has shown that it is short of capacity.
    case controlSkippedBackoff
    /// As many control calls as may run at once were running.
    case controlSkippedBusy
    /// As many control calls as may be asked in a day were asked.
    case controlSkippedDailyCap
    /// A fault of ours about a shadow, which the call itself did not feel.
    case fault

    /// The stage of the funnel.
    var stage: CoverageStage {
        switch self {
        case .call: .calls
        case .sampled: .sampled
        case .skippedNoMatch, .skippedLoop, .skippedRetry, .skippedNotJSON, .skippedServerState, .skippedCallerRefused:
            .skipped
        case .shedTooLarge, .shedCaptureFull, .shedQueueFull, .shedQueueTimeout, .shedCircuitOpen, .shedDailyBudget, .shedCallsPerMinute,
            .shedNoKey, .shedCallerRefused, .shedStopping, .shedSpoolFull:
            .shed
        case .controlSkippedBackoff, .controlSkippedBusy, .controlSkippedDailyCap: .controlSkipped
        case .fault: .fault
        }
    }

    /// The reason as metrics, `status` and views show it; empty where the stage needs none.
    var reason: String {
        switch self {
        case .call, .sampled: ""
        case .skippedNoMatch: "no_match"
        case .skippedLoop: "loop"
        case .skippedRetry: "retry"
        case .skippedNotJSON: "not_json"
        case .skippedServerState: "server_state"
        case .shedTooLarge: "too_large"
        case .shedCaptureFull: "capture_full"
        case .shedQueueFull: "queue_full"
        case .shedQueueTimeout: "queue_timeout"
        case .shedCircuitOpen: "circuit_open"
        case .shedDailyBudget: "daily_budget"
        case .shedCallsPerMinute: "calls_per_minute"
        case .shedNoKey: "no_key"
        case .skippedCallerRefused, .shedCallerRefused: "caller_refused"
        case .shedStopping: "stopping"
        case .shedSpoolFull: "spool_full"
        case .controlSkippedBackoff: "backoff"
        case .controlSkippedBusy: "busy"
        case .controlSkippedDailyCap: "daily_cap"
        case .fault: "shadow"
        }
    }
}
