/// One group of keys of the settings, read key by key; whatever is wrong goes to the list of faults and reads as nil.
struct KeyGroup {
    /// The keys of each group, by the group's dotted path.
    static let knownKeys: [String: [String]] = SettingKeys.byPath.mapValues { $0.map(\.name) }

    let path: String
    let place: Place
    let faults: FaultList
    private let entries: [Node.Entry]

    /// The group that a node is; unknown keys are noted at once. nil when the node is something else.
    init?(_ node: Node, _ path: String, _ faults: FaultList) {
        let known = KeyGroup.knownKeys[path] ?? []
        guard case .mapping(let entries) = node.content else {
            let example = known.prefix(3).joined(separator: ", ")
            faults.add(node.place, path, "is \(node.summary); it must be a group of keys (\(example)\(known.count > 3 ? ", …" : ""))")
            return nil
        }
        self.path = path
        self.place = node.place
        self.faults = faults
        self.entries = entries
        for entry in entries where !known.contains(entry.key) {
            faults.add(entry.keyPlace, field(entry.key), "is not a known key; \(KeyGroup.hint(for: entry.key, in: path))")
        }
    }

    private static func hint(for key: String, in path: String) -> String {
        let known = knownKeys[path] ?? []
        if let meant = Suggestion.nearest(to: key, among: known) { return "did you mean \(meant)?" }
        let homes = knownKeys.filter { $0.value.contains(key) }.keys.sorted()
        if let home = homes.first { return "it belongs \(home.isEmpty ? "at the top level" : "under \(home)")" }
        return "known here: \(known.joined(separator: ", "))"
    }

    /// The dotted path of one of the group's keys.
    func field(_ key: String) -> String { path.isEmpty ? Node.readable(key) : "\(path).\(Node.readable(key))" }

    /// The key's value; nil when it is absent, or noted as a fault when it is there without a value.
    func node(_ key: String) -> Node? {
        guard let entry = entries.first(where: { $0.key == key }) else { return nil }
        guard !entry.value.isNull else {
            faults.add(entry.keyPlace, field(key), "has no value; give it one or leave it out")
            return nil
        }
        return entry.value
    }

    /// The value of a key that must be there.
    func required(_ key: String, _ example: String) -> Node? {
        let known = KeyGroup.knownKeys[path] ?? []
        let isMisspelt = entries.contains { !known.contains($0.key) && Suggestion.nearest(to: $0.key, among: known) == key }
        if !has(key), !isMisspelt { faults.add(place, field(key), "is missing; say for example \(key): \(example)") }
        return node(key)
    }

    /// The group under a key.
    func group(_ key: String) -> KeyGroup? { node(key).flatMap { KeyGroup($0, path.isEmpty ? key : "\(path).\(key)", faults) } }

    /// A single value read by `parse`.
    func read<Value>(_ key: String, _ parse: (String) throws(WrongValue) -> Value) -> Value? {
        node(key).flatMap { read($0, field(key), parse) }
    }

    /// A single value that stands anywhere below the group.
    func read<Value>(_ node: Node, _ field: String, _ parse: (String) throws(WrongValue) -> Value) -> Value? {
        guard case .scalar(let scalar) = node.content, !node.isNull else {
            let advice = node.isNull ? "; quote it if the word itself is meant" : ""
            faults.add(node.place, field, "is \(node.summary); a single value belongs here\(advice)")
            return nil
        }
        do throws(WrongValue) {
            guard !scalar.text.unicodeScalars.contains("\0") else { throw WrongValue("holds a NUL character; remove it") }
            return try parse(scalar.text)
        } catch {
            faults.add(node.place, field, error.message)
            return nil
        }
    }

    /// One of a closed set of words.
    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type = Choice.self) -> Choice?
    where Choice.RawValue == String {
        read(key) { text throws(WrongValue) in
            if let choice = Choice(rawValue: text) { return choice }
            let allowed = Choice.allCases.map(\.rawValue)
            let meant = Suggestion.nearest(to: text, among: allowed).map { "did you mean \($0)? " } ?? ""
            throw WrongValue("\"\(Node.readable(text))\" is not known; \(meant)Allowed: \(allowed.joined(separator: ", "))")
        }
    }

    /// A list of single values, each read by `parse`; nil when one of them is wrong. Elements stand beside their places.
    func list<Value>(_ key: String, _ parse: (String) throws(WrongValue) -> Value) -> [(value: Value, place: Place)]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let elements) = node.content else {
            faults.add(node.place, field(key), "is \(node.summary); a list belongs here, like [one, two]")
            return nil
        }
        let values = elements.enumerated().compactMap { index, element in
            read(element, "\(field(key))[\(index)]", parse).map { (value: $0, place: element.place) }
        }
        return values.count == elements.count ? values : nil
    }

    /// A list whose values must not repeat.
    func distinctList(_ key: String, _ parse: (String) throws(WrongValue) -> String) -> [String]? {
        guard let elements = list(key, parse) else { return nil }
        var first: [String: Place] = [:]
        for (value, place) in elements {
            if let earlier = first[value] {
                let again = earlier.line.map { ", first in line \($0)" } ?? ""
                faults.add(place, field(key), "\"\(Node.readable(value))\" stands twice\(again); keep one")
            } else {
                first[value] = place
            }
        }
        return elements.map(\.value)
    }

    /// Keys of the file's own choosing, each with a single value.
    func table<Value>(
        _ key: String, checkKey: (String) throws(WrongValue) -> Void, _ parse: (String) throws(WrongValue) -> Value
    ) -> [String: Value]? {
        guard let node = node(key) else { return nil }
        guard case .mapping(let entries) = node.content else {
            faults.add(node.place, field(key), "is \(node.summary); a group of keys belongs here")
            return nil
        }
        var values: [String: Value] = [:]
        for entry in entries {
            do throws(WrongValue) { try checkKey(entry.key) } catch { faults.add(entry.keyPlace, field(key), error.message) }
            values[entry.key] = read(entry.value, "\(field(key)).\(Node.readable(entry.key))", parse)
        }
        return values
    }

    /// Notes that a valid value will work in a later release.
    func notYet(_ key: String, _ message: String) {
        faults.add(entries.first { $0.key == key }?.value.place ?? place, field(key), "not yet: \(message)", notYet: true)
    }

    /// Notes a fault at a key.
    func fault(_ key: String, _ message: String) {
        faults.add(entries.first { $0.key == key }?.keyPlace ?? place, field(key), message)
    }

    /// Whether the key is there at all.
    func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// How many elements or keys stand under the key; nil when it is absent or a single value.
    func count(_ key: String) -> Int? {
        switch entries.first(where: { $0.key == key })?.value.content {
        case .sequence(let elements): elements.count
        case .mapping(let entries): entries.count
        default: nil
        }
    }
}
