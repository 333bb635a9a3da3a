extension ReportModel {
    /// Which label each answer was read as, agreements included: production's by row, the candidate's by column.
    public struct LabelMatrix: Sendable, Hashable {
        /// The commonest labels, most frequent first; the last stands for all others where there are more.
        public var labels: [String]
        /// Pairs, a row a label of production's.
        public var counts: [[Int]]

        /// How many labels are shown by name.
        public static let named = 12
        /// What stands for all the others.
        public static let others = "other labels"

        /// Sorts the labels by how often either answer was read as one, and lays the rare ones together.
        public init(cells: [(production: String, candidate: String, pairs: Int)]) {
            var totals: [String: Int] = [:]
            for cell in cells {
                totals[cell.production, default: 0] += cell.pairs
                totals[cell.candidate, default: 0] += cell.pairs
            }
            let sorted = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
            let isWhole = sorted.count <= LabelMatrix.named + 1
            labels = isWhole ? sorted : sorted.prefix(LabelMatrix.named) + [LabelMatrix.others]
            var places: [String: Int] = [:]
            for (place, label) in sorted.enumerated() { places[label] = min(place, labels.count - 1) }
            counts = Array(repeating: Array(repeating: 0, count: labels.count), count: labels.count)
            for cell in cells { counts[places[cell.production]!][places[cell.candidate]!] += cell.pairs }
        }
    }

    /// How one model had one field of the gold answers.
    public struct FieldCounts: Sendable, Hashable {
        /// The gold answer has a value there.
        public var expected: Int
        /// The model's answer has one.
        public var given: Int
        /// Both have the same.
        public var matched: Int

        /// Takes its parts as they are.
        public init(expected: Int = 0, given: Int = 0, matched: Int = 0) {
            self.expected = expected
            self.given = given
            self.matched = matched
        }

        /// How much of what the model says is right; nil where it says nothing.
        public var precision: Double? { given == 0 ? nil : Double(matched) / Double(given) }
        /// How much of what is right the model says; nil where nothing is.
        public var recall: Double? { expected == 0 ? nil : Double(matched) / Double(expected) }
    }

    /// One field of a JSON answer, held against the gold answers.
    public struct FieldRow: Sendable, Hashable {
        /// JSON Pointer; `*` stands for any place in an array.
        public var path: String
        /// How production had it.
        public var production: FieldCounts
        /// How the candidate had it.
        public var candidate: FieldCounts

        /// Takes its parts as they are.
        public init(path: String, production: FieldCounts, candidate: FieldCounts) {
            self.path = path
            self.production = production
            self.candidate = candidate
        }

        /// What the candidate misses more than production does, in recall, else in precision; what the rows are sorted by.
        public var loss: Double {
            if let ours = candidate.recall, let theirs = production.recall { return theirs - ours }
            return (production.precision ?? 0) - (candidate.precision ?? 0)
        }
    }

    /// The pairs at one place in their conversations.
    public struct TurnRow: Sendable, Hashable {
        /// From 1; the last one counts all later turns.
        public var turn: Int
        /// Pairs whose answers could be compared.
        public var pairs: Int
        /// Those whose answers differ.
        public var different: Int
        /// Pairs in which only production was right.
        public var productionOnly: Int
        /// Pairs in which only the candidate was right.
        public var candidateOnly: Int

        /// The turn from which on all are counted together.
        public static let last = 10

        /// Takes its parts as they are.
        public init(turn: Int, pairs: Int, different: Int, productionOnly: Int = 0, candidateOnly: Int = 0) {
            self.turn = turn
            self.pairs = pairs
            self.different = different
            self.productionOnly = productionOnly
            self.candidateOnly = candidateOnly
        }
    }
}
