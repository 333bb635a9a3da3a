public import Traffic
public import Verdict

extension ReportModel {
    /// How all compared pairs of the trial came out.
    public struct AgreementCounts: Sendable, Hashable {
        /// The same answer, character for character or as the same declared label.
        public var identical: Int
        /// The same meaning by a declared rule.
        public var equivalent: Int
        /// Not the same, a candidate that failed included.
        public var different: Int
        /// Production failed or the caller left: nothing to hold against.
        public var incomparable: Int

        /// Takes its parts as they are.
        public init(identical: Int = 0, equivalent: Int = 0, different: Int = 0, incomparable: Int = 0) {
            self.identical = identical
            self.equivalent = equivalent
            self.different = different
            self.incomparable = incomparable
        }

        /// Pairs in which both answers could be held against each other.
        public var comparable: Int { identical + equivalent + different }
        /// Share of the comparable pairs that agree; nil without any.
        public var rate: Double? { comparable == 0 ? nil : Double(identical + equivalent) / Double(comparable) }
    }

    /// How often the candidate failed in one way, and who was right then.
    public struct FailureModeRow: Sendable, Hashable {
        /// In which way.
        public var mode: FailureMode
        /// Pairs of this mode.
        public var count: Int
        /// Who was right in these pairs; the five numbers add up to `count`.
        public var correctness: CorrectnessCounts
        /// Where it happens, most frequent first; an unnamed segment is empty.
        public var segments: [SegmentCount]
        /// The most telling pairs.
        public var examples: [Example]

        /// Takes its parts as they are.
        public init(
            mode: FailureMode, count: Int, correctness: CorrectnessCounts, segments: [SegmentCount] = [], examples: [Example] = []
        ) {
            self.mode = mode
            self.count = count
            self.correctness = correctness
            self.segments = segments
            self.examples = examples
        }
    }

    /// Pairs of one failure mode in one segment.
    public struct SegmentCount: Sendable, Hashable {
        /// The segment's name; empty where the calls name none.
        public var segment: String
        /// Pairs of the mode in it.
        public var count: Int

        /// Takes its parts as they are.
        public init(segment: String, count: Int) {
            self.segment = segment
            self.count = count
        }
    }

    /// One pair to look at: the input and both answers. The texts are foreign and of any length; renderers cut and escape them.
    public struct Example: Sendable, Hashable {
        /// As `understudy explain` takes it.
        public var pair: Identifier
        /// When the app called.
        public var calledAt: Timestamp
        /// The call's segment; nil where it names none.
        public var segment: String?
        /// What was asked: the last user text.
        public var input: String
        /// Production's answer as text.
        public var productionOutput: String
        /// The candidate's answer as text; empty where none came.
        public var candidateOutput: String
        /// The gold answer, where there is one.
        public var label: String?
        /// Who was right.
        public var correct: Correctness
        /// Every single difference that the comparison found.
        public var differences: [Difference]
        /// Production disagreed with its own second answer here.
        public var productionUnstable: Bool

        /// Takes its parts as they are.
        public init(
            pair: Identifier, calledAt: Timestamp, segment: String? = nil, input: String, productionOutput: String,
            candidateOutput: String, label: String? = nil, correct: Correctness = .unknown, differences: [Difference] = [],
            productionUnstable: Bool = false
        ) {
            self.pair = pair
            self.calledAt = calledAt
            self.segment = segment
            self.input = input
            self.productionOutput = productionOutput
            self.candidateOutput = candidateOutput
            self.label = label
            self.correct = correct
            self.differences = differences
            self.productionUnstable = productionUnstable
        }
    }

    /// How often production said one label and the candidate another.
    public struct ConfusionRow: Sendable, Hashable {
        /// What production said.
        public var productionLabel: String
        /// What the candidate said instead.
        public var candidateLabel: String
        /// How many pairs.
        public var pairs: Int
        /// Of them: only production right.
        public var productionOnly: Int
        /// Of them: only the candidate right.
        public var candidateOnly: Int

        /// Takes its parts as they are.
        public init(productionLabel: String, candidateLabel: String, pairs: Int, productionOnly: Int = 0, candidateOnly: Int = 0) {
            self.productionLabel = productionLabel
            self.candidateLabel = candidateLabel
            self.pairs = pairs
            self.productionOnly = productionOnly
            self.candidateOnly = candidateOnly
        }
    }
}
