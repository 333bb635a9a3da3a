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

    /// The beginning of a foreign text, and how much follows: what a report can show of it.
    public struct Passage: Sendable, Hashable {
        /// At most `longest` Unicode scalars, foreign: renderers escape them.
        public var text: String
        /// How many scalars of the text follow.
        public var rest: Int

        /// How much of one text a report shows at most.
        public static let longest = 2000

        /// Cuts a text of any length.
        public init(_ text: String) {
            let scalars = text.unicodeScalars
            if let end = scalars.index(scalars.startIndex, offsetBy: Passage.longest, limitedBy: scalars.endIndex), end < scalars.endIndex {
                self.init(String(scalars[..<end]), rest: scalars.distance(from: end, to: scalars.endIndex))
            } else {
                self.init(text, rest: 0)
            }
        }

        init(_ text: String, rest: Int) {
            self.text = text
            self.rest = rest
        }
    }

    /// One single difference between two answers, as it is shown: in words that neither a terminal nor a browser obeys.
    public struct DifferenceRow: Sendable, Hashable {
        /// Where, and what differs there.
        public var path: String
        public var kind: String
        public var productionValue: String
        public var candidateValue: String
    }

    /// One pair to look at: the input and both answers, foreign texts that renderers escape.
    public struct Example: Sendable, Hashable {
        /// As `understudy explain` takes it.
        public var pair: Identifier
        /// When the app called.
        public var calledAt: Timestamp
        /// The call's segment; nil where it names none.
        public var segment: String?
        /// Who was right.
        public var correct: Correctness
        /// Production disagreed with its own second answer here.
        public var productionUnstable: Bool
        /// What the pair said; nil once that is not kept any more.
        public var texts: Texts?

        /// What a pair said.
        public struct Texts: Sendable, Hashable {
            /// What was asked: the last user text.
            public var input: Passage
            /// Production's answer as text.
            public var productionOutput: Passage
            /// The candidate's answer as text; empty where none came.
            public var candidateOutput: Passage
            /// The gold answer, where there is one.
            public var label: Passage?
            /// The first single differences that the comparison found, and how many more there are.
            public var differences: [DifferenceRow]
            public var moreDifferences: Int

            /// How many single differences are shown.
            static let differencesShown = 20
        }

        /// Takes its parts as they are; of the texts, which may be of any length, what can be shown.
        public init(
            pair: Identifier, calledAt: Timestamp, segment: String? = nil, input: String, productionOutput: String,
            candidateOutput: String, label: String? = nil, correct: Correctness = .unknown, differences: [Difference] = [],
            productionUnstable: Bool = false
        ) {
            let shown = differences.prefix(Texts.differencesShown)
            self.init(
                pair: pair, calledAt: calledAt, segment: segment, correct: correct, productionUnstable: productionUnstable,
                texts: Texts(
                    input: Passage(input), productionOutput: Passage(productionOutput), candidateOutput: Passage(candidateOutput),
                    label: label.map { Passage($0) }, differences: shown.map(DifferenceRow.init),
                    moreDifferences: differences.count - shown.count))
        }

        init(
            pair: Identifier, calledAt: Timestamp, segment: String?, correct: Correctness, productionUnstable: Bool, texts: Texts?
        ) {
            self.pair = pair
            self.calledAt = calledAt
            self.segment = segment
            self.correct = correct
            self.productionUnstable = productionUnstable
            self.texts = texts
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

extension ReportModel.DifferenceRow {
    fileprivate init(_ difference: Difference) {
        func value(_ text: String?) -> String { text.map { ForeignText.line($0, limit: 120) } ?? "nothing" }
        self.init(
            path: ForeignText.line(difference.path.isEmpty ? "answer" : difference.path, limit: 120),
            kind: ForeignText.name(difference.kind).replacing("_", with: " "), productionValue: value(difference.productionValue),
            candidateValue: value(difference.candidateValue))
    }
}
