internal import JSON

/// The members of one object of the file, checked against the names that are known there.
struct StandInFields {
    private let value: JSONValue
    private let place: String

    init(_ value: JSONValue, at place: String, known: [String]) throws(StandInError) {
        guard let members = value.objectValue else { throw StandInError("\(place) must be an object, not a \(value.kind)") }
        for member in members where !known.contains(member.name) {
            throw StandInError("\(place) has an unknown key \(member.name); known are \(known.joined(separator: ", "))")
        }
        self.value = value
        self.place = place
    }

    func string(_ name: String) throws(StandInError) -> String? {
        guard let field = value[name] else { return nil }
        guard let text = field.stringValue else { throw StandInError("\(place).\(name) must be a text, not a \(field.kind)") }
        return text
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(StandInError) -> Double? {
        guard let field = value[name] else { return nil }
        guard let number = field.doubleValue, range.contains(number) else {
            throw StandInError("\(place).\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func array(_ name: String) throws(StandInError) -> [JSONValue] {
        guard let field = value[name] else { return [] }
        guard let items = field.arrayValue else { throw StandInError("\(place).\(name) must be a list, not a \(field.kind)") }
        return items
    }

    func fault(_ name: String) throws(StandInError) -> StandInModel.Fault? {
        guard let text = try string(name) else { return nil }
        guard let fault = StandInModel.Fault(rawValue: text) else {
            let known = StandInModel.Fault.allCases.map(\.rawValue).joined(separator: ", ")
            throw StandInError("\(place).\(name) is \(text), which is no fault; known are \(known)")
        }
        return fault
    }
}
