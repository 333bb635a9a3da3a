internal import Configuration
internal import HTTPWire
internal import Synchronization
internal import Traffic

/// What is known of a route whatever its settings: shared by all threads and by all snapshots that hold the route.
final class RouteState: Sendable {
    private let heldUntil = Atomic<UInt64>(0)

    init() {}

    /// Production has shown that it is short of capacity: it is not asked a second time for a while.
    func holdControl(at now: UInt64) { heldUntil.store(now + ControlBackoff.pause, ordering: .relaxed) }

    /// Whether the control leg is to be left out at a moment of the monotonic clock.
    func holdsControl(at now: UInt64) -> Bool { now < heldUntil.load(ordering: .relaxed) }
}

/// One workload's way to its production, with everything about it that a call would otherwise have to work out. Immutable.
final class Route: Sendable {
    let workload: String
    let name: [UInt8]
    let plan: SamplingPlan
    let trials: [MirrorTrial]
    /// The same workload for calls that a gateway hands in: their trials are others, since the evidence never mixes. nil: none runs.
    let tap: Route?
    let state: RouteState
    /// False when the mirror was not started to send credentials there.
    let isAllowed: Bool
    /// Scheme and authority of production.
    let origin: String
    let authority: String
    /// Whether some trial may ask production a second time, so that production's answers are looked at for shortage.
    let watchesProduction: Bool
    private let prefix: [UInt8]
    private let saysVersion: Bool

    init(_ route: MirrorRoute, trials: [MirrorTrial], tapped: [MirrorTrial] = [], key: KeyedHash, state: RouteState, isAllowed: Bool) {
        workload = route.workload
        name = Array(route.workload.utf8)
        self.trials = trials
        plan = SamplingPlan(key: key, trials: trials)
        tap = tapped.isEmpty ? nil : Route(route, trials: tapped, key: key, state: state, isAllowed: isAllowed)
        self.state = state
        self.isAllowed = isAllowed
        authority = route.productionURL.authority
        origin = "\(route.productionURL.scheme)://\(route.productionURL.authority)"
        prefix = Array(route.productionURL.path.utf8)
        saysVersion = route.productionURL.path.hasSuffix("/v1")
        watchesProduction = trials.contains { $0.settings.control > 0 }
    }

    /// What production is asked for when the app asks for `rest` (path and query after the workload's name): the URL's own path and
    /// `rest` as it is, with a `/v1` that both say only once.
    func target(_ rest: ArraySlice<UInt8>) -> [UInt8] {
        var rest = rest
        if saysVersion, rest.starts(with: [0x2F, 0x76, 0x31]) {  // "/v1"
            let after = rest.dropFirst(3)
            if after.isEmpty || after.first == UInt8(ascii: "/") || after.first == UInt8(ascii: "?") { rest = after }
        }
        var target: [UInt8] = []
        target.reserveCapacity(prefix.count + rest.count + 1)
        target += prefix
        if prefix.isEmpty, rest.first != UInt8(ascii: "/") { target.append(UInt8(ascii: "/")) }
        target += rest
        return target
    }
}

/// All routes of one settings file. Immutable; each loop has a reference to the newest.
final class RouteTable: Sendable {
    /// By name in byte order.
    let routes: [Route]

    init(_ settings: MirrorSettings, states: (String) -> RouteState, isAllowed: (String) -> Bool) {
        let key = settings.samplingKey.hash
        routes = settings.routes
            .map { route in
                let own = settings.trials.filter { $0.workload == route.workload }
                return Route(
                    route, trials: own.filter { $0.source != .tap }, tapped: own.filter { $0.source == .tap }, key: key,
                    state: states(route.workload), isAllowed: isAllowed(route.productionURL.authority))
            }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Serves nothing: there have been no settings yet.
    init() { routes = [] }

    /// Where a call wants to go.
    enum Destination {
        /// The route's position, and path and query after its name.
        case route(Int, rest: ArraySlice<UInt8>)
        /// No route of that name.
        case unknown(name: ArraySlice<UInt8>)
    }

    /// Whether a call hands in finished calls rather than asking production: `POST /{workload}/pairs`.
    static func isTap(method: String, rest: ArraySlice<UInt8>) -> Bool { method == "POST" && rest.elementsEqual(tapPath) }

    private static let tapPath = Array("/pairs".utf8)

    /// Finds the route of a request target in origin form, `/{workload}/…`.
    func destination(of target: ArraySlice<UInt8>) -> Destination {
        guard target.first == UInt8(ascii: "/") else { return .unknown(name: target) }
        let path = target.dropFirst()
        let end = path.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? path.endIndex
        let name = path[..<end]
        var low = 0
        var high = routes.count
        while low < high {
            let middle = (low + high) / 2
            if routes[middle].name.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        guard low < routes.count, routes[low].name.elementsEqual(name) else { return .unknown(name: name) }
        return .route(low, rest: path[end...])
    }
}
