import JSON
import JSONSchema

extension SettingsDecoder {
    /// The keys of `compare` that mean nothing beside `as: label`, and the kinds that they belong to.
    private static let keysOfOtherKinds = [
        ("schema", "json"), ("ignore", "json"), ("unordered", "json or tools"), ("tolerance", "json or tools"),
        ("formats", "json or tools"), ("ignore_arguments", "tools"), ("ordered_calls", "tools"), ("otherwise", "tools"),
    ]

    func compare(_ group: KeyGroup) -> CompareSettings? {
        guard group.required("as", "label") != nil, let kind = group.choice("as", ComparisonKind.self) else {
            checkValues(group)
            return nil
        }
        var settings = checkValues(group)
        settings.kind = kind
        if kind == .label {
            for (key, kinds) in SettingsDecoder.keysOfOtherKinds where group.has(key) && group.count(key) != 0 {
                group.fault(key, "has no meaning with as: label, only with \(kinds); leave it out")
            }
            if !group.has("labels") { _ = group.required("labels", "[card_arrival, lost_or_stolen_card]") }
            if let count = group.count("labels"), count < 2 {
                group.fault("labels", "needs at least two labels: the closed set that an answer is one of")
            }
        } else if group.count("labels").map({ $0 > 0 }) ?? false {
            group.fault("labels", "has no meaning with as: \(kind.rawValue), only with label; leave it out")
        }
        return settings
    }

    /// Reads all keys, whatever the kind, so that every fault shows at once.
    @discardableResult
    private func checkValues(_ group: KeyGroup) -> CompareSettings {
        var settings = CompareSettings(kind: .label)
        if let labels = group.distinctList("labels", SettingsDecoder.label) { settings.labels = labels }
        if let node = group.node("schema") { settings.schema = schema(group, node) }
        if let ignore = group.distinctList("ignore", SettingsDecoder.pointer) { settings.ignore = ignore }
        if let unordered = group.distinctList("unordered", SettingsDecoder.pointer) { settings.unordered = unordered }
        let checkPointer = { (text: String) throws(WrongValue) in _ = try SettingsDecoder.pointer(text) }
        let tolerance = group.table("tolerance", checkKey: checkPointer) { text throws(WrongValue) in
            try Quantity.number(text, "at least 0") { $0 >= 0 }
        }
        if let tolerance { settings.tolerance = tolerance }
        let formats = group.table("formats", checkKey: checkPointer) { text throws(WrongValue) -> ValueFormat in
            guard let format = ValueFormat(rawValue: text) else {
                let allowed = ValueFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw WrongValue("\"\(Node.readable(text))\" is not known; Allowed: \(allowed)")
            }
            return format
        }
        if let formats { settings.formats = formats }
        if let arguments = group.distinctList("ignore_arguments", SettingsDecoder.name) { settings.ignoreArguments = arguments }
        if let ordered = group.read("ordered_calls", SettingsDecoder.truth) { settings.orderedCalls = ordered }
        let otherwise = group.read("otherwise") { text throws(WrongValue) -> ComparisonKind in
            guard let kind = ComparisonKind(rawValue: text), kind == .text || kind == .json else {
                throw WrongValue("\"\(Node.readable(text))\" is not known; Allowed: text, json")
            }
            return kind
        }
        if let otherwise { settings.otherwise = otherwise }
        return settings
    }

    private static func truth(_ text: String) throws(WrongValue) -> Bool {
        guard text == "true" || text == "false" else { throw WrongValue(text, isNot: "true or false") }
        return text == "true"
    }

    private static func label(_ text: String) throws(WrongValue) -> String {
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { throw WrongValue("is an empty label; remove it") }
        guard !text.unicodeScalars.first!.properties.isWhitespace, !text.unicodeScalars.last!.properties.isWhitespace else {
            throw WrongValue("\"\(Node.readable(text))\" begins or ends with white space; remove it")
        }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), text.utf8.count <= 500 else {
            throw WrongValue("\"\(Node.readable(text))\" has control characters or more than 500 bytes")
        }
        return text
    }

    /// A JSON Pointer that is not the whole value.
    static func pointer(_ text: String) throws(WrongValue) -> String {
        guard !text.isEmpty, JSONPointer.tokens(text) != nil else {
            throw WrongValue(text, isNot: "a JSON Pointer; write it like /total, /lines/0/price or, for every line, /lines/*/price")
        }
        return text
    }

    /// Any text of one line that is not empty.
    static func name(_ text: String) throws(WrongValue) -> String {
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }), text.utf8.count <= 500,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw WrongValue(text, isNot: "a name; use 1 to 500 bytes without control characters") }
        return text
    }

    /// The schema itself: written here, or in the file that is named. What OpenAI's API wraps it in is taken off.
    private func schema(_ group: KeyGroup, _ node: Node) -> JSONValue? {
        if case .mapping = node.content {
            guard let value = node.json else {
                faults.add(node.place, group.field("schema"), "holds .inf or .nan, which JSON cannot")
                return nil
            }
            let (schema, prefix) = JSONSchema.unwrapped(value) ?? (value, "")
            do throws(JSONSchemaError) { _ = try JSONSchema(schema) } catch {
                let place = node.at(prefix + error.pointer)?.place ?? node.place
                faults.add(place, group.field("schema"), "is no JSON Schema: \(Node.readable("\(error)", length: 300))")
            }
            return schema
        }
        return group.read(node, group.field("schema")) { path throws(WrongValue) -> JSONValue in
            guard let folder else { throw WrongValue("names a file; settings in JSON hold the schema itself") }
            let file = LocalFile(path, in: folder)
            let bytes: [UInt8]
            do throws(LocalFileError) { bytes = try file.read(limit: 4 << 20) } catch {
                throw WrongValue("\(file.path) cannot be read: \(error.reason)")
            }
            let value: JSONValue
            do throws(JSONError) { value = try JSONValue.parse(bytes) } catch { throw WrongValue("\(file.path) is not JSON: \(error)") }
            guard case .object = value else { throw WrongValue("\(file.path) is no JSON Schema: it holds \(value.kind), not an object") }
            let schema = JSONSchema.unwrapped(value)?.schema ?? value
            do throws(JSONSchemaError) { _ = try JSONSchema(schema) } catch {
                throw WrongValue("\(file.path) is no JSON Schema: \(Node.readable("\(error)", length: 300))")
            }
            return schema
        }
    }
}
