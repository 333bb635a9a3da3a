import JSON
import Traffic

/// Scores each field of the gold answer, and each that an answer has beside them.
///
/// A field is a value that is no container; a null is no value. Array elements are held against those that they are compared
/// with, and each gives its own score under a common path (`/lines/*/price`). An answer that is wrapped is scored by what stands
/// inside, one that cannot be read has nothing.
struct JSONFields {
    /// Scores of a pair at most; a longer document is scored as far as that, the gold answer's fields first.
    static let maximumScores = 500

    private enum Side {
        case production, candidate
    }

    private let rules: JSONPathRules
    private var likeness: JSONLikeness
    private var scores: [FieldScore] = []
    /// Places of the scores by where the field stands, which no two fields share.
    private var places: [String: Int] = [:]

    static func scores(gold: JSONValue, production: JSONValue?, candidate: JSONValue?, _ rules: JSONPathRules) -> [FieldScore] {
        var fields = JSONFields(rules)
        // The gold answer's own fields first, in its order.
        fields.score(gold, nil, rules.root, Field(), .production)
        fields.score(gold, production, rules.root, Field(), .production)
        fields.score(gold, candidate, rules.root, Field(), .candidate)
        return fields.scores
    }

    private init(_ rules: JSONPathRules) {
        self.rules = rules
        likeness = JSONLikeness(rules)
    }

    /// Where a field stands.
    private struct Field {
        /// With `*` for places in arrays.
        var path = ""
        /// With the places themselves; those of elements that only the answer has are marked.
        var key = ""

        func member(_ name: String) -> Field {
            Field(path: JSONPointer.appending(name, to: path), key: JSONPointer.appending(name, to: key))
        }

        func element(_ pair: JSONPair) -> Field {
            Field(path: path + "/*", key: key + (pair.left.map { "/\($0)" } ?? "/+\(pair.right ?? 0)"))
        }
    }

    private mutating func score(_ gold: JSONValue?, _ answer: JSONValue?, _ state: JSONPathRules.State, _ field: Field, _ side: Side) {
        if rules.isIgnored(state) { return }
        switch (gold, answer) {
        case (.array(let golds)?, .array(let answers)?):
            let pairs =
                rules.isUnordered(state)
                ? JSONMatching.unordered(golds, answers, state, &likeness) : JSONMatching.ordered(golds, answers, state, &likeness)
            for pair in pairs { score(pair, golds, answers, state, field, side) }
        case (.array(let golds)?, nil): for place in golds.indices { score(JSONPair(left: place), golds, [], state, field, side) }
        case (nil, .array(let answers)?):
            for place in answers.indices { score(JSONPair(right: place), [], answers, state, field, side) }
        case (.object(let golds)?, .object(let answers)?): scoreMembers(JSONMembers(golds), JSONMembers(answers), state, field, side)
        case (.object(let golds)?, nil): scoreMembers(JSONMembers(golds), JSONMembers([]), state, field, side)
        case (nil, .object(let answers)?): scoreMembers(JSONMembers([]), JSONMembers(answers), state, field, side)
        case (.array?, _), (.object?, _), (_, .array?), (_, .object?):
            // What the one has is missing in the other, and what that has instead is too much.
            score(gold, nil, state, field, side)
            score(nil, answer, state, field, side)
        default: record(outcome(gold, answer, state), field, side)
        }
    }

    private mutating func score(
        _ pair: JSONPair, _ golds: [JSONValue], _ answers: [JSONValue], _ state: JSONPathRules.State, _ field: Field, _ side: Side
    ) {
        let (gold, answer) = (pair.left.map { golds[$0] }, pair.right.map { answers[$0] })
        score(gold, answer, rules.element(pair.places, of: state), field.element(pair), side)
    }

    private mutating func scoreMembers(
        _ golds: JSONMembers, _ answers: JSONMembers, _ state: JSONPathRules.State, _ field: Field, _ side: Side
    ) {
        for member in golds.members {
            score(member.value, answers[member.name], rules.member(member.name, of: state), field.member(member.name), side)
        }
        for member in answers.members where golds.place(of: member.name) == nil {
            score(nil, member.value, rules.member(member.name, of: state), field.member(member.name), side)
        }
    }

    private func outcome(_ gold: JSONValue?, _ answer: JSONValue?, _ state: JSONPathRules.State) -> FieldOutcome {
        let hasGold = gold.map { !$0.isNull } ?? false
        let hasAnswer = answer.map { !$0.isNull } ?? false
        guard hasGold, hasAnswer, let gold, let answer else { return hasGold ? .missing : hasAnswer ? .extra : .absent }
        return likeness.relation(gold, answer, state).isAgreement ? .right : .wrong
    }

    /// Notes how an answer stands to a field. Until it has been scored, an answer has no value in it.
    private mutating func record(_ outcome: FieldOutcome, _ field: Field, _ side: Side) {
        let none: FieldOutcome = outcome == .missing || outcome == .wrong || outcome == .right ? .missing : .absent
        if let place = places[field.key] {
            set(outcome, place, side)
        } else if scores.count < JSONFields.maximumScores {
            places[field.key] = scores.count
            scores.append(FieldScore(path: field.path, production: none, candidate: none))
            set(outcome, scores.count - 1, side)
        }
    }

    private mutating func set(_ outcome: FieldOutcome, _ place: Int, _ side: Side) {
        switch side {
        case .production: scores[place].production = outcome
        case .candidate: scores[place].candidate = outcome
        }
    }
}

extension ValueRelation {
    /// Whether it is one of agreement.
    fileprivate var isAgreement: Bool {
        switch self {
        case .same, .equivalent: true
        case .mismatch, .containers: false
        }
    }
}
