public import Configuration
internal import Postgres
public import Traffic

/// Whether a trial takes pairs.
public enum TrialState: String, Sendable, CaseIterable {
    /// A mirror feeds it.
    case running
    /// Imported or replayed pairs; another import of the same file's settings adds to it.
    case recorded
    case ended
}

/// Why a trial ended.
public enum TrialEnd: String, Sendable, CaseIterable {
    /// A changed file began the next one.
    case replaced
    case disabled
    /// `trial.max_days` are over.
    case completed
    case routeRemoved = "route_removed"
}

/// A trial as it is stored.
public struct StoredTrial: Sendable, Hashable {
    public var id: Identifier
    public var workload: String
    public var candidate: String
    public var source: Source
    public var state: TrialState
    /// As they are in force now.
    public var settings: WorkloadSettings
    /// `settings.frozenHash`: stands for all that may not change within the trial.
    public var settingsHash: String
    /// Some answer in it came from a simulated model.
    public var simulated: Bool
    /// Production's timings were taken beside the candidate's, so that the two may be held against each other.
    public var timedTogether: Bool
    public var startedAt: Timestamp
    /// When sampling, limits, retention, keys or prices last changed; at first `startedAt`.
    public var settingsChangedAt: Timestamp
    /// When it ends by itself; nil for recorded pairs.
    public var endsAt: Timestamp?
    public var endedAt: Timestamp?
    public var endReason: TrialEnd?
}

extension StoredTrial {
    init(_ row: PostgresRow) throws {
        let settings: WorkloadSettings
        let id = try row.id("id")
        do {
            settings = try WorkloadSettings(json: try row.json("settings"))
        } catch let error as ConfigurationError {
            throw StorageError(.unreadable, "the settings of trial \(id) cannot be read by this version: \(error.faults[0])")
        }
        self.init(
            id: id, workload: try row.text("workload"), candidate: try row.text("candidate"), source: try row.word("source"),
            state: try row.word("state"), settings: settings, settingsHash: try row.text("settings_hash"),
            simulated: try row.bool("simulated"), timedTogether: try row.bool("timed_together"), startedAt: try row.moment("started_at"),
            settingsChangedAt: try row.moment("settings_changed_at"), endsAt: try row.momentOrNull("ends_at"),
            endedAt: try row.momentOrNull("ended_at"), endReason: try row.wordOrNull("end_reason"))
    }
}

/// How the mirror reaches a workload's production, as it is stored.
public struct StoredRoute: Sendable, Hashable {
    public var workload: String
    public var api: UpstreamAPI
    public var url: String
    public var createdAt: Timestamp
}
