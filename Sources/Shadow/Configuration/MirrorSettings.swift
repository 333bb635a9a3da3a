public import Traffic

/// All that a mirror must know to serve: every route, every running trial. It lies in a checksummed local file, so that a
/// mirror without its database serves all the same.
public struct MirrorSettings: Sendable, Hashable {
    /// The 128-bit key of the installation's sampling hash, as two words: with it all mirrors draw alike.
    public struct SamplingKey: Sendable, Hashable {
        public var word0: UInt64
        public var word1: UInt64

        public init(word0: UInt64, word1: UInt64) {
            self.word0 = word0
            self.word1 = word1
        }

        /// The hash under this key.
        public var hash: KeyedHash { KeyedHash(key0: word0, key1: word1) }
    }

    public var samplingKey: SamplingKey
    public var routes: [MirrorRoute]
    public var trials: [MirrorTrial]
    /// Trials of the file that this version could not read, a line each; they are not written again.
    public internal(set) var unreadTrials: [String] = []

    public init(samplingKey: SamplingKey, routes: [MirrorRoute] = [], trials: [MirrorTrial] = []) {
        self.samplingKey = samplingKey
        self.routes = routes
        self.trials = trials
    }
}

/// How the mirror reaches a workload's production, whether or not a trial runs.
public struct MirrorRoute: Sendable, Hashable {
    public var workload: String
    public var api: UpstreamAPI
    public var productionURL: UpstreamURL

    public init(workload: String, api: UpstreamAPI = .openai, productionURL: UpstreamURL) {
        self.workload = workload
        self.api = api
        self.productionURL = productionURL
    }
}

/// A running trial as the mirror needs it.
public struct MirrorTrial: Sendable, Hashable {
    public var id: Identifier
    public var settings: WorkloadSettings
    /// `mirror`, or `tap` for one that takes what a gateway hands in.
    public var source: Source
    /// When it ends by itself, also without a database; nil while that is not known.
    public var endsAt: Timestamp?

    public init(id: Identifier, settings: WorkloadSettings, source: Source = .mirror, endsAt: Timestamp? = nil) {
        self.id = id
        self.settings = settings
        self.source = source
        self.endsAt = endsAt
    }

    public var workload: String { settings.workload }
}
