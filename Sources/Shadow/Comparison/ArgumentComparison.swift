import Configuration
import JSON
import Traffic

/// Holds the arguments of two calls of one tool against each other: by value, knowing their schema.
///
/// Numbers are equal by value, strings when they are the same text, objects whatever the order of their members. An optional
/// argument at the default that its schema declares equals one that is left out. Whatever has no rule is different.
struct ArgumentComparison {
    let rules: ArgumentRules
    /// Pairs the elements of unordered arrays, and the calls themselves.
    let match = BestMatch()

    /// What the comparison of two values came to.
    struct Outcome {
        /// How many places differ; 0 when the values agree.
        fileprivate(set) var count = 0
        /// The strongest rule that it took to agree; nil when the values are written alike.
        fileprivate(set) var rule: EquivalenceRule?
        /// Each place that differs or agrees only by a rule, unless they were only counted.
        fileprivate(set) var differences: [Difference] = []

        /// Nothing can be said about the values but that they differ.
        static var unreadable: Outcome {
            var outcome = Outcome()
            outcome.count = 1 << 14
            return outcome
        }
    }

    /// Compares two calls' arguments and says where they differ; `path` is the pointer that differences begin with.
    func compare(_ production: JSONValue, _ candidate: JSONValue, _ schema: ToolSchema?, path: String) -> Outcome {
        var walk = Walk(rules: rules, match: match, path: path)
        walk.compare(production, candidate, schema, rules.root)
        return walk.outcome
    }

    /// The same without the differences: how far two calls' arguments lie apart.
    func distance(_ production: JSONValue, _ candidate: JSONValue, _ schema: ToolSchema?) -> Outcome {
        var walk = Walk(rules: rules, match: match, path: nil)
        walk.compare(production, candidate, schema, rules.root)
        return walk.outcome
    }

    /// The text that is equal for arguments that are equal but for the order of members and the writing of numbers.
    func key(_ arguments: JSONValue) -> String {
        guard case .object(let members) = arguments, !rules.ignored.isEmpty else { return arguments.canonical().serialisedString() }
        return JSONValue.object(members.filter { !rules.ignored.contains($0.name) }).canonical().serialisedString()
    }
}

/// One walk through two values at once. Its recursion is as deep as JSON nests, which the parse has limited.
private struct Walk {
    typealias Outcome = ArgumentComparison.Outcome

    /// At most so many differences are put into words.
    private static let differenceLimit = 50

    private enum Step {
        case member(String)
        case element(Int)
    }

    let rules: ArgumentRules
    let match: BestMatch
    /// Where the walk began; nil when differences are only counted.
    let path: String?
    private var steps: [Step] = []
    private(set) var outcome = Outcome()

    init(rules: ArgumentRules, match: BestMatch, path: String?) {
        self.rules = rules
        self.match = match
        self.path = path
    }

    mutating func compare(_ production: JSONValue, _ candidate: JSONValue, _ schema: ToolSchema?, _ place: ArgumentRules.Place?) {
        switch (production, candidate) {
        case (.object(let members), .object(let others)): objects(members, others, schema, place)
        case (.array(let elements), .array(let others)):
            if place?.isUnordered == true {
                sets(elements, others, schema, place)
            } else {
                arrays(elements, others, schema, place)
            }
        case (.number(let text), .number(let other)):
            if text == other { return }
            if JSONNumber.normal(text) == JSONNumber.normal(other) { return agree(by: .numberFormat, production, candidate) }
            if let tolerance = place?.tolerance, Walk.isWithin(tolerance, text, other) {
                return agree(by: .withinTolerance, production, candidate)
            }
            differ(.valueMismatch, "tools.value", production, candidate)
        case (.string(let text), .string(let other)):
            if text == other, !Walk.isUncertain(text) { return }
            if !Walk.isUncertain(text), !Walk.isUncertain(other),
                let rule = ValueMeaning.rule(strings: text, other, format: place?.format, tolerance: place?.tolerance)
            {
                return agree(by: rule, production, candidate)
            }
            differ(.valueMismatch, "tools.value", production, candidate)
        case (.bool(let truth), .bool(let other)):
            if truth != other { differ(.valueMismatch, "tools.value", production, candidate) }
        case (.null, .null): break
        default: differ(.typeMismatch, "tools.type", production, candidate)
        }
    }

    private mutating func objects(
        _ production: [JSONMember], _ candidate: [JSONMember], _ schema: ToolSchema?, _ place: ArgumentRules.Place?
    ) {
        let isWhole = steps.isEmpty && !rules.ignored.isEmpty
        let left = isWhole ? production.filter { !rules.ignored.contains($0.name) } : production
        let right = isWhole ? candidate.filter { !rules.ignored.contains($0.name) } : candidate
        let object = schema?.object
        if left.count == right.count, zip(left, right).allSatisfy({ $0.name == $1.name && !Walk.isUncertain($0.name) }) {
            for (member, other) in zip(left, right) { compare(member, other.value, object, place) }
            return
        }
        let (named, others) = (NamedMembers(left), NamedMembers(right))
        if named.hasRepeatedNames || others.hasRepeatedNames || (left + right).contains(where: { Walk.isUncertain($0.name) }) {
            return differ(.valueMismatch, "tools.repeated_name", .object(left), .object(right))
        }
        for member in left {
            if let other = others[member.name] {
                compare(member, other, object, place)
            } else {
                lack(member, isProductions: true, object, place)
            }
        }
        for member in right where named[member.name] == nil { lack(member, isProductions: false, object, place) }
        let order = left.lazy.map(\.name).filter { others[$0] != nil }
        if !order.elementsEqual(right.lazy.map(\.name).filter { named[$0] != nil }) {
            agree(by: .keyOrder, .array(left.map { .string($0.name) }), .array(right.map { .string($0.name) }))
        }
    }

    /// Compares an object's member with the other object's of the same name.
    private mutating func compare(
        _ member: JSONMember, _ other: JSONValue, _ object: ToolSchema.ObjectSchema?, _ place: ArgumentRules.Place?
    ) {
        steps.append(.member(member.name))
        compare(member.value, other, object?[member.name], place?[member.name])
        steps.removeLast()
    }

    /// A member that only one object has: it may stand at its default.
    private mutating func lack(
        _ member: JSONMember, isProductions: Bool, _ object: ToolSchema.ObjectSchema?, _ place: ArgumentRules.Place?
    ) {
        steps.append(.member(member.name))
        defer { steps.removeLast() }
        let schema = object?[member.name]
        let (production, candidate) = isProductions ? (member.value, nil) : (nil, member.value)
        if let object, object.isOptional(member.name), let value = schema?.defaultValue {
            let probe = probe { $0.compare(member.value, value, schema, place?[member.name]) }
            if probe.count == 0 {
                if let rule = probe.rule { strengthen(rule) }
                return agree(by: .defaultArgument, production, candidate)
            }
        }
        differ(isProductions ? .missingField : .extraField, isProductions ? "tools.missing" : "tools.extra", production, candidate)
    }

    private mutating func arrays(_ production: [JSONValue], _ candidate: [JSONValue], _ schema: ToolSchema?, _ place: ArgumentRules.Place?)
    {
        guard production.count == candidate.count else {
            differ(.lengthMismatch, "tools.length", .array(production), .array(candidate))
            outcome.count += abs(production.count - candidate.count) - 1
            return
        }
        for (index, (element, other)) in zip(production, candidate).enumerated() {
            steps.append(.element(index))
            compare(element, other, schema?.element(index), place?[index])
            steps.removeLast()
        }
    }

    /// Arrays whose order is declared to mean nothing.
    private mutating func sets(_ production: [JSONValue], _ candidate: [JSONValue], _ schema: ToolSchema?, _ place: ArgumentRules.Place?) {
        let inOrder = production.count == candidate.count ? probe { $0.arrays(production, candidate, schema, place) } : nil
        if inOrder == nil || inOrder?.count == 0 { return arrays(production, candidate, schema, place) }
        let partners = match.partners(
            production.count, candidate.count,
            sizes: (production.reduce(0) { $0 + $1.size }, candidate.reduce(0) { $0 + $1.size }),
            keys: ({ production[$0].canonical().serialisedString() }, { candidate[$0].canonical().serialisedString() }),
            cost: { left, right in
                probe { $0.compare(production[left], candidate[right], schema?.element(left), place?[left]) }
                    .cost(movedBy: left - right)
            })
        let count = outcome.count
        for (index, partner) in partners.enumerated() {
            guard let partner else { continue }
            steps.append(.element(index))
            compare(production[index], candidate[partner], schema?.element(index), place?[index])
            steps.removeLast()
        }
        if outcome.count == count { agree(by: .itemOrder, .array(production), .array(candidate)) }
    }

    /// What a comparison from here would come to.
    private func probe(_ body: (inout Walk) -> Void) -> Outcome {
        var walk = Walk(rules: rules, match: match, path: nil)
        walk.steps = steps
        body(&walk)
        return walk.outcome
    }

    private mutating func strengthen(_ rule: EquivalenceRule) { outcome.rule = rule.stronger(than: outcome.rule) }

    private mutating func agree(by rule: EquivalenceRule, _ production: JSONValue?, _ candidate: JSONValue?) {
        strengthen(rule)
        note(rule.rawValue, "tools.\(rule.rawValue)", production, candidate)
    }

    private mutating func differ(_ mode: FailureMode, _ rule: String, _ production: JSONValue?, _ candidate: JSONValue?) {
        outcome.count += 1
        note(mode.rawValue, rule, production, candidate)
    }

    private mutating func note(_ kind: String, _ rule: String, _ production: JSONValue?, _ candidate: JSONValue?) {
        guard var pointer = path, outcome.differences.count < Walk.differenceLimit else { return }
        for step in steps {
            switch step {
            case .member(let name): pointer = JSONPointer.appending(name, to: pointer)
            case .element(let index): pointer += "/\(index)"
            }
        }
        outcome.differences.append(
            Difference(
                path: pointer, kind: kind, productionValue: production.map(Walk.shown), candidateValue: candidate.map(Walk.shown),
                rule: rule))
    }

    private static func shown(_ value: JSONValue) -> String { Difference.excerpt(value.serialisedString()) }

    /// Whether two numbers lie at most so far apart. Where doubles are too coarse to tell, they do not.
    private static func isWithin(_ tolerance: Double, _ text: String, _ other: String) -> Bool {
        guard let left = Double(text), let right = Double(other) else { return false }
        let coarseness = max(left.ulp, right.ulp) * 2
        return coarseness * 1000 <= tolerance && abs(left - right) <= tolerance + coarseness
    }

    /// Whether a text may have been another one before it was read: a lone surrogate becomes U+FFFD.
    private static func isUncertain(_ text: String) -> Bool { text.utf8.contains(0xEF) && text.unicodeScalars.contains("\u{FFFD}") }
}

extension ArgumentComparison.Outcome {
    /// What it costs to pair the two values: first how much differs, then how strong a rule it takes, then how far they moved.
    func cost(movedBy distance: Int) -> Int {
        let moved = min(abs(distance), 500)
        return min(count, 1 << 14) << 40 | (rule.map { $0.strength + 1 } ?? 0) << 26 | moved * moved
    }
}

extension EquivalenceRule {
    /// Place in the design's list: the later a rule stands there, the more it takes for granted.
    fileprivate var strength: Int { EquivalenceRule.allCases.firstIndex(of: self) ?? 0 }

    /// The one of two rules that takes more for granted.
    func stronger(than other: EquivalenceRule?) -> EquivalenceRule {
        guard let other, other.strength > strength else { return self }
        return other
    }
}

extension JSONValue {
    /// How many values it holds, itself included.
    var size: Int {
        switch self {
        case .array(let elements): elements.reduce(1) { $0 + $1.size }
        case .object(let members): members.reduce(1) { $0 + $1.value.size }
        default: 1
        }
    }
}
