import JSON
import Traffic

/// Goes through two documents side by side and notes where they differ.
struct JSONWalk {
    private enum Step {
        case member(String)
        case element(Int)
    }

    private let rules: JSONPathRules
    private var likeness: JSONLikeness
    private var log = JSONLog()
    private var path: [Step] = []

    /// What differs between two documents.
    static func differences(_ left: JSONValue, _ right: JSONValue, _ rules: JSONPathRules) -> JSONLog {
        var walk = JSONWalk(rules)
        walk.compare(left, right, rules.root)
        return walk.log
    }

    private init(_ rules: JSONPathRules) {
        self.rules = rules
        likeness = JSONLikeness(rules)
    }

    private mutating func compare(_ left: JSONValue, _ right: JSONValue, _ state: JSONPathRules.State) {
        if rules.isIgnored(state) { return }
        switch likeness.relation(left, right, state) {
        case .same: return
        case .equivalent(let equivalence, let rule): note(equivalence, left, right, rule)
        case .mismatch(let mode, let rule): note(mode, left, right, rule)
        case .containers:
            if case .array(let elements) = left, case .array(let others) = right {
                compareArrays(elements, others, state)
            } else if case .object(let members) = left, case .object(let others) = right {
                compareObjects(members, others, state)
            }
        }
    }

    // MARK: Objects

    private mutating func compareObjects(_ left: [JSONMember], _ right: [JSONMember], _ state: JSONPathRules.State) {
        if left.count == right.count, left.indices.allSatisfy({ left[$0].name == right[$0].name }) {
            // The common case; what a repeated name hides is compared with the rest.
            for index in left.indices {
                let name = left[index].name
                path.append(.member(name))
                compare(left[index].value, right[index].value, rules.member(name, of: state))
                path.removeLast()
            }
            return
        }
        let (members, others) = (JSONMembers(left), JSONMembers(right))
        var isInOrder = true
        var furthest = -1
        for member in members.members {
            let next = rules.member(member.name, of: state)
            if rules.isIgnored(next) { continue }
            path.append(.member(member.name))
            if let place = others.place(of: member.name) {
                isInOrder = isInOrder && place > furthest
                furthest = max(furthest, place)
                compare(member.value, others.members[place].value, next)
            } else {
                note(.missingField, member.value, nil, "json.missing")
            }
            path.removeLast()
        }
        for member in others.members where members.place(of: member.name) == nil {
            if rules.isIgnored(rules.member(member.name, of: state)) { continue }
            path.append(.member(member.name))
            note(.extraField, nil, member.value, "json.extra")
            path.removeLast()
        }
        if !isInOrder, log.keeps(.keyOrder) {
            note(.keyOrder, JSONWalk.names(members), JSONWalk.names(others), "json.key_order")
        } else if !isInOrder {
            note(.keyOrder, nil, nil, "json.key_order")
        }
        compareShadowed(members.shadowed, others.shadowed, state)
    }

    private static func names(_ members: JSONMembers) -> JSONValue { .array(members.members.map { .string($0.name) }) }

    /// Most programs take a repeated name's last value, some the first, some neither: what the last one hides must be the same too.
    private mutating func compareShadowed(_ left: [JSONMember], _ right: [JSONMember], _ state: JSONPathRules.State) {
        if left.isEmpty, right.isEmpty { return }
        let isCompared = { (member: JSONMember) in !self.rules.isIgnored(self.rules.member(member.name, of: state)) }
        let (left, right) = (left.filter(isCompared), right.filter(isCompared))
        if left == right { return }
        for member in left where !right.contains(member) {
            path.append(.member(member.name))
            note(.missingField, member.value, nil, "json.repeated_name")
            path.removeLast()
        }
        for member in right where !left.contains(member) {
            path.append(.member(member.name))
            note(.extraField, nil, member.value, "json.repeated_name")
            path.removeLast()
        }
    }

    // MARK: Arrays

    private mutating func compareArrays(_ left: [JSONValue], _ right: [JSONValue], _ state: JSONPathRules.State) {
        let isUnordered = rules.isUnordered(state)
        let pairs =
            isUnordered
            ? JSONMatching.unordered(left, right, state, &likeness) : JSONMatching.ordered(left, right, state, &likeness)
        var isInOrder = true
        var furthest = -1
        for pair in pairs where !pair.isIdentical {
            let next = rules.element(pair.places, of: state)
            if rules.isIgnored(next) { continue }
            path.append(.element(pair.left ?? pair.right ?? 0))
            switch (pair.left.map { left[$0] }, pair.right.map { right[$0] }) {
            case (let element?, let other?): compare(element, other, next)
            case (let element, let other):
                // Where the lengths are the same, an element is another one, not one too many.
                let mode: FailureMode = left.count == right.count ? .valueMismatch : .lengthMismatch
                note(mode, element, other, element == nil ? "json.element_extra" : "json.element_missing")
            }
            path.removeLast()
            if isUnordered, pair.left != nil, let place = pair.right {
                isInOrder = isInOrder && place > furthest
                furthest = max(furthest, place)
            }
        }
        if !isInOrder { note(.itemOrder, .array(left), .array(right), "json.item_order") }
    }

    // MARK: Notes

    private mutating func note(_ mode: FailureMode, _ left: JSONValue?, _ right: JSONValue?, _ rule: String) {
        log.add(mode, log.keeps(mode) ? pointer : "", left, right, rule)
    }

    private mutating func note(_ equivalence: EquivalenceRule, _ left: JSONValue?, _ right: JSONValue?, _ rule: String) {
        log.add(equivalence, log.keeps(equivalence) ? pointer : "", left, right, rule)
    }

    private var pointer: String {
        path.reduce("") { pointer, step in
            switch step {
            case .member(let name): JSONPointer.appending(name, to: pointer)
            case .element(let place): "\(pointer)/\(place)"
            }
        }
    }
}
