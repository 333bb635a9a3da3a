import Configuration
import JSON
import Traffic

/// How single values stand to each other.
enum ValueRelation: Equatable {
    case same
    /// Equal by a rule, said by a rule of the comparator's.
    case equivalent(EquivalenceRule, String)
    case mismatch(FailureMode, String)
    /// Two objects or two arrays: what is in them decides.
    case containers
}

/// Holds values against each other without noting what differs, as aligning arrays needs it.
struct JSONLikeness {
    let rules: JSONPathRules
    /// Values that may still be looked at. When none is left, whatever is asked is unlike, and arrays go by their places.
    private(set) var budget = 200_000

    init(_ rules: JSONPathRules) { self.rules = rules }

    /// How unlike two values can be.
    static let unlike = 1000

    func relation(_ left: JSONValue, _ right: JSONValue, _ state: JSONPathRules.State) -> ValueRelation {
        switch (left, right) {
        case (.string(let text), .string(let other)):
            if text == other { return .same }
            let (format, tolerance) = (rules.format(state), rules.tolerance(state))
            guard let rule = ValueMeaning.rule(strings: text, other, format: format, tolerance: tolerance) else {
                return .mismatch(.valueMismatch, format.map { "json.format.\($0.rawValue)" } ?? "json.value")
            }
            return .equivalent(rule, format.map { "json.format.\($0.rawValue)" } ?? "json.tolerance")
        case (.number(let text), .number(let other)):
            if text == other || JSONNumber.normal(text) == JSONNumber.normal(other) { return .same }
            guard let rule = ValueMeaning.rule(numbers: text, other, tolerance: rules.tolerance(state)) else {
                return .mismatch(.valueMismatch, "json.value")
            }
            return .equivalent(rule, "json.tolerance")
        case (.bool(let truth), .bool(let other)): return truth == other ? .same : .mismatch(.valueMismatch, "json.value")
        case (.null, .null): return .same
        // A value where there was none, or the other way round: the type is as declared.
        case (.null, _), (_, .null): return .mismatch(.valueMismatch, "json.null")
        case (.array, .array), (.object, .object): return .containers
        default: return .mismatch(.typeMismatch, "json.type")
        }
    }

    /// Takes work from the budget; false when there is less left.
    mutating func spend(_ steps: Int) -> Bool {
        guard steps <= budget else { return false }
        budget -= steps
        return true
    }

    /// Whether two values are the same without any rule, the order of members included. A shortcut: what it does not see, the
    /// closer look does.
    mutating func isIdentical(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        switch (left, right) {
        case (.array(let elements), .array(let others)):
            guard elements.count == others.count else { return false }
            for index in elements.indices where !isIdentical(elements[index], others[index]) { return false }
            return true
        case (.object(let members), .object(let others)):
            guard members.count == others.count else { return false }
            for index in members.indices {
                guard members[index].name == others[index].name, isIdentical(members[index].value, others[index].value) else {
                    return false
                }
            }
            return true
        case (.number(let text), .number(let other)): return text == other || JSONNumber.normal(text) == JSONNumber.normal(other)
        case (.string(let text), .string(let other)): return text == other
        case (.bool(let truth), .bool(let other)): return truth == other
        case (.null, .null): return true
        default: return false
        }
    }

    /// Whether two values agree, by rules or without any.
    mutating func agree(_ left: JSONValue, _ right: JSONValue, _ state: JSONPathRules.State) -> Bool {
        distance(left, right, state, isExact: true) == 0
    }

    /// 0 for values that agree up to `unlike`: the mean of what is in them. `isExact` asks only whether it is 0.
    mutating func distance(_ left: JSONValue, _ right: JSONValue, _ state: JSONPathRules.State, isExact: Bool = false) -> Int {
        guard budget > 0 else { return JSONLikeness.unlike }
        budget -= 1
        if rules.isIgnored(state) { return 0 }
        switch relation(left, right, state) {
        case .same, .equivalent: return 0
        case .mismatch: return JSONLikeness.unlike
        case .containers: break
        }
        if case .array(let elements) = left, case .array(let others) = right {
            return distance(elements, others, state, isExact)
        }
        guard case .object(let members) = left, case .object(let others) = right else { return JSONLikeness.unlike }
        return distance(JSONMembers(members), JSONMembers(others), state, isExact)
    }

    /// By places. Arrays that are compared as sets agree only with the same elements in whatever order; how unlike they are
    /// otherwise is told by their places, which is good enough to pair what they stand in.
    private mutating func distance(_ left: [JSONValue], _ right: [JSONValue], _ state: JSONPathRules.State, _ isExact: Bool) -> Int {
        if rules.isUnordered(state), left.count == right.count, left != right {
            let pairs = JSONMatching.unordered(left, right, state, &self)
            return mean(pairs.map { ($0.left.map { left[$0] }, $0.right.map { right[$0] }, rules.element($0.places, of: state)) }, isExact)
        }
        if isExact, state.isEmpty, left.count != right.count { return JSONLikeness.unlike }
        let pairs = (0..<max(left.count, right.count)).map { index in
            (
                index < left.count ? left[index] : nil, index < right.count ? right[index] : nil, rules.element([index], of: state)
            )
        }
        return mean(pairs, isExact)
    }

    private mutating func distance(_ left: JSONMembers, _ right: JSONMembers, _ state: JSONPathRules.State, _ isExact: Bool) -> Int {
        if left.shadowed != right.shadowed { return JSONLikeness.unlike }
        var pairs: [(JSONValue?, JSONValue?, JSONPathRules.State)] = []
        for member in left.members { pairs.append((member.value, right[member.name], rules.member(member.name, of: state))) }
        for member in right.members where left[member.name] == nil {
            pairs.append((nil, member.value, rules.member(member.name, of: state)))
        }
        return mean(pairs, isExact)
    }

    private mutating func mean(_ pairs: [(JSONValue?, JSONValue?, JSONPathRules.State)], _ isExact: Bool) -> Int {
        var sum = 0
        var count = 0
        for (left, right, state) in pairs where !rules.isIgnored(state) {
            count += 1
            guard let left, let right else {
                sum += JSONLikeness.unlike
                if isExact { return JSONLikeness.unlike }
                continue
            }
            sum += distance(left, right, state, isExact: isExact)
            if isExact, sum > 0 { return JSONLikeness.unlike }
        }
        return count == 0 ? 0 : (sum + count - 1) / count
    }
}

/// An object's members as its readers see them: of a repeated name the last.
struct JSONMembers {
    /// Each name once, in the order of the text.
    let members: [JSONMember]
    /// What a later member of the same name hides.
    let shadowed: [JSONMember]
    /// Places of the members by name; empty where a search is as fast.
    private let places: [String: Int]

    init(_ all: [JSONMember]) {
        guard all.count > 12 else {
            places = [:]
            var visible: [JSONMember] = []
            var hidden: [JSONMember] = []
            for (index, member) in all.enumerated() {
                if all[(index + 1)...].contains(where: { $0.name == member.name }) { hidden.append(member) } else { visible.append(member) }
            }
            members = hidden.isEmpty ? all : visible
            shadowed = hidden
            return
        }
        var last: [String: Int] = [:]
        for (index, member) in all.enumerated() { last[member.name] = index }
        if last.count == all.count {
            (members, shadowed, places) = (all, [], last)
            return
        }
        var visible: [JSONMember] = []
        var hidden: [JSONMember] = []
        var places: [String: Int] = [:]
        for (index, member) in all.enumerated() {
            if last[member.name] == index {
                places[member.name] = visible.count
                visible.append(member)
            } else {
                hidden.append(member)
            }
        }
        (members, shadowed, self.places) = (visible, hidden, places)
    }

    subscript(name: String) -> JSONValue? { place(of: name).map { members[$0].value } }

    func place(of name: String) -> Int? { places.isEmpty ? members.firstIndex { $0.name == name } : places[name] }
}
