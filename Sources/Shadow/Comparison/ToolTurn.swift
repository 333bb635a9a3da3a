import JSON
import Traffic

/// Two answers of a tools workload, of which at least one may call tools.
struct ToolTurn {
    let production: ToolAnswer
    let candidate: ToolAnswer
    /// Whether the order of calls counts.
    let isOrdered: Bool

    init(_ production: ToolAnswer, _ candidate: ToolAnswer, isOrdered: Bool) {
        self.production = production
        self.candidate = candidate
        self.isOrdered = isOrdered
    }

    /// Whether neither answer calls a tool.
    var isText: Bool { !production.reading.makesCalls && !candidate.reading.makesCalls }

    /// Whether both answers make the same calls in the API's own place, to the letter. Ids are made up anew each time.
    var isSame: Bool {
        production.reading.form == nil && candidate.reading.form == nil
            && production.calls.elementsEqual(candidate.calls) { $0.name == $1.name && $0.text == $1.text }
    }

    /// Whether the program that reads production's answer finds the candidate's calls in the same form.
    private var isSameForm: Bool {
        production.reading.form == candidate.reading.form && production.reading.liberties.isSuperset(of: candidate.reading.liberties)
    }

    /// Production's calls; those in sentences are none.
    private var calls: [ReadCall] { production.reading.makesCalls ? production.calls : [] }

    // MARK: Agreement

    /// A mode that a call shows, and all that is to be said about it.
    private struct Fault {
        var mode: FailureMode
        var differences: [Difference]
    }

    /// By what rule calls agree.
    private struct Accord {
        var rule: EquivalenceRule?
        var differences: [Difference] = []

        mutating func add(_ other: Accord) {
            rule = other.rule.map { $0.stronger(than: rule) } ?? rule
            differences += other.differences
        }
    }

    /// Agreement, mode and differences of answers of which one or both call tools.
    func finding(_ matching: ToolMatching) -> Finding {
        if let accord = accordInOrder(matching) { return agreeing(accord) }
        let calls = calls
        var faults: [Fault] = []
        var accord = Accord()
        var extras = calls.count
        for pair in matching.pairs(calls, candidate.calls) {
            guard let place = pair.production else {
                faults += pair.candidate.map { extra(candidate.calls[$0], extras, matching) } ?? []
                extras += 1
                continue
            }
            guard let partner = pair.candidate else {
                faults.append(missing(calls[place], place))
                continue
            }
            let (call, other) = (calls[place], candidate.calls[partner])
            if let same = self.accord(call, other, place, matching) {
                accord.add(same)
            } else if call.name == other.name {
                faults += arguments(call, other, place, matching)
            } else {
                faults += otherTool(call, other, place, matching)
            }
        }
        if faults.isEmpty, isOrdered { faults = order(matching) }
        if !faults.isEmpty { return differing(faults) }
        accord.add(Accord(rule: .itemOrder, differences: [whole(EquivalenceRule.itemOrder.rawValue, "tools.item_order")]))
        return agreeing(accord)
    }

    /// How all calls agree, each with the one in its place; nil where they do not.
    private func accordInOrder(_ matching: ToolMatching) -> Accord? {
        let calls = calls
        guard calls.count == candidate.calls.count else { return nil }
        var accord = Accord()
        for (place, (call, other)) in zip(calls, candidate.calls).enumerated() {
            guard let same = self.accord(call, other, place, matching) else { return nil }
            accord.add(same)
        }
        return accord
    }

    /// How two calls agree; nil where they do not.
    private func accord(_ call: ReadCall, _ other: ReadCall, _ place: Int, _ matching: ToolMatching) -> Accord? {
        guard call.name == other.name else { return nil }
        if call.text == other.text { return Accord() }
        let outcome = matching.outcome(call, other, place)
        guard outcome.count == 0 else { return nil }
        // Values that are written alike differ in white space, else in what is left out of the comparison.
        if outcome.rule == nil, call.arguments == other.arguments {
            let difference = Difference(
                path: "/\(place)/arguments", kind: EquivalenceRule.whitespace.rawValue, productionValue: call.shownArguments,
                candidateValue: other.shownArguments, rule: "tools.whitespace")
            return Accord(rule: .whitespace, differences: [difference])
        }
        return Accord(rule: outcome.rule, differences: outcome.differences)
    }

    private func agreeing(_ accord: Accord) -> Finding {
        if !isSameForm {
            let differences = ToolTurn.limited(formFaults() + accord.differences)
            return Finding(agreement: .different, failureMode: .wrappedJSON, differences: differences)
        }
        guard let rule = accord.rule else { return Finding(agreement: .identical) }
        let isDecisive = { (difference: Difference) in difference.kind == rule.rawValue }
        let differences = accord.differences.filter(isDecisive) + accord.differences.filter { !isDecisive($0) }
        return Finding(agreement: .equivalent, equivalence: rule, differences: ToolTurn.limited(differences))
    }

    /// The first mode of the design's list that a call shows; before it what the delivery is at fault for.
    private func differing(_ faults: [Fault]) -> Finding {
        let order = FailureMode.allCases
        let modes = order.filter { mode in faults.contains { $0.mode == mode } }
        var differences = modes.flatMap { mode in faults.filter { $0.mode == mode }.flatMap(\.differences) }
        if let fault = candidate.delivery.fault { differences.insert(whole(fault.rawValue, "delivery.\(fault.rawValue)"), at: 0) }
        if !candidate.calls.isEmpty { differences = ToolTurn.limited(differences) + formFaults() }
        return Finding(
            agreement: .different, failureMode: candidate.delivery.fault ?? modes.first, differences: ToolTurn.limited(differences))
    }

    // MARK: Faults

    private func missing(_ call: ReadCall, _ place: Int) -> Fault {
        let instead = candidate.calls.isEmpty ? Difference.excerpt(candidate.delivery.shown) : nil
        return fault(.missingToolCall, "tools.missing_call", place, call.shown, instead)
    }

    private func extra(_ call: ReadCall, _ place: Int, _ matching: ToolMatching) -> [Fault] {
        let instead = calls.isEmpty ? Difference.excerpt(production.delivery.shown) : nil
        var fault = fault(.extraToolCall, "tools.extra_call", place, instead, call.shown)
        fault.differences += matching.faults(of: call, as: .extraToolCall, place)
        return [fault] + unreadable(call, place)
    }

    private func otherTool(_ call: ReadCall, _ other: ReadCall, _ place: Int, _ matching: ToolMatching) -> [Fault] {
        var fault = fault(.toolMismatch, "tools.name", place, call.shown, other.shown)
        fault.differences += matching.faults(of: other, as: .toolMismatch, place)
        return [fault] + unreadable(other, place)
    }

    private func arguments(_ call: ReadCall, _ other: ReadCall, _ place: Int, _ matching: ToolMatching) -> [Fault] {
        if other.fault != nil { return unreadable(other, place, instead: call.shownArguments) }
        var fault = fault(.argumentsMismatch, "tools.arguments", place, call.shown, other.shown)
        if call.fault != nil {
            fault.differences.append(
                Difference(
                    path: "/\(place)/arguments", kind: FailureMode.invalidJSON.rawValue, productionValue: call.shownArguments,
                    candidateValue: other.shownArguments, rule: "tools.invalid_json"))
        }
        fault.differences += matching.outcome(call, other, place).differences + matching.violations(call, other, place)
        return [fault]
    }

    /// Arguments of the candidate that are no JSON.
    private func unreadable(_ call: ReadCall, _ place: Int, instead: String? = nil) -> [Fault] {
        guard call.fault != nil else { return [] }
        let difference = Difference(
            path: "/\(place)/arguments", kind: FailureMode.invalidJSON.rawValue, productionValue: instead,
            candidateValue: call.shownArguments, rule: "tools.invalid_json")
        return [Fault(mode: .invalidJSON, differences: [difference])]
    }

    /// The same calls in another order, where it counts.
    private func order(_ matching: ToolMatching) -> [Fault] {
        zip(calls, candidate.calls).enumerated().compactMap { place, pair in
            let (call, other) = pair
            if accord(call, other, place, matching) != nil { return nil }
            return fault(call.name == other.name ? .argumentsMismatch : .toolMismatch, "tools.order", place, call.shown, other.shown)
        }
    }

    private func fault(_ mode: FailureMode, _ rule: String, _ place: Int, _ production: String?, _ candidate: String?) -> Fault {
        let difference = Difference(
            path: "/\(place)", kind: mode.rawValue, productionValue: production, candidateValue: candidate, rule: rule)
        return Fault(mode: mode, differences: [difference])
    }

    /// A difference for each answer whose calls stand in a form of their own.
    private func formFaults() -> [Difference] {
        if isSameForm { return [] }
        let mode = FailureMode.wrappedJSON.rawValue
        if production.reading.form == candidate.reading.form { return [whole(mode, "tools.python_literals")] }
        return [production, candidate].compactMap { answer in answer.reading.form.map { whole(mode, $0.rule) } }
    }

    /// A difference between the answers as a whole.
    private func whole(_ kind: String, _ rule: String) -> Difference {
        Difference(
            path: "", kind: kind, productionValue: Difference.excerpt(production.delivery.shown),
            candidateValue: Difference.excerpt(candidate.delivery.shown), rule: rule)
    }

    /// At most so many differences are kept: the first say what is wrong.
    private static func limited(_ differences: [Difference]) -> [Difference] { Array(differences.prefix(100)) }
}

// MARK: Correctness

extension ToolTurn {
    /// Who made the expected calls in a form that the program reads: production's, unless the candidate shows the API's own.
    func correctness(_ gold: GoldCalls, _ matching: ToolMatching) -> Correctness {
        let hasFailed = candidate.delivery.failure != nil
        let isOwnFormShown = !hasFailed && candidate.reading.form == nil && candidate.reading.makesCalls
        let isReadable = production.reading.form == nil || !isOwnFormShown
        return Correctness(
            production: isRight(production, isReadable, gold, matching),
            candidate: !hasFailed && isRight(candidate, candidate.reading.isReadable(as: production.reading), gold, matching))
    }

    /// Where no call is expected, one that is meant is wrong, readable or not.
    private func isRight(_ answer: ToolAnswer, _ isReadable: Bool, _ gold: GoldCalls, _ matching: ToolMatching) -> Bool {
        if gold.isEmpty { return !answer.reading.makesCalls && answer.delivery.fault == nil }
        return answer.reading.makesCalls && isReadable && gold.accept(answer.calls, isOrdered: isOrdered, matching)
    }
}
