internal import Statistics
public import Traffic
internal import Verdict

extension ReportModel {
    /// Pairs that have something in common beside their segment and length.
    public struct SliceRow: Sendable, Hashable {
        /// What they have in common; raw values as in the JSON.
        public enum Dimension: String, Sendable, CaseIterable {
            case turn, prompt, label, language
        }

        /// What they have in common.
        public var dimension: Dimension
        /// The turn, the prompt's hash, the label that production gave, or the input's language.
        public var slice: String
        /// Pairs that could be compared.
        public var pairs: Int
        /// Those in which only production was right.
        public var failures: Int

        /// Takes its parts as they are.
        public init(dimension: Dimension, slice: String, pairs: Int, failures: Int) {
            self.dimension = dimension
            self.slice = slice
            self.pairs = pairs
            self.failures = failures
        }
    }

    /// Pairs of which another candidate of the workload answered the same calls.
    public struct RivalRow: Sendable, Hashable {
        /// The other candidate's trial and name.
        public var trial: Identifier
        public var candidate: String
        /// Calls that both answered and of whose answers it is known which are right.
        public var pairs: Int
        /// Calls on which this trial's candidate was right and the other wrong.
        public var onlyThis: Int
        /// The other way round.
        public var onlyOther: Int
        /// Of both kinds. In them this trial's candidate stands where production does, and the other where the candidate does.
        public var examples: [Example]

        /// So many of the newest calls are compared.
        public static let calls = 20_000

        /// Takes its parts as they are.
        public init(trial: Identifier, candidate: String, pairs: Int, onlyThis: Int, onlyOther: Int, examples: [Example] = []) {
            self.trial = trial
            self.candidate = candidate
            self.pairs = pairs
            self.onlyThis = onlyThis
            self.onlyOther = onlyOther
            self.examples = examples
        }
    }

    /// How concentrated the candidate's own failures are in one slice.
    struct SliceReading {
        let row: SliceRow
        let concentration: SegmentConcentration
    }

    /// The slices, the most concentrated first, corrected for their number and for that of the ways to slice, the gate's included
    /// (statistics §9). A reading: the gate knows segments and lengths only.
    var sliceReadings: [SliceReading] {
        let groups = SliceRow.Dimension.allCases.map { dimension in slices.filter { $0.dimension == dimension } }.filter { $0.count > 1 }
        let factor = yekutieliFactor(groups.count + Set(look.segments.map(\.name.dimension)).count)
        return groups.flatMap { rows in
            zip(rows, concentration(rows.map { .init(pairs: $0.pairs, failures: $0.failures) }, factor: factor)).map(SliceReading.init)
        }.sorted { ($0.concentration.q, -$0.row.failures, $0.row.slice) < ($1.concentration.q, -$1.row.failures, $1.row.slice) }
    }
}
