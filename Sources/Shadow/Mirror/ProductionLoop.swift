internal import Configuration
internal import EventLoop
internal import HTTPClient
internal import HTTPServer
internal import HTTPWire
internal import Traffic

/// One core's share of the production path: an event loop with its own listener, connections to production, counts and
/// snapshot of the routes. Shares nothing with other loops but the memory account and the routes' state, both atomics.
///
/// `@unchecked Sendable`: touched by its loop's thread alone after `open`; others reach it by `submit`.
final class ProductionLoop: @unchecked Sendable {
    let thread: LoopThread
    let limits: CaptureLimits
    private(set) var client: HTTPClient?
    private(set) var table: RouteTable
    private let desk: ShadowDesk
    private var server: HTTPServer?
    private var tallies: [CoverageTally]
    private var identifiers = IdentifierSource()
    /// Handed in, and being read.
    private var taps: [Int: TapCall] = [:]
    private var nextTap = 0

    init(name: String, table: RouteTable, desk: ShadowDesk, limits: CaptureLimits) throws(EventLoopError) {
        thread = try LoopThread(name: name)
        self.table = table
        self.desk = desk
        self.limits = limits
        tallies = ProductionLoop.tallies(of: table)
    }

    /// Starts serving what comes in at a socket.
    func open(_ socket: ListeningSocket, tls: TLSContext?, limits: ServerLimits) throws(EventLoopError) {
        client = HTTPClient(loop: thread.loop)
        let server = HTTPServer(loop: thread.loop, limits: limits) { [unowned self] exchange in accept(exchange) }
        self.server = server
        server.tls = tls
        try server.listen(on: socket)
    }

    /// Shows another certificate to apps that connect from now on.
    func show(_ tls: TLSContext) { server?.tls = tls }

    /// Takes a new snapshot for all calls that come from now on.
    func follow(_ table: RouteTable) {
        handOverCounts()
        self.table = table
        tallies = ProductionLoop.tallies(of: table)
    }

    /// Gives what was counted to the shadow thread.
    func handOverCounts() {
        let moment = Timestamp(microseconds: WallClock.microseconds())
        var deltas: [CoverageDelta] = []
        for index in tallies.indices { deltas += tallies[index].take(at: moment) }
        guard !deltas.isEmpty else { return }
        tell { [deltas] desk in desk.count(deltas) }
    }

    /// Hands work to the shadow thread, in order, when production's bytes of this turn have left.
    private func tell(_ work: @escaping @Sendable (ShadowDesk) -> Void) {
        thread.loop.afterOutput { [desk] in desk.submit(work) }
    }

    /// Stops accepting, lets calls in flight be answered, then calls `done` once; no call is in flight then.
    func close(_ grace: DrainGrace, _ done: @escaping () -> Void) {
        guard let server else { return done() }
        server.shutdown(grace: grace.calls, idleGrace: grace.idle) { [self] in
            self.server = nil
            handOverCounts()
            client?.shutdown()
            client = nil
            thread.loop.afterOutput(done)  // after what the last calls told the shadow thread
        }
    }

    /// While it closes: so long from now on.
    func hasten(_ grace: DrainGrace) { server?.hasten(grace: grace.calls, idleGrace: grace.idle) }

    /// Finds the way of a call whose head has come, and starts its production call.
    private func accept(_ exchange: Exchange) -> any ExchangeHandler {
        let head = exchange.head
        switch table.destination(of: head.originForm) {
        case .unknown(let name):
            return reject(
                exchange, .unknownWorkload(name: String(decoding: name.prefix(100), as: UTF8.self), known: table.routes.map(\.workload)))
        case .route(let index, let rest):
            let route = table.routes[index]
            if RouteTable.isTap(method: head.method, rest: rest) { return acceptTap(exchange, route) }
            tallies[index].count(.call)
            guard route.isAllowed else {
                return reject(exchange, .upstreamNotAllowed(workload: route.workload, authority: route.authority))
            }
            guard !HopByHop.wantsUpgrade(head.headers) else { return reject(exchange, .upgradeNotSupported) }
            let call = ForwardedCall(exchange, route: route, target: route.target(rest), on: self)
            if let consideration = consider(head, rest, index) {
                call.capture = CallCapture(consideration, route: index, table: table, rest: rest, memory: limits.memory)
            }
            return call
        }
    }

    // MARK: Calls that a gateway hands in

    private func acceptTap(_ exchange: Exchange, _ route: Route) -> any ExchangeHandler {
        guard limits.tap.allows(exchange.head.headers) else { return reject(exchange, .tapUnauthorised) }
        guard let tap = route.tap else { return reject(exchange, .tapWithoutTrial(workload: route.workload)) }
        return TapCall(exchange, route: tap, on: self)
    }

    /// A body has come whole: the shadow thread reads it, so that production's calls never wait for that.
    func handIn(_ call: TapCall, _ body: [UInt8], heldBytes: Int) {
        let number = nextTap
        nextTap += 1
        taps[number] = call
        tell { [self, route = call.route] desk in
            let receipt = desk.take(body, of: route, heldBytes: heldBytes)
            thread.loop.submit { [self] in taps.removeValue(forKey: number).map { TapAnswer.send(receipt, to: $0.exchange) } }
        }
    }

    private func consider(_ head: RequestHead, _ rest: ArraySlice<UInt8>, _ index: Int) -> Consideration? {
        let route = table.routes[index]
        guard !route.trials.isEmpty else { return nil }
        do throws(MirrorFault) {
            try limits.failpoints.reach(.sampling)
        } catch {
            tallies[index].count(.fault)
            return nil
        }
        let moment = Timestamp(microseconds: WallClock.microseconds())
        return route.plan.consider(head, path: rest, id: identifiers.next(at: moment), at: moment, tally: &tallies[index])
    }

    private func reject(_ exchange: Exchange, _ answer: GatewayAnswer) -> any ExchangeHandler {
        answer.send(to: exchange)
        return RejectedCall.shared
    }

    /// The request of a considered call is complete: decides, and hands a drawn call to the shadow thread.
    func requestCompleted(_ capture: CallCapture, target: [UInt8], headers: Headers) {
        let route = capture.table.routes[capture.route]
        do throws(MirrorFault) { try limits.failpoints.reach(.handOver) } catch { return countFault(route) }
        if let refusal = capture.refusal { return shed(capture, route, as: refusal) }
        let body = capture.takeRequest()
        guard let draw = route.plan.decide(capture.consideration, body: body) else { return }
        capture.drawn = draw.id
        let call = SampledCall(
            route: route, draw: draw, rest: capture.rest, target: target, headers: headers, body: body, heldBytes: capture.heldBytes)
        capture.heldBytes = 0
        tell { [call] desk in desk.begin(call) }
    }

    /// Production's answer to a drawn call has ended.
    func answerCompleted(_ id: Identifier, _ answer: AnswerCapture) {
        tell { [answer] desk in desk.productionEnded(id, answer) }
    }

    /// A fault of ours ended a call's shadow.
    func countFault(_ route: Route) {
        let workload = route.workload
        tell { desk in desk.countFault(workload) }
    }

    private func shed(_ capture: CallCapture, _ route: Route, as event: CoverageEvent) {
        if capture.table === table {
            route.plan.shed(capture.consideration, as: event, tally: &tallies[capture.route])
        } else {  // a newer snapshot came while the request was arriving: these counts belong to the old one
            var tally = CoverageTally(workload: route.workload, trials: route.trials.map(\.id))
            route.plan.shed(capture.consideration, as: event, tally: &tally)
            let deltas = tally.take(at: capture.consideration.calledAt)
            tell { [deltas] desk in desk.count(deltas) }
        }
    }

    private static func tallies(of table: RouteTable) -> [CoverageTally] {
        table.routes.map { CoverageTally(workload: $0.workload, trials: $0.trials.map(\.id)) }
    }
}

/// What all threads know of captures.
struct CaptureLimits: Sendable {
    /// Bytes of one request or answer.
    var perMessage: Int
    /// Bytes of all together.
    var memory: CaptureMemory
    var tap = TapAccess(token: nil)
    var failpoints = Failpoints()
}

/// Stands behind a call that the mirror has answered itself: what still comes of its body is of no interest.
private final class RejectedCall: ExchangeHandler, Sendable {
    static let shared = RejectedCall()

    func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {}
    func requestEnded(_ exchange: Exchange) {}
    func clientLeft(_ exchange: Exchange) {}
    func responseDrained(_ exchange: Exchange) {}
}
