import JSON
import Traffic

/// A tool call with its arguments read.
struct ReadCall: Sendable {
    let name: String
    /// The arguments as the model wrote them.
    let text: String
    /// nil where they are not JSON.
    let arguments: JSONValue?
    /// Why and where they are not.
    let fault: JSONError?

    init(_ call: ToolCall) {
        name = call.name
        text = call.arguments
        do throws(JSONError) {
            arguments = try JSONValue.parse(call.arguments)
            fault = nil
        } catch {
            arguments = nil
            fault = error
        }
    }

    /// The call as people write it.
    var shown: String { Difference.excerpt("\(name)(\(text))") }

    /// The arguments, and what makes them no JSON.
    var shownArguments: String { Difference.excerpt(fault.map { "\($0): \(text)" } ?? text) }
}

/// Finds which calls of two answers belong together: those of one name, the closest arguments first. The order of calls means
/// nothing.
struct ToolMatching {
    let arguments: ArgumentComparison
    let offered: OfferedTools?

    /// A call of production's and the candidate's that belongs to it; nil on the side that has none.
    struct Pair {
        var production: Int?
        var candidate: Int?
    }

    /// Each call of both answers once: in production's order, then what only the candidate has, in its own.
    func pairs(_ production: [ReadCall], _ candidate: [ReadCall]) -> [Pair] {
        var partners = [Int?](repeating: nil, count: production.count)
        var isTaken = [Bool](repeating: false, count: candidate.count)
        let others = Dictionary(grouping: candidate.indices) { candidate[$0].name }
        for (name, own) in Dictionary(grouping: production.indices, by: { production[$0].name }) {
            guard let same = others[name] else { continue }
            for (place, partner) in zip(own, match(own.map { production[$0] }, same.map { candidate[$0] })) {
                guard let partner else { continue }
                partners[place] = same[partner]
                isTaken[same[partner]] = true
            }
        }
        // Calls of other names stand for each other in the order in which they come.
        var rest = candidate.indices.filter { !isTaken[$0] }[...]
        for place in production.indices where partners[place] == nil { partners[place] = rest.popFirst() }
        return production.indices.map { Pair(production: $0, candidate: partners[$0]) } + rest.map { Pair(production: nil, candidate: $0) }
    }

    /// How far two calls of one name lie apart. Arguments that are not JSON only agree with the same text.
    func distance(_ call: ReadCall, _ other: ReadCall) -> ArgumentComparison.Outcome {
        if call.text == other.text { return ArgumentComparison.Outcome() }
        guard let own = call.arguments, let others = other.arguments else { return .unreadable }
        return arguments.distance(own, others, offered?[call.name])
    }

    /// What two calls of one name come to; `place` is the call's in its differences' pointers.
    func outcome(_ call: ReadCall, _ other: ReadCall, _ place: Int) -> ArgumentComparison.Outcome {
        guard let own = call.arguments, let others = other.arguments else { return .unreadable }
        return arguments.compare(own, others, offered?[call.name], path: "/\(place)/arguments")
    }

    /// What is wrong with a call of the candidate's by itself: a tool that the request does not offer, arguments that break its
    /// schema.
    func faults(of call: ReadCall, as mode: FailureMode, _ place: Int) -> [Difference] {
        guard let offered else { return [] }
        guard let schema = offered[call.name] else {
            return [
                Difference(
                    path: "/\(place)/name", kind: mode.rawValue, productionValue: nil, candidateValue: Difference.excerpt(call.name),
                    rule: "tools.not_offered")
            ]
        }
        return violations(nil, call, place, schema)
    }

    /// Where the arguments of two calls of one name break its schema.
    func violations(_ call: ReadCall, _ other: ReadCall, _ place: Int) -> [Difference] {
        offered?[call.name].map { violations(call, other, place, $0) } ?? []
    }

    private func violations(_ call: ReadCall?, _ other: ReadCall, _ place: Int, _ schema: ToolSchema) -> [Difference] {
        let path = "/\(place)/arguments"
        let own = call?.arguments.map { schema.violations(of: $0, path: path) } ?? []
        let others = other.arguments.map { schema.violations(of: $0, path: path) } ?? []
        let shown = { (violation: ArgumentViolation) in Difference.excerpt(violation.value?.serialisedString() ?? "(missing)") }
        return (own + others.filter { !own.contains($0) }).map { violation in
            Difference(
                path: violation.path, kind: FailureMode.schemaViolation.rawValue,
                productionValue: own.contains(violation) ? shown(violation) : nil,
                candidateValue: others.contains(violation) ? shown(violation) : nil, rule: "tools.schema.\(violation.keyword)")
        }
    }

    /// The partners of calls of one name.
    private func match(_ calls: [ReadCall], _ others: [ReadCall]) -> [Int?] {
        if calls.count == 1, others.count == 1 { return [0] }
        let size = { (calls: [ReadCall]) in calls.reduce(0) { $0 + ($1.arguments?.size ?? 1) } }
        let key = { (call: ReadCall) in call.arguments.map(arguments.key) ?? "not JSON: " + call.text }
        return arguments.match.partners(
            calls.count, others.count, sizes: (size(calls), size(others)), keys: ({ key(calls[$0]) }, { key(others[$0]) }),
            cost: { distance(calls[$0], others[$1]).cost(movedBy: $0 - $1) })
    }
}
