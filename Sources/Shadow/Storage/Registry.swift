public import Configuration
internal import JSON
public import Postgres
public import Traffic

/// Routes and trials. Every change is one transaction and tells the mirrors.
public struct Registry {
    /// Notified after every change of a route or trial.
    public static let channel = "understudy_settings"

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// What `enable` or an import did.
    public struct EnableOutcome: Sendable, Hashable {
        public enum Change: Sendable, Hashable {
            /// The same file again.
            case unchanged
            /// The trial goes on with changed settings: the names of what changed.
            case updated([String])
            case started
            /// The candidate's former trial ended.
            case replaced(previous: Identifier)
        }

        public var trial: StoredTrial
        public var change: Change
    }

    /// Puts a file into force: keeps the candidate's trial when nothing frozen changed, else ends it and starts the next.
    ///
    /// Makes or updates the route. Throws `StorageError.refused` when the workload has as many candidates as `trial.candidates`
    /// allows, when the file disagrees with that of a candidate beside it, or for a time zone that PostgreSQL does not know.
    ///
    /// - Parameter source: `.tap` where a gateway keeps the call path and hands in finished calls; its trial stands beside a mirror's. It
    ///   makes a route where there is none, and never changes one: apps' calls may be on it.
    public func enable(_ settings: WorkloadSettings, source: Source = .mirror, at moment: Timestamp) throws -> EnableOutcome {
        try connection.transaction {
            let outcome = try openTrial(settings, source: source, timedTogether: source == .mirror, at: moment)
            if source == .tap, let route = try routes().first(where: { $0.workload == settings.workload }) {
                guard route.url == settings.production.url.description else {
                    throw StorageError(
                        .refused,
                        "production.url differs from where the mirror sends \(settings.workload)'s calls (\(route.url)): make them agree, "
                            + "or give the tapped calls a workload of their own")
                }
            } else if outcome.change != .unchanged {
                try connection.execute(
                    RegistryQueries.saveRoute,
                    [
                        .text(settings.workload), .text(settings.production.api.rawValue), .text(settings.production.url.description),
                    ])
            }
            if outcome.change != .unchanged { try connection.notify(Registry.channel) }
            return outcome
        }
    }

    /// The trial that pairs under these settings belong to, made if need be. Inside the caller's transaction.
    func openTrial(
        _ settings: WorkloadSettings, source: Source, timedTogether: Bool = true, at moment: Timestamp
    ) throws -> EnableOutcome {
        try connection.execute(RegistryQueries.lockWorkload, [.text(settings.workload)])
        try checkTimezone(settings.trial.timezone)
        let open = try connection.query(RegistryQueries.openTrials, [.text(settings.workload), .text(source.rawValue)])
            .map { try StoredTrial($0) }
        let own = open.first { $0.candidate == settings.candidate.name }
        if let own, own.settingsHash == settings.frozenHash, own.timedTogether == timedTogether {
            return try keep(own, settings, at: moment)
        }
        try checkBeside(open.filter { $0.id != own?.id }, settings)
        if let own { try end([own.id], at: moment, .replaced) }
        let trial = try insert(settings, source: source, timedTogether: timedTogether, at: moment)
        return EnableOutcome(trial: trial, change: own.map { .replaced(previous: $0.id) } ?? .started)
    }

    /// Ends the running trials of a workload, or that of one candidate; the route stays.
    ///
    /// Throws `StorageError.notFound` when none runs.
    public func disable(workload: String, candidate: String?, at moment: Timestamp) throws -> [StoredTrial] {
        try connection.transaction {
            try connection.execute(RegistryQueries.lockWorkload, [.text(workload)])
            let running = try connection.query(RegistryQueries.runningTrials, [.text(workload), .text(candidate)]).map { try $0.id("id") }
            guard !running.isEmpty else {
                let what = candidate.map { "of candidate \($0) " } ?? ""
                throw StorageError(.notFound, "no trial \(what)runs for workload \(workload); `understudy list` shows those that do")
            }
            let ended = try end(running, at: moment, .disabled)
            try connection.notify(Registry.channel)
            return ended
        }
    }

    /// Trials, oldest first; without `includingEnded` only those that take pairs.
    public func trials(workload: String? = nil, includingEnded: Bool = false) throws -> [StoredTrial] {
        try connection.query(RegistryQueries.trials, [.text(workload), .bool(includingEnded)]).map { try StoredTrial($0) }
    }

    /// The trials that somebody means who names a workload: the open ones of one source, mirrored traffic's where there is any, then
    /// tapped, replayed and imported; else the one that ended last. Empty for a workload, or a candidate, without a trial.
    public func trialsInQuestion(workload: String, candidate: String? = nil) throws -> [StoredTrial] {
        try trials(workload: workload, includingEnded: true).filter { candidate == nil || $0.candidate == candidate }
            .inQuestion { $0.state != .ended }
    }

    /// One trial; nil when there is none with this id.
    public func trial(_ id: Identifier) throws -> StoredTrial? {
        try connection.query(RegistryQueries.trial, [.id(id)]).first.map { try StoredTrial($0) }
    }

    /// All routes, by workload.
    public func routes() throws -> [StoredRoute] {
        try connection.query(RegistryQueries.routes).map { row in
            StoredRoute(
                workload: try row.text("workload"), api: try row.word("production_api"), url: try row.text("production_url"),
                createdAt: try row.moment("created_at"))
        }
    }

    /// Removes a workload's route and ends its running trials; what they found stays.
    ///
    /// Throws `StorageError.notFound` when there is no such route.
    public func removeRoute(workload: String, at moment: Timestamp) throws {
        try connection.transaction {
            try connection.execute(RegistryQueries.lockWorkload, [.text(workload)])
            guard try connection.execute(RegistryQueries.removeRoute, [.text(workload)]) == 1 else {
                throw StorageError(.notFound, "no route for workload \(workload); `understudy route list` shows those there are")
            }
            let running = try connection.query(RegistryQueries.runningTrials, [.text(workload), .null]).map { try $0.id("id") }
            try end(running, at: moment, .routeRemoved)
            try connection.notify(Registry.channel)
        }
    }

    /// All that a mirror must know.
    public func mirrorSettings() throws -> MirrorSettings {
        let key = try connection.query(RegistryQueries.samplingKey).first?.text("value") ?? ""
        guard key.utf8.count == 32, let word0 = UInt64(key.prefix(16), radix: 16), let word1 = UInt64(key.suffix(16), radix: 16) else {
            throw StorageError(.unreadable, "the installation's sampling key is damaged: 32 hexadecimal digits are expected in setting")
        }
        let routes = try self.routes().map { route in
            guard let url = try? UpstreamURL(route.url) else {
                throw StorageError(.unreadable, "the URL of route \(route.workload) cannot be read: enable its file again")
            }
            return MirrorRoute(workload: route.workload, api: route.api, productionURL: url)
        }
        let running = try trials().filter { $0.state == .running }
        return MirrorSettings(
            samplingKey: MirrorSettings.SamplingKey(word0: word0, word1: word1), routes: routes,
            trials: running.map { MirrorTrial(id: $0.id, settings: $0.settings, source: $0.source, endsAt: $0.endsAt) })
    }

    /// Ends the trials whose last day is over, and says which.
    public func endCompleted(at moment: Timestamp) throws -> [StoredTrial] {
        let completed = try connection.query(RegistryQueries.completedTrials, [.moment(moment)]).map { try $0.id("id") }
        guard !completed.isEmpty else { return [] }
        return try connection.transaction {
            let ended = try end(completed, at: moment, .completed)
            try connection.notify(Registry.channel)
            return ended
        }
    }

    private func checkTimezone(_ name: String) throws {
        do throws(PostgresError) {
            try connection.execute(RegistryQueries.checkTimezone, [.text(name)])
        } catch {
            guard error.sqlState == "22023" else { throw error }
            throw StorageError(.refused, "trial.timezone: PostgreSQL knows no time zone \(name); a name such as Europe/Berlin is expected")
        }
    }

    /// The same trial; only what may change within it has.
    private func keep(_ trial: StoredTrial, _ settings: WorkloadSettings, at moment: Timestamp) throws -> EnableOutcome {
        let changed = changedSections(trial.settings, settings)
        guard !changed.isEmpty else { return EnableOutcome(trial: trial, change: .unchanged) }
        let row = try connection.query(
            RegistryQueries.changeSettings,
            [.id(trial.id), .json(settings.canonicalJSON()), .int(settings.privacy.retainDays), .moment(moment)])
        return EnableOutcome(trial: try StoredTrial(row[0]), change: .updated(changed))
    }

    private func insert(
        _ settings: WorkloadSettings, source: Source, timedTogether: Bool, at moment: Timestamp
    ) throws -> StoredTrial {
        let state: TrialState = source == .mirror || source == .tap ? .running : .recorded
        let row = try connection.query(
            RegistryQueries.insertTrial,
            [
                .id(Identifier(at: moment)), .text(settings.workload), .text(settings.candidate.name), .text(source.rawValue),
                .text(state.rawValue), .json(settings.canonicalJSON()), .text(settings.frozenHash), .text(settings.trial.timezone),
                .int(settings.privacy.retainDays), .moment(moment), .int(settings.trial.maxDays),
                .bool(timedTogether),
            ])
        return try StoredTrial(row[0])
    }

    @discardableResult
    private func end(_ trials: [Identifier], at moment: Timestamp, _ reason: TrialEnd) throws -> [StoredTrial] {
        guard !trials.isEmpty else { return [] }
        return try connection.query(RegistryQueries.endTrials, [.ids(trials), .moment(moment), .text(reason.rawValue)])
            .map { try StoredTrial($0) }
    }

    /// Candidates beside each other see the same calls and are held to one α: all but the candidate must be said alike.
    private func checkBeside(_ others: [StoredTrial], _ settings: WorkloadSettings) throws {
        for other in others {
            let differing = sharedSections.filter { shared(by: other.settings, $0) != shared(by: settings, $0) }
            guard let first = differing.first else { continue }
            throw StorageError(
                .refused,
                "\(first) differs from the file of candidate \(other.candidate), which is on trial for \(settings.workload):"
                    + " make the files agree, or disable that candidate first")
        }
        guard others.count < settings.trial.candidates else {
            let names = others.map(\.candidate).joined(separator: ", ")
            throw StorageError(
                .refused,
                "workload \(settings.workload) has \(others.count) of \(settings.trial.candidates) candidates on trial (\(names)):"
                    + " disable one, or raise trial.candidates in all files and begin anew")
        }
    }
}

extension [StoredTrial] {
    /// Of a workload's trials, oldest first, those that somebody means who names it: see `Registry.trialsInQuestion`. Which were open is
    /// asked of a moment.
    public func inQuestion(isOpen: (StoredTrial) -> Bool) -> [StoredTrial] {
        let open = filter(isOpen)
        // Evidence of different sources stands in trials of its own, and candidates are ranked within one.
        let chosen = Source.allCases.lazy.map { source in open.filter { $0.source == source } }.first { !$0.isEmpty }
        return chosen ?? suffix(1)
    }
}

/// What candidates beside each other must have in common.
private let sharedSections = ["production.api", "production.url", "compare", "match", "adjudicate", "judge.url", "judge.model", "trial"]
/// What may change within a trial (design §1).
private let changeableSections = [
    "sample", "control", "candidate.limits", "trial.deadline", "privacy", "production.key", "production.price", "candidate.key",
    "candidate.price", "candidate.dedicated", "judge.key", "judge.price", "judge.limits",
]

private func section(of settings: WorkloadSettings, _ name: String) -> JSONValue? {
    settings.canonicalJSON().canonical().at("/" + name.split(separator: ".").joined(separator: "/"))
}

/// A section that must agree, without what may change within a trial.
private func shared(by settings: WorkloadSettings, _ name: String) -> JSONValue? {
    var section = section(of: settings, name)
    if name == "trial" { section?["deadline"] = nil }
    return section
}

private func changedSections(_ old: WorkloadSettings, _ new: WorkloadSettings) -> [String] {
    changeableSections.filter { section(of: old, $0) != section(of: new, $0) }
}
