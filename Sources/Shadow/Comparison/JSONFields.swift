import JSON
import Traffic

/// Scores each field of the gold answer, and each that an answer has beside them.
///
/// A field is a value that is no container; a null is no value. Array elements are held against those that they are compared
/// with, and each gives its own score under a common path (`/lines/*/price`). An answer that is wrapped is scored by what stands
/// inside, one that cannot be read has nothing.
struct JSONFields {
    /// Scores of a pair at most; a longer document is scored as far as that.
    static let maximumScores = 500

    private let rules: JSONPathRules
    private var likeness: JSONLikeness
    private var scores: [FieldScore] = []

    static func scores(gold: JSONValue, production: JSONValue?, candidate: JSONValue?, _ rules: JSONPathRules) -> [FieldScore] {
        var fields = JSONFields(rules)
        fields.score(Values(gold: gold, production: production, candidate: candidate), rules.root, "")
        return fields.scores
    }

    private init(_ rules: JSONPathRules) {
        self.rules = rules
        likeness = JSONLikeness(rules)
    }

    /// What stands at one place of the three documents.
    private struct Values {
        var gold: JSONValue?
        var production: JSONValue?
        var candidate: JSONValue?

        /// What the place is for all three: as the gold answer has it, else as the first answer does.
        var kind: Kind { Kind(gold ?? production ?? candidate) }

        /// Takes out what is of another kind than the place.
        mutating func takeOthers(than kind: Kind) -> Values {
            var others = Values()
            if let production, Kind(production) != kind { (others.production, self.production) = (production, nil) }
            if let candidate, Kind(candidate) != kind { (others.candidate, self.candidate) = (candidate, nil) }
            return others
        }

        var isEmpty: Bool { gold == nil && production == nil && candidate == nil }
    }

    private enum Kind {
        case field, array, object

        init(_ value: JSONValue?) {
            switch value {
            case .array?: self = .array
            case .object?: self = .object
            default: self = .field
            }
        }
    }

    private mutating func score(_ all: Values, _ state: JSONPathRules.State, _ path: String) {
        if rules.isIgnored(state) || scores.count >= JSONFields.maximumScores { return }
        var values = all
        let kind = values.kind
        // An answer with something of another kind lacks what should be here, and has something that should not.
        let others = values.takeOthers(than: kind)
        switch kind {
        case .field:
            scores.append(
                FieldScore(
                    path: path, production: outcome(values.gold, values.production, state),
                    candidate: outcome(values.gold, values.candidate, state)))
        case .array: scoreElements(values, state, path + "/*")
        case .object: scoreMembers(values, state, path)
        }
        if !others.isEmpty { score(others, state, path) }
    }

    private mutating func scoreMembers(_ values: Values, _ state: JSONPathRules.State, _ path: String) {
        let golds = JSONMembers(values.gold?.objectValue ?? [])
        let productions = JSONMembers(values.production?.objectValue ?? [])
        let candidates = JSONMembers(values.candidate?.objectValue ?? [])
        let more = productions.members.filter { golds.place(of: $0.name) == nil }
        let others = candidates.members.filter { golds.place(of: $0.name) == nil && productions.place(of: $0.name) == nil }
        for name in (golds.members + more + others).map(\.name) {
            let values = Values(gold: golds[name], production: productions[name], candidate: candidates[name])
            score(values, rules.member(name, of: state), JSONPointer.appending(name, to: path))
        }
    }

    private mutating func scoreElements(_ values: Values, _ state: JSONPathRules.State, _ path: String) {
        let golds = values.gold?.arrayValue ?? []
        let (productions, moreProductions) = elements(of: values.production, besides: golds, state)
        let (candidates, moreCandidates) = elements(of: values.candidate, besides: golds, state)
        for (place, gold) in golds.enumerated() {
            let values = Values(gold: gold, production: productions[place], candidate: candidates[place])
            score(values, rules.element([place], of: state), path)
        }
        // The elements too many of both answers share their scores, in their order.
        for place in 0..<max(moreProductions.count, moreCandidates.count) {
            let values = Values(
                production: place < moreProductions.count ? moreProductions[place] : nil,
                candidate: place < moreCandidates.count ? moreCandidates[place] : nil)
            score(values, rules.element([golds.count + place], of: state), path)
        }
    }

    /// An answer's counterparts of the gold elements, and what it has beside them.
    private mutating func elements(
        of answer: JSONValue?, besides golds: [JSONValue], _ state: JSONPathRules.State
    ) -> (counterparts: [JSONValue?], rest: [JSONValue]) {
        var counterparts = [JSONValue?](repeating: nil, count: golds.count)
        guard let elements = answer?.arrayValue else { return (counterparts, []) }
        if golds.isEmpty { return (counterparts, elements) }
        let pairs =
            rules.isUnordered(state)
            ? JSONMatching.unordered(golds, elements, state, &likeness) : JSONMatching.ordered(golds, elements, state, &likeness)
        var rest: [JSONValue] = []
        for pair in pairs {
            guard let place = pair.right else { continue }
            if let gold = pair.left { counterparts[gold] = elements[place] } else { rest.append(elements[place]) }
        }
        return (counterparts, rest)
    }

    private func outcome(_ gold: JSONValue?, _ answer: JSONValue?, _ state: JSONPathRules.State) -> FieldOutcome {
        let hasGold = gold.map { !$0.isNull } ?? false
        let hasAnswer = answer.map { !$0.isNull } ?? false
        guard hasGold, hasAnswer, let gold, let answer else { return hasGold ? .missing : hasAnswer ? .extra : .absent }
        switch likeness.relation(gold, answer, state) {
        case .same, .equivalent: return .right
        case .mismatch, .containers: return .wrong
        }
    }
}
