internal import Configuration
internal import EventLoop
internal import HTTPClient
internal import HTTPWire
internal import ModelAPI
internal import Telemetry
internal import Traffic

/// Everything that happens beside the production path, on one thread with its own connections: asks candidates and control, reads
/// captured answers, puts pairs together and hands them to the sink. Production never waits for it: loops hand calls over and go on.
///
/// `@unchecked Sendable`: touched by its own thread alone; others reach it by `submit`.
final class ShadowDesk: @unchecked Sendable {
    /// Control calls in flight at once.
    static let maxControls = 64
    /// Longest time that production may take over a control call.
    static let controlTimeout: UInt64 = 300_000_000_000

    /// How far production's loops go before the shadow thread where both want the processor.
    static let niceness: Int32 = 10

    let thread: LoopThread
    let limits: CaptureLimits
    private let sink: any PairSink
    private let log: Log
    private let metrics: ShadowMetrics
    private var client: HTTPClient?
    private var cells: [Identifier: CandidateCell] = [:]
    private var calls: [Identifier: OpenCall] = [:]
    private var controls = 0
    private let controlsPerDay: Int
    private var controlAllowances: [String: ControlAllowance] = [:]
    private var callers = CallerDesk()
    var ledger = CoverageLedger()
    /// Counted and shown already, but not taken by the sink yet.
    private var unsent = CoverageLedger()
    private var identifiers = IdentifierSource()
    var recent = RecentCalls()
    private var watch = PairWatch()
    private var metricsServer: MetricsServer?
    private var onIdle: (() -> Void)?

    init(
        limits: CaptureLimits, controlsPerDay: Int, sink: any PairSink, metrics: MetricsRegistry, log: Log
    ) throws(EventLoopError) {
        // A flood of shadows on a busy machine must not take the processor from production's loops.
        thread = try LoopThread(name: "shadow", niceness: ShadowDesk.niceness)
        self.controlsPerDay = controlsPerDay
        self.limits = limits
        self.sink = sink
        self.log = log
        self.metrics = ShadowMetrics(metrics)
    }

    /// Runs `work` on the desk's thread, in the order of submission.
    func submit(_ work: @escaping @Sendable (ShadowDesk) -> Void) { thread.loop.submit { [self] in work(self) } }

    var now: Timestamp { Timestamp(microseconds: WallClock.microseconds()) }

    /// Keeps the metrics' server until the end: it runs on the desk's loop, so that it is silent when the desk is stuck.
    func keep(_ server: MetricsServer) { metricsServer = server }

    /// Serves metrics no longer.
    func closeMetrics() {
        metricsServer?.close()
        metricsServer = nil
    }

    // MARK: Settings

    /// Takes the trials of a new snapshot. Calls of trials that are gone are still brought to their end.
    func follow(_ trials: [MirrorTrial], environment: [String: String]) {
        if client == nil { client = HTTPClient(loop: thread.loop) }
        for trial in trials {
            let key = FoundKey(trial.settings.candidate.key, environment: environment)
            if case .missing(let place) = key {
                log.warning(
                    "mirror", "the candidate's key was not found, so its calls are shed; set it and restart the mirror",
                    ["workload": trial.workload, "candidate": trial.settings.candidate.name, "place": place])
            }
            if let cell = cells[trial.id] {
                cell.update(trial, key: key)
                takeTurns(of: cell)
            } else {
                cells[trial.id] = CandidateCell(trial, key: key, pairs: metrics.pairs(of: trial))
            }
        }
        let running = Set(trials.map(\.id))
        for (id, cell) in cells where !running.contains(id) && cell.cage.inFlight == 0 && cell.cage.waiting == 0 { cells[id] = nil }
        watch.follow(trials)
    }

    // MARK: Calls

    /// A drawn call's request is complete: production is being asked, so candidate and control are asked now.
    func begin(_ sampled: SampledCall) {
        do throws(MirrorFault) { try limits.failpoints.reach(.asking) } catch {
            limits.memory.giveBack(sampled.heldBytes)
            return countFault(sampled.route.workload)
        }
        profile(.profileDrawn, sampled)
        let request: ChatRequest
        do { request = try ChatRequest(body: sampled.body) } catch { return skip(sampled, .skippedNotJSON) }
        if request.serverState != nil { return skip(sampled, .skippedServerState) }
        guard callers.admits(sampled, at: MonotonicClock.nanoseconds()) else { return limits.memory.giveBack(sampled.heldBytes) }
        for trial in sampled.draw.trials { count(.sampled, sampled, trial) }
        profile(.profileSampled, sampled, hasTools: request.hasTools)
        let control = controlDecision(sampled)
        let call = OpenCall(sampled, request: request, controlRate: control.rate, asksControl: control.asks) { [self] in
            identifiers.next(at: sampled.draw.calledAt)
        }
        calls[sampled.draw.id] = call
        // Timed by the gateway, so it is in no metric of ours.
        if let tapped = sampled.tapped { write(call.assembly.productionEnded(tapped.production), of: call) }
        var isWanted = false
        for position in sampled.draw.trials.indices where ask(call, position) { isWanted = true }
        guard isWanted else { return finish(call) }
        if control.asks { askControl(call) }
    }

    /// Production's answer to a call has ended, or will never come.
    func productionEnded(_ id: Identifier, _ answer: AnswerCapture) {
        if let turnedAway = callers.answered(id, answer.status, at: MonotonicClock.nanoseconds()) { count(turnedAway, answer.status) }
        guard let call = calls[id] else { return limits.memory.giveBack(answer.bytes) }
        guard let leg = read(answer, of: call, confidence: .logprobs) else { return }
        metrics.observe(leg, .production, workload: call.sampled.route.workload, candidate: nil)
        write(call.assembly.productionEnded(leg), of: call)
    }

    /// A leg from what came back. nil: nobody waits for it any more, or a fault of ours, which ends the call's shadow.
    private func read(_ answer: AnswerCapture, of call: OpenCall, confidence: ConfidenceSource) -> Leg? {
        guard calls[call.sampled.draw.id] != nil else {
            limits.memory.giveBack(answer.bytes)
            return nil
        }
        call.heldBytes += answer.bytes
        do throws(MirrorFault) { return try Leg(answer, of: call.request, confidence: confidence, limits.failpoints) } catch {
            countFault(call.sampled.route.workload)
            finish(call)
            return nil
        }
    }

    private func skip(_ sampled: SampledCall, _ event: CoverageEvent) {
        for trial in sampled.draw.trials { count(event, sampled, trial) }
        limits.memory.giveBack(sampled.heldBytes)
    }

    /// Counts a call that was turned away for its caller, now that production's answer says whether there was something to compare.
    private func count(_ turnedAway: CallerDesk.TurnedAway, _ status: Int?) {
        let isRefused = CallerBreaker.isRefusal(status)
        for draw in turnedAway.draws {
            for event in isRefused ? [CoverageEvent.skippedCallerRefused] : [.sampled, .shedCallerRefused] {
                ledger.count(
                    event, workload: turnedAway.route.workload, trial: turnedAway.route.trials[draw.trial].id, segment: draw.segment,
                    at: turnedAway.calledAt)
            }
        }
    }

    // MARK: The candidate

    /// Sends the call to a trial's candidate, puts it in line, or sheds it. False: no pair will come of it.
    private func ask(_ call: OpenCall, _ position: Int) -> Bool {
        guard let cell = cells[call.trial(position)] else { return shed(call, position, .shedStopping) }
        if case .missing = cell.key { return shed(call, position, .shedNoKey) }
        let decision = cell.cage.arrive(
            CandidateCell.Ticket(call: call, position: position), inputTokens: call.request.estimatedInputTokens,
            at: MonotonicClock.nanoseconds(), day: cell.day(at: now))
        return carryOut(decision, cell, call, position, waited: 0)
    }

    private func carryOut(
        _ decision: CandidateCage<CandidateCell.Ticket>.Decision, _ cell: CandidateCell, _ call: OpenCall, _ position: Int, waited: UInt64
    ) -> Bool {
        switch decision {
        case .wait: return true
        case .send(let permit):
            send(call, position, to: cell, permit, waited: waited)
            return true
        case .shed(.shedCircuitOpen):
            count(.shedCircuitOpen, call.sampled, call.sampled.draw.trials[position])
            write(call.assembly.candidateEnded(position, Leg(error: .circuitOpen, streamed: call.request.streams)), of: call)
            return true
        case .shed(let event):
            return shed(call, position, event)
        }
    }

    private func send(
        _ call: OpenCall, _ position: Int, to cell: CandidateCell, _ permit: CandidateCage<CandidateCell.Ticket>.Permit, waited: UInt64
    ) {
        let settings = cell.candidate
        var key: String?
        if case .found(let value) = cell.key { key = value }
        let asked = call.request.forCandidate(settings, key: key)
        let outgoing = OutgoingRequest(
            method: asked.method, origin: asked.origin, target: asked.target, headers: asked.headers, body: .bytes(asked.body),
            timeoutNanoseconds: settings.limits.timeoutNanoseconds)
        let receiver = ShadowLeg(limits: limits) { [self] answer in
            candidateEnded(call, position, cell, permit, answer, untranslated: asked.untranslated, waited: waited)
        }
        _ = client?.send(outgoing, to: receiver)
    }

    private func candidateEnded(
        _ call: OpenCall, _ position: Int, _ cell: CandidateCell, _ permit: CandidateCage<CandidateCell.Ticket>.Permit,
        _ answer: AnswerCapture, untranslated: [String], waited: UInt64
    ) {
        guard var leg = read(answer, of: call, confidence: cell.candidate.confidence) else {
            cell.cage.abandoned(permit)
            return takeTurns(of: cell)
        }
        leg.untranslated = untranslated
        leg.queueMs = Double(waited) / 1e6
        cell.cage.ended(permit, failed: leg.failure != nil, usage: leg.usage, at: MonotonicClock.nanoseconds(), day: cell.day(at: now))
        metrics.observe(leg, .candidate, workload: cell.trial.workload, candidate: cell.candidate.name)
        write(call.assembly.candidateEnded(position, leg), of: call)
        takeTurns(of: cell)
    }

    /// Sends or sheds those whose turn has come.
    private func takeTurns(of cell: CandidateCell) {
        while let turn = cell.cage.next(
            at: MonotonicClock.nanoseconds(), day: cell.day(at: now), inputTokens: { $0.call.request.estimatedInputTokens })
        {
            _ = carryOut(turn.decision, cell, turn.ticket.call, turn.ticket.position, waited: turn.waited)
        }
    }

    /// Always false.
    private func shed(_ call: OpenCall, _ position: Int, _ event: CoverageEvent) -> Bool {
        count(event, call.sampled, call.sampled.draw.trials[position])
        call.assembly.candidateShed(position)
        closeIfFinished(call)
        return false
    }

    // MARK: The control arm

    private func controlDecision(_ sampled: SampledCall) -> (rate: Double, asks: Bool) {
        let draw = sampled.draw
        let workload = sampled.route.workload
        let obstacle: CoverageEvent?
        if sampled.route.state.holdsControl(at: MonotonicClock.nanoseconds()) {
            obstacle = .controlSkippedBackoff
        } else if controls >= ShadowDesk.maxControls {
            obstacle = .controlSkippedBusy
        } else {
            obstacle =
                controlAllowances[workload, default: ControlAllowance()].isUsed(of: controlsPerDay, at: now) ? .controlSkippedDailyCap : nil
        }
        guard let obstacle else {
            if draw.asksControl { controlAllowances[workload, default: ControlAllowance()].use() }
            return (draw.controlRate, draw.asksControl)
        }
        if draw.asksControl {
            ledger.count(obstacle, workload: workload, trial: nil, segment: nil, at: draw.calledAt)
        }
        return (0, false)  // π_A as it was in force: nobody could have been asked
    }

    /// Asks production a second time, as the app asked it. Without an idempotency key, which would bring back the first answer, and
    /// without a content coding, which only the app asked for.
    private func askControl(_ call: OpenCall) {
        var headers = call.sampled.headers
        headers.removeAll(named: "Idempotency-Key")
        headers.removeAll(named: "Accept-Encoding")
        headers.append(LegHeader.name, LegRole.control.rawValue)
        let outgoing = OutgoingRequest(
            method: "POST", origin: call.sampled.route.origin, target: call.sampled.target, headers: headers,
            body: .bytes(call.sampled.body), timeoutNanoseconds: ShadowDesk.controlTimeout)
        controls += 1
        let receiver = ShadowLeg(limits: limits) { [self] answer in
            controls -= 1
            guard let leg = read(answer, of: call, confidence: .logprobs) else { return }
            if let status = answer.status, ControlBackoff.isShort(status: status, headers: answer.headers) {
                call.sampled.route.state.holdControl(at: MonotonicClock.nanoseconds())
            }
            metrics.observe(leg, .control, workload: call.sampled.route.workload, candidate: nil)
            write(call.assembly.controlEnded(leg), of: call)
        }
        _ = client?.send(outgoing, to: receiver)
    }

    // MARK: Records

    /// Hands over what is due. A pair that the sink does not take is shed: its call may have been taken, which harms nobody.
    private func write(_ records: [PairAssembly.Record], of call: OpenCall) {
        do throws(MirrorFault) { try limits.failpoints.reach(.writing) } catch {
            countFault(call.sampled.route.workload)
            return finish(call)
        }
        var callIsLost = false
        for record in records {
            switch record {
            case .call(let record): callIsLost = !sink.append(call: record)
            case .pair(let pair):
                if !callIsLost, sink.append(pair: pair) {
                    cells[pair.trial]?.pairs.add()
                    profile(.profileKept, call.sampled, hasTools: call.request.hasTools, trial: pair.trial)
                    watch.pairWritten(pair.trial)
                } else if let draw = call.sampled.draw.trials.first(where: { call.sampled.route.trials[$0.trial].id == pair.trial }) {
                    count(.shedSpoolFull, call.sampled, draw)
                }
            }
        }
        closeIfFinished(call)
    }

    private func closeIfFinished(_ call: OpenCall) {
        if call.assembly.isFinished { finish(call) }
    }

    private func finish(_ call: OpenCall) {
        guard calls.removeValue(forKey: call.sampled.draw.id) != nil else { return }
        limits.memory.giveBack(call.heldBytes)
        if calls.isEmpty { onIdle?() }
    }

    // MARK: Counts

    /// Takes what a loop has counted.
    func count(_ deltas: [CoverageDelta]) { ledger.add(deltas) }

    /// A fault of ours ended a call's shadow.
    func countFault(_ workload: String) { ledger.count(.fault, workload: workload, trial: nil, segment: nil, at: now) }

    private func count(_ event: CoverageEvent, _ sampled: SampledCall, _ draw: TrialDraw) {
        ledger.count(
            event, workload: sampled.route.workload, trial: sampled.route.trials[draw.trial].id, segment: draw.segment,
            at: sampled.draw.calledAt)
    }

    /// Counts a drawn call by what it is known by: its size, and once it has been read whether it declares tools; for all trials that take
    /// it, or one.
    private func profile(_ stage: CoverageStage, _ sampled: SampledCall, hasTools: Bool? = nil, trial only: Identifier? = nil) {
        var reasons = ["size:\(sampled.draw.size.name)"]
        if let hasTools { reasons.append(hasTools ? "tools:with tools" : "tools:without tools") }
        for draw in sampled.draw.trials {
            let trial = sampled.route.trials[draw.trial].id
            guard only == nil || only == trial else { continue }
            for reason in reasons {
                ledger.count(
                    stage, by: reason, workload: sampled.route.workload, trial: trial, segment: draw.segment, at: sampled.draw.calledAt)
            }
        }
    }

    // MARK: Time

    /// Ten times a second: sheds those who have waited too long.
    func expireWaiting() {
        let now = MonotonicClock.nanoseconds()
        for cell in cells.values {
            for ticket in cell.cage.takeExpired(at: now) {
                _ = shed(ticket.call, ticket.position, .shedQueueTimeout)
            }
            if cell.cage.waiting > 0 { takeTurns(of: cell) }
        }
    }

    /// Once a second: hands the counts to the sink and looks whether pairs come where calls do.
    func settle() {
        let moment = now
        let fresh = ledger.take(at: moment)
        watch.count(fresh)
        metrics.count(fresh) { [cells] in cells[$0]?.candidate.name }
        unsent.add(fresh)
        let due = unsent.take(at: moment)
        if !due.isEmpty, !sink.append(coverage: due) { unsent.add(due) }
        for warning in watch.warnings(at: MonotonicClock.nanoseconds()) {
            log.warning(
                "mirror", "calls arrive and no pair does",
                ["workload": warning.workload, "candidate": warning.candidate, "why": warning.why])
        }
        metrics.show(watch.states)
        for cell in cells.values { metrics.show(cell) }
    }

    // MARK: The end

    /// Lets legs in flight end for so long, sheds the rest, hands the last counts to the sink, then calls `done` once.
    func close(grace nanoseconds: UInt64, _ done: @escaping () -> Void) {
        var timer: LoopTimer?
        onIdle = { [self] in
            onIdle = nil
            timer?.cancel()
            settle()
            client?.shutdown()
            client = nil
            closeMetrics()
            done()
        }
        if calls.isEmpty {
            onIdle?()
            return
        }
        timer = thread.loop.schedule(after: nanoseconds) { [self] in
            timer = nil
            for call in Array(calls.values) {
                for position in call.assembly.openPositions {
                    count(.shedStopping, call.sampled, call.sampled.draw.trials[position])
                }
                finish(call)
            }
        }
    }
}
