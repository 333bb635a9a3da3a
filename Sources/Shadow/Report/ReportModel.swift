public import Traffic
public import Verdict

/// Everything that one trial's report says, as figures: the look at its evidence, and the counts and examples beside it.
///
/// Text, Markdown, HTML, JSON and every sentence in them (`Sentences`) are made from this and nothing else, so that no format can
/// contradict another. Shares are 0…1, money is USD, times are milliseconds.
public struct ReportModel: Sendable, Hashable {
    /// The version of the public JSON; keys are added, none is renamed within it.
    public static let version = 1

    /// Which trial, of what, and when.
    public var trial: Trial
    /// Gates, verdict, intervals, forecast: all that was decided.
    public var look: Look
    /// How all compared pairs came out.
    public var agreement: AgreementCounts
    /// Most frequent first.
    public var failureModes: [FailureModeRow]
    /// For label comparisons: which label became which, most frequent first.
    public var confusion: [ConfusionRow]
    /// For label comparisons: the same with all that agree; nil for other kinds.
    public var labelMatrix: LabelMatrix?
    /// For JSON comparisons with gold answers: each field, the one that the candidate misses most first.
    public var fields: [FieldRow]
    /// By place in the conversation, the first turn first.
    public var turns: [TurnRow]
    /// The pairs by turn, prompt and label.
    public var slices: [SliceRow]
    /// The workload's other candidates on the same calls.
    public var rivals: [RivalRow]
    /// What each day's last look said about quality, this one's last.
    public var course: [CoursePoint]
    /// Prices and volume behind the costs of the look.
    public var spend: Spend
    /// The workload's calls by the calendar; nil where no mirror counted them.
    public var volume: Volume?
    /// How the judge model has done; nil where none is asked.
    public var judge: JudgeFigures?
    /// The way from calls to compared pairs.
    public var coverage: Coverage
    /// What was known about a week ago; nil in a trial's first week.
    public var earlier: EarlierFigures?
    /// What must be known before the figures are trusted.
    public var warnings: [Warning]

    /// Takes its parts as they are.
    public init(
        trial: Trial, look: Look, agreement: AgreementCounts, failureModes: [FailureModeRow] = [], confusion: [ConfusionRow] = [],
        labelMatrix: LabelMatrix? = nil, fields: [FieldRow] = [], turns: [TurnRow] = [],
        slices: [SliceRow] = [], rivals: [RivalRow] = [], course: [CoursePoint] = [], spend: Spend = Spend(),
        volume: Volume? = nil, judge: JudgeFigures? = nil,
        coverage: Coverage = Coverage(),
        earlier: EarlierFigures? = nil, warnings: [Warning] = []
    ) {
        self.trial = trial
        self.look = look
        self.agreement = agreement
        self.failureModes = failureModes
        self.confusion = confusion
        self.labelMatrix = labelMatrix
        self.fields = fields
        self.turns = turns
        self.slices = slices
        self.rivals = rivals
        self.course = course
        self.spend = spend
        self.volume = volume
        self.judge = judge
        self.coverage = coverage
        self.earlier = earlier
        self.warnings = warnings
    }

    /// Which trial, of what, and when it was looked at.
    public struct Trial: Sendable, Hashable {
        /// The trial's id, as the views show it.
        public var id: Identifier
        /// The workload's name.
        public var workload: String
        /// The candidate's name.
        public var candidate: String
        /// The production model's name; several are joined with a plus.
        public var production: String
        /// Where its pairs come from; all but mirrored ones are marked in the first line.
        public var source: Source
        /// Some answer in it came from a simulated model.
        public var simulated: Bool
        /// When the trial began.
        public var startsAt: Timestamp
        /// The moment of the look that the report shows.
        public var asOf: Timestamp
        /// The trial's time zone by name.
        public var timezone: String
        /// Its distance from UTC at `asOf`, in seconds; east is positive.
        public var utcOffsetSeconds: Int
        /// What was frozen: days, margins, α.
        public var terms: TrialTerms
        /// The share of calls that is sampled now; nil for recorded pairs.
        public var samplingRate: Double?
        /// The share of pairs for which production is asked twice.
        public var controlRate: Double?
        /// Whether the candidate's answers carry a confidence (`candidate.confidence`).
        public var confidenceGiven: Bool
        /// False once it has ended.
        public var running: Bool
        /// Hash of all settings that may not change within the trial.
        public var settingsHash: String
        /// The day by which the verdict must be there, ISO 8601; nil where nothing presses.
        public var deadline: String?
        /// Production's timings were taken beside the candidate's, so that the two may be held against each other.
        public var timedTogether: Bool

        /// Takes its parts as they are.
        public init(
            id: Identifier, workload: String, candidate: String, production: String, source: Source = .mirror, simulated: Bool = false,
            startsAt: Timestamp, asOf: Timestamp, timezone: String = "UTC", utcOffsetSeconds: Int = 0, terms: TrialTerms = TrialTerms(),
            samplingRate: Double? = nil, controlRate: Double? = nil, confidenceGiven: Bool = true, running: Bool = true,
            settingsHash: String = "", timedTogether: Bool = true, deadline: String? = nil
        ) {
            self.id = id
            self.workload = workload
            self.candidate = candidate
            self.production = production
            self.source = source
            self.simulated = simulated
            self.startsAt = startsAt
            self.asOf = asOf
            self.timezone = timezone
            self.utcOffsetSeconds = utcOffsetSeconds
            self.terms = terms
            self.samplingRate = samplingRate
            self.controlRate = controlRate
            self.confidenceGiven = confidenceGiven
            self.running = running
            self.settingsHash = settingsHash
            self.deadline = deadline
            self.timedTogether = timedTogether
        }
    }
}
