internal import Configuration
internal import EventLoop
internal import Synchronization
internal import Telemetry

/// Keeps the mirror's snapshot of routes and trials the same as the settings file says, and beats the shadow thread's time.
///
/// A file that is missing or damaged changes nothing: the last good settings stay in force. `@unchecked Sendable`: `start` runs before
/// any other thread knows of it, everything after it on the shadow thread; `settingsRead` is atomic.
final class SettingsKeeper: @unchecked Sendable {
    /// Between two looks at the file, in nanoseconds.
    static let beat: UInt64 = 100_000_000
    /// Beats in a second.
    private static let beatsPerSecond = 10

    private let configuration: MirrorConfiguration
    private let desk: ShadowDesk
    private let log: Log
    private let loads: Counter
    private let refusals: Counter
    private let settingsRead = Atomic<Bool>(false)
    private var follower: SettingsFollower
    private var states: [String: RouteState] = [:]
    private var table = RouteTable()
    private var taken: MirrorSettings?
    private var allowed: AllowedUpstreams
    private var loops: [ProductionLoop] = []
    private var timer: LoopTimer?
    private var beats = 0
    private var isStopped = false

    init(_ configuration: MirrorConfiguration, desk: ShadowDesk, log: Log, metrics: MetricsRegistry) {
        self.configuration = configuration
        self.desk = desk
        self.log = log
        follower = SettingsFollower(file: configuration.settingsFile)
        allowed = AllowedUpstreams(configuration)
        loads = metrics.counter("understudy_settings_loads_total", help: "Times that settings were read and taken.")
        refusals = metrics.counter("understudy_settings_refused_total", help: "Times that the settings file could not be used.")
    }

    /// Whether good settings have been read at least once.
    var hasSettings: Bool { settingsRead.load(ordering: .acquiring) }

    /// Reads the file for the first time and returns what is to be served.
    func start() -> RouteTable {
        look(isStart: true)
        return table
    }

    /// From now on these loops are told of changes.
    func publish(to loops: [ProductionLoop]) {
        desk.submit { [self] _ in
            self.loops = loops
            tick()
        }
    }

    /// No further looks.
    func stop() {
        desk.submit { [self] _ in
            isStopped = true
            timer?.cancel()
            loops = []
        }
    }

    private func tick() {
        guard !isStopped else { return }
        look()
        desk.expireWaiting()
        beats = (beats + 1) % SettingsKeeper.beatsPerSecond
        switch beats {
        case 0: for loop in loops { loop.thread.loop.submit { loop.handOverCounts() } }
        case 1: desk.settle()  // by now the loops' counts are there
        default: break
        }
        timer = desk.thread.loop.schedule(after: SettingsKeeper.beat) { [self] in tick() }
    }

    private func look(isStart: Bool = false) {
        switch follower.look() {
        case .unchanged: allowLate()
        case .loaded(let settings):
            if isStart {
                allowed.begin(with: settings)
            } else {
                do throws(MirrorFault) {
                    try configuration.failpoints.reach(.settings)
                } catch {
                    return refuse("a fault of the mirror's own")
                }
            }
            _ = allowed.reread()
            take(settings)
        case .missing:
            log.warning(
                "mirror", hasSettings ? "the settings file is gone; the last good settings stay in force" : "there is no settings file yet",
                ["file": configuration.settingsFile])
        case .unusable(let error): refuse(error.description)
        }
    }

    private func refuse(_ detail: String) {
        refusals.add()
        let consequence =
            hasSettings
            ? "the last good settings stay in force" : "there are no others, so every call is answered by 404 until it can be"
        log.error("mirror", "the settings file cannot be used; \(consequence)", ["detail": detail])
    }

    /// Serves a refused route as soon as `enable` names its host on this machine, which may be after the settings have come.
    private func allowLate() {
        guard let taken, table.routes.contains(where: { !$0.isAllowed }), allowed.reread() else { return }
        take(taken)
    }

    private func take(_ settings: MirrorSettings) {
        taken = settings
        table = RouteTable(settings, states: { [self] workload in state(of: workload) }, isAllowed: { [self] in allowed.contains($0) })
        for route in table.routes where !route.isAllowed {
            log.error(
                "mirror", "a route leads where this mirror may not send credentials; its calls are refused",
                ["workload": route.workload, "upstream": route.authority, "option": "--allow-upstream \(route.authority)"])
        }
        for unread in settings.unreadTrials {
            log.warning(
                "mirror", "a trial's settings are not understood by this version; its route is served all the same", ["trial": unread])
        }
        loads.add()
        settingsRead.store(true, ordering: .releasing)
        log.info("mirror", "settings taken", ["routes": String(table.routes.count), "trials": String(settings.trials.count)])
        let trials = settings.trials
        let environment = configuration.environment
        // The desk first: it must know a trial before a call of it can be drawn.
        desk.submit { desk in desk.follow(trials, environment: environment) }
        for loop in loops { loop.thread.loop.submit { [table] in loop.follow(table) } }
    }

    private func state(of workload: String) -> RouteState {
        if let known = states[workload] { return known }
        let made = RouteState()
        states[workload] = made
        return made
    }
}
