/// Everything that can be said about shadowing one workload: the checked, immutable form of the YAML file.
///
/// Made by `load(file:)`, `parse(yaml:…)` or `init(json:)`, which check it all; a value built by hand is not checked again.
public struct WorkloadSettings: Sendable, Hashable {
    /// The workload's name, which is also its path on the mirror: a letter or digit, then letters, digits, `.`, `_`, `-`; at most 63.
    public var workload: String
    public var compare: CompareSettings
    public var production: ProductionSettings
    public var candidate: CandidateSettings
    public var match: MatchSettings
    public var sample: SampleSettings
    /// π_A: the share of pairs for which production is asked a second time; 0…1.
    public var control: Double
    public var adjudicate: AdjudicateSettings
    /// A model that predicts who is right where the answers differ; nil asks none.
    public var judge: JudgeSettings?
    public var trial: TrialSettings
    public var privacy: PrivacySettings

    /// Only the first four have no default.
    public init(
        workload: String, compare: CompareSettings, production: ProductionSettings, candidate: CandidateSettings,
        match: MatchSettings = MatchSettings(), sample: SampleSettings = SampleSettings(), control: Double = 0.05,
        adjudicate: AdjudicateSettings = AdjudicateSettings(), judge: JudgeSettings? = nil, trial: TrialSettings = TrialSettings(),
        privacy: PrivacySettings = PrivacySettings()
    ) {
        self.workload = workload
        self.compare = compare
        self.production = production
        self.candidate = candidate
        self.match = match
        self.sample = sample
        self.control = control
        self.adjudicate = adjudicate
        self.judge = judge
        self.trial = trial
        self.privacy = privacy
    }
}

/// Which calls of the route are shadowed; all others only pass through.
public struct MatchSettings: Sendable, Hashable {
    /// Paths after the workload's name, each with its leading slash.
    public var paths: [String]

    public init(paths: [String] = ["/v1/chat/completions"]) { self.paths = paths }

    /// Whether a call's path is one of them. The query does not count, nor does a leading `/v1`, which apps put on either side
    /// of the base URL.
    public func matches(_ path: String) -> Bool {
        let path = path.prefix { $0 != "?" }
        return paths.contains { MatchSettings.withoutVersion($0[...]) == MatchSettings.withoutVersion(path) }
    }

    private static func withoutVersion(_ path: Substring) -> Substring { path.hasPrefix("/v1/") ? path.dropFirst(3) : path }
}

/// What is kept of the traffic, and how long.
public struct PrivacySettings: Sendable, Hashable {
    /// Days after which a pair is removed; nil keeps it for ever.
    public var retainDays: Int?

    public init(retainDays: Int? = 30) { self.retainDays = retainDays }
}
