internal import Configuration
internal import Telemetry
internal import Traffic

/// The shadow thread's figures for Prometheus. Model calls carry the names of the OpenTelemetry GenAI conventions, our own the
/// prefix `understudy_`. Segments are not labels: their values come from request headers.
final class ShadowMetrics {
    private struct LegKey: Hashable {
        var workload: String
        var role: LegRole
        var candidate: String
        var model: String
        var error: String
    }

    private struct LegSeries {
        var duration: Histogram
        var firstChunk: Histogram
        var input: Histogram
        var output: Histogram
    }

    private let registry: MetricsRegistry
    private var legs: [LegKey: LegSeries] = [:]

    init(_ registry: MetricsRegistry) { self.registry = registry }

    /// Counts deltas by stage. `candidateName` names a trial's candidate.
    func count(_ deltas: [CoverageDelta], candidateName: (Identifier) -> String?) {
        for delta in deltas {
            let candidate = delta.trial.flatMap(candidateName) ?? ""
            switch delta.stage {
            case .calls:
                guard delta.trial == nil else { continue }
                registry.counter(
                    "understudy_calls_total", help: "Calls that came through the route.", labels: ["workload": delta.workload]
                ).add(delta.count)
            case .sampled:
                registry.counter(
                    "understudy_sampled_total", help: "Calls drawn for the trial.",
                    labels: ["workload": delta.workload, "candidate": candidate]
                ).add(delta.count)
            case .skipped, .shed:
                let isShed = delta.stage == .shed
                registry.counter(
                    isShed ? "understudy_shed_total" : "understudy_skipped_total",
                    help: isShed
                        ? "Drawn calls of which no pair came, or none in which the candidate was asked." : "Calls not shadowed on purpose.",
                    labels: ["workload": delta.workload, "candidate": candidate, "reason": delta.reason]
                ).add(delta.count)
            case .controlSkipped:
                registry.counter(
                    "understudy_control_skipped_total", help: "Control legs drawn and not asked.",
                    labels: ["workload": delta.workload, "reason": delta.reason]
                ).add(delta.count)
            case .profileCalls, .profileExpected, .profileDrawn, .profileSampled, .profileKept: break
            case .fault:
                registry.counter(
                    "understudy_faults_total", help: "Faults of the mirror that ended in plain pass-through.",
                    labels: ["workload": delta.workload, "reason": delta.reason]
                ).add(delta.count)
            }
        }
    }

    /// Counts a trial's pairs.
    func pairs(of trial: MirrorTrial) -> Counter {
        registry.counter(
            "understudy_pairs_total", help: "Pairs handed to the spool.",
            labels: ["workload": trial.workload, "candidate": trial.settings.candidate.name])
    }

    /// A shadowed call's leg has ended.
    func observe(_ leg: Leg, _ role: LegRole, workload: String, candidate: String?) {
        let key = LegKey(
            workload: workload, role: role, candidate: candidate ?? "", model: leg.model ?? "", error: leg.failure?.rawValue ?? "")
        let series = legs[key] ?? make(key)
        if let duration = leg.durationMs { series.duration.observe(duration / 1000) }
        if let first = leg.ttftMs { series.firstChunk.observe(first / 1000) }
        if let input = leg.usage.input { series.input.observe(Double(input)) }
        if let output = leg.usage.output { series.output.observe(Double(output)) }
    }

    private func make(_ key: LegKey) -> LegSeries {
        let labels: KeyValuePairs<String, String> = [
            "gen_ai_operation_name": "chat", "gen_ai_response_model": key.model, "error_type": key.error,
            "understudy_workload": key.workload, "understudy_leg": key.role.rawValue, "understudy_candidate": key.candidate,
        ]
        func tokens(_ type: String) -> Histogram {
            registry.histogram(
                "gen_ai_client_token_usage", help: "Tokens that the providers counted for shadowed calls.",
                labels: [
                    "gen_ai_operation_name": "chat", "gen_ai_response_model": key.model, "gen_ai_token_type": type,
                    "understudy_workload": key.workload, "understudy_leg": key.role.rawValue, "understudy_candidate": key.candidate,
                ], bounds: Histogram.tokens)
        }
        let series = LegSeries(
            duration: registry.histogram(
                "gen_ai_client_operation_duration_seconds", help: "Shadowed calls' legs from send to end.", labels: labels),
            firstChunk: registry.histogram(
                "gen_ai_client_operation_time_to_first_chunk_seconds", help: "Streamed legs from send to the first delta with content.",
                labels: labels), input: tokens("input"), output: tokens("output"))
        if legs.count >= MetricsRegistry.maxSeries { legs.removeAll() }  // models' names come from outside
        legs[key] = series
        return series
    }

    /// Shows one candidate's cage.
    func show(_ cell: CandidateCell) {
        let labels: KeyValuePairs<String, String> = ["workload": cell.trial.workload, "candidate": cell.candidate.name]
        registry.gauge("understudy_candidate_in_flight", help: "Candidate calls in flight.", labels: labels).set(Double(cell.cage.inFlight))
        registry.gauge("understudy_candidate_waiting", help: "Candidate calls in line.", labels: labels).set(Double(cell.cage.waiting))
        registry.gauge("understudy_circuit_open", help: "1 while the candidate's circuit breaker is open.", labels: labels)
            .set(cell.cage.isOpen ? 1 : 0)
        registry.gauge("understudy_candidate_spent_dollars", help: "USD that the candidate has cost today, by this mirror.", labels: labels)
            .set(cell.cage.spent)
    }

    /// Shows which trials get calls and no pairs.
    func show(_ states: [PairWatch.State]) {
        for state in states {
            registry.gauge(
                "understudy_trial_without_pairs", help: "1 while calls arrive for the trial and no pair does.",
                labels: ["workload": state.workload, "candidate": state.candidate]
            ).set(state.isStarved ? 1 : 0)
        }
    }
}
