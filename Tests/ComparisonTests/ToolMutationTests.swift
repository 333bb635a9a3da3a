import Comparison
import Configuration
import JSON
import Testing
import Traffic

extension SeededGenerator {
    /// A value that says something else than another one of any kind.
    private mutating func changed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .bool(let truth):
            return [JSONValue(!truth), .string("\(truth)"), .null, JSONValue(truth ? 1 : 0)].randomElement(using: &self)!
        case .number(let text):
            return [
                .number("-\(text)"), .number("1\(text)"), .number(text + (text.contains(".") ? "1" : ".5")), .string(text), .null,
                [.number(text)], JSONValue(true),
            ]
            .randomElement(using: &self)!
        case .string(let text):
            return [
                .string(text + "s"), .string(String(text.dropLast())),
                .string(text.uppercased() == text ? text.lowercased() + "a" : text.uppercased()), .string(" " + text), .string(text + "."),
                .string("not " + text), .null, .array([value]), ["value": value], .string(""),
            ].randomElement(using: &self)!
        case .null: return .string("null")
        case .array(let elements):
            var elements = elements
            switch Int.random(in: 0...3, using: &self) {
            case 0 where !elements.isEmpty: elements.removeLast()
            case 1 where elements.count > 1 && elements[0] != elements[1]: elements.swapAt(0, 1)
            case 2 where !elements.isEmpty: elements.insert(elements[0], at: 0)
            default: elements.append("more")
            }
            return .array(elements)
        case .object(let members):
            var members = members
            switch Int.random(in: 0...3, using: &self) {
            case 0 where !members.isEmpty: members.remove(at: Int.random(in: members.indices, using: &self))
            case 1 where !members.isEmpty:
                let place = Int.random(in: members.indices, using: &self)
                members[place].name += ["s", "_", " ", "2"].randomElement(using: &self)!
            case 2 where members.count > 1 && members[0].value != members[1].value:
                (members[0].value, members[1].value) = (members[1].value, members[0].value)
            default: members.append(JSONMember("more", text()))
            }
            return .object(members)
        }
    }

    /// The value with one place in it changed.
    private mutating func mutated(_ value: JSONValue) -> JSONValue {
        if Int.random(in: 0...2, using: &self) == 0 { return changed(value) }
        switch value {
        case .array(var elements) where !elements.isEmpty:
            let place = Int.random(in: elements.indices, using: &self)
            elements[place] = mutated(elements[place])
            return .array(elements)
        case .object(var members) where !members.isEmpty:
            let place = Int.random(in: members.indices, using: &self)
            members[place].value = mutated(members[place].value)
            return .object(members)
        default: return changed(value)
        }
    }

    /// Calls that mean something else.
    mutating func mutated(_ calls: Calls) -> Calls {
        var calls = calls
        let place = Int.random(in: calls.indices, using: &self)
        switch Int.random(in: 0...9, using: &self) {
        case 0 where calls.count > 1: calls.remove(at: place)
        case 1: calls.append(calls[place])
        case 2:
            calls[place].name = ["search", "transfer", "get_weather", "fly", calls[place].name + "s"].filter { $0 != calls[place].name }
                .randomElement(using: &self)!
        case 3: calls.append(("now", [:]))
        default: calls[place].arguments = mutated(calls[place].arguments)
        }
        return calls
    }
}

@Suite struct `Tool calls that mean something else` {
    @Test func `are never taken for the same`() {
        var random = SeededGenerator(state: 21)
        var taken: [String] = []
        let count = 5000
        for number in 0..<count {
            let calls = random.calls()
            var others = random.mutated(calls)
            // Every other time among changes that mean nothing.
            if number % 2 == 0 { others = random.harmless(others) }
            let finding = toolsCompared(
                toolAnswer(calls), toolAnswer(others), gold: .array(calls.map { ["name": .string($0.name), "arguments": $0.arguments] }))
            if finding.agreement != .different { taken.append("\(calls) | \(others): \(finding)") }
            #expect(finding.correct == .productionOnly, "\(calls) | \(others)")
        }
        print("\(count) calls with a change of meaning, \(taken.count) taken for the same")
        for text in taken.prefix(20) { print("  " + text) }
        #expect(taken.isEmpty)
    }
}
