internal import Configuration
public import JSON

/// An object of an imported line, whose keys have been checked.
public struct LineObject {
    let members: [JSONMember]
    /// The dotted path of the object; empty for the line itself.
    public let path: String

    public init(_ members: [JSONMember], path: String) {
        self.members = members
        self.path = path
    }

    /// A member's value. `null` says the same as leaving the key out.
    public func value(_ name: String) -> JSONValue? {
        for member in members where member.name == name { return member.value.isNull ? nil : member.value }
        return nil
    }

    /// Whether the key stands there, be it with `null`.
    public func has(_ name: String) -> Bool { members.contains { $0.name == name } }

    /// The dotted path of a member.
    public func field(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// Reads one line of an imported file and gathers all that is wrong with it.
public struct LineDecoder {
    public let line: Int
    public private(set) var faults: [LineFault] = []

    public init(line: Int) { self.line = line }

    /// Notes that something is wrong.
    public mutating func fault(_ field: String, _ message: String) { faults.append(LineFault(line: line, field: field, message: message)) }

    /// The line as an object with known keys; nil when it is none.
    public mutating func parse(_ bytes: ArraySlice<UInt8>, known: [String]) -> LineObject? {
        guard let object = parse(bytes) else { return nil }
        check(object, known: known)
        return object
    }

    /// The line as an object, whatever its keys; nil when it is none.
    mutating func parse(_ bytes: ArraySlice<UInt8>) -> LineObject? {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes)
        } catch {
            fault("", "this is not JSON: \(error.message) at column \(error.column)")
            return nil
        }
        guard case .object(let members) = value else {
            fault("", "a JSON object is expected, not \(LineDecoder.article(value))")
            return nil
        }
        return LineObject(members, path: "")
    }

    /// A value as an object with known keys; nil when it is none.
    public mutating func object(_ value: JSONValue, path: String, known: [String]) -> LineObject? {
        guard case .object(let members) = value else {
            fault(path, "an object is expected, not \(LineDecoder.article(value))")
            return nil
        }
        let object = LineObject(members, path: path)
        check(object, known: known)
        return object
    }

    /// Notes the keys of an object that are unknown or stand there twice.
    mutating func check(_ object: LineObject, known: [String]) {
        let members = object.members
        for (position, member) in members.enumerated() {
            if !known.contains(member.name) {
                let nearest = Suggestion.nearest(to: member.name, among: known)
                let advice = nearest.map { "do you mean \($0)?" } ?? "the keys are \(known.joined(separator: ", "))"
                fault(object.field(LineDecoder.short(member.name)), "this key is unknown; \(advice)")
            } else if members[..<position].contains(where: { $0.name == member.name }) {
                fault(object.field(member.name), "this key stands there twice")
            }
        }
    }

    /// A value that must be there.
    public mutating func required(_ object: LineObject, _ name: String) -> JSONValue? {
        let value = object.value(name)
        if value == nil { fault(object.field(name), "this key is required") }
        return value
    }

    /// A text, if it is there; an empty one says nothing.
    public mutating func text(_ object: LineObject, _ name: String) -> String? {
        guard let value = object.value(name) else { return nil }
        guard case .string(let text) = value else { return wrong(object, name, "a text", value) }
        return text.isEmpty ? nil : text
    }

    /// A text that must be there and say something.
    public mutating func requiredText(_ object: LineObject, _ name: String) -> String? {
        guard let value = required(object, name) else { return nil }
        if value == "" { fault(object.field(name), "this text is empty") }
        return text(object, name)
    }

    /// A number within bounds, which are put into words for the fault.
    public mutating func number(_ object: LineObject, _ name: String, _ words: String, where fits: (Double) -> Bool) -> Double? {
        guard let value = object.value(name) else { return nil }
        guard let number = value.doubleValue, fits(number) else { return wrong(object, name, "a number \(words)", value) }
        return number
    }

    /// A probability.
    public mutating func share(_ object: LineObject, _ name: String, zero: Bool) -> Double? {
        number(object, name, zero ? "from 0 to 1" : "above 0, at most 1") { $0 <= 1 && ($0 > 0 || (zero && $0 == 0)) }
    }

    /// A whole number within a range.
    public mutating func whole(_ object: LineObject, _ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = object.value(name) else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            let words = range.upperBound == Int(Int32.max) ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            return wrong(object, name, "a whole number \(words)", value)
        }
        return number
    }

    /// true or false.
    public mutating func flag(_ object: LineObject, _ name: String) -> Bool? {
        guard let value = object.value(name) else { return nil }
        guard let flag = value.boolValue else { return wrong(object, name, "true or false", value) }
        return flag
    }

    /// One of some words.
    public mutating func word<Word: RawRepresentable<String>>(_ object: LineObject, _ name: String, of words: [Word]) -> Word? {
        guard let value = object.value(name) else { return nil }
        if let text = value.stringValue, let word = words.first(where: { $0.rawValue == text }) { return word }
        return wrong(object, name, "one of " + words.map(\.rawValue).joined(separator: ", "), value)
    }

    private mutating func wrong<Value>(_ object: LineObject, _ name: String, _ expected: String, _ value: JSONValue) -> Value? {
        fault(object.field(name), "\(expected) is expected, not \(LineDecoder.article(value))")
        return nil
    }

    /// The value itself where it is short and says what is wrong, else its kind.
    public static func article(_ value: JSONValue) -> String {
        switch value {
        case .number(let text): short(text)
        case .string(let text): "\"\(short(text))\""
        case .bool(let flag): flag ? "true" : "false"
        case .null: "null"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// A text as a one-line message can hold it.
    public static func short(_ text: String) -> String {
        let plain = String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? " " : $0 }))
        return text.unicodeScalars.count > 60 ? plain + "…" : plain
    }
}
