import JSON

/// A place where arguments break their tool's schema.
struct ArgumentViolation: Hashable {
    var path: String
    /// What is broken: `required`, `type`, `enum` or `additionalProperties`.
    var keyword: String
    /// The value that is at fault; nil where one is missing.
    var value: JSONValue?
}

extension ToolSchema {
    /// Where arguments break the schema, by the keywords that say which arguments there are and of what type. It only explains:
    /// nothing is decided by it.
    func violations(of arguments: JSONValue, path: String) -> [ArgumentViolation] {
        var found: [ArgumentViolation] = []
        collect(arguments, path, &found)
        return found
    }

    /// At most so many are found.
    private static let violationLimit = 10

    private func collect(_ value: JSONValue, _ path: String, _ found: inout [ArgumentViolation]) {
        guard found.count < ToolSchema.violationLimit else { return }
        if !types.isEmpty, !types.contains(where: { ToolSchema.is(value, $0) }) {
            found.append(ArgumentViolation(path: path, keyword: "type", value: value))
            return
        }
        if let enumeration {
            let canonical = value.canonical()
            if !enumeration.contains(where: { $0.canonical() == canonical }) {
                found.append(ArgumentViolation(path: path, keyword: "enum", value: value))
            }
        }
        switch value {
        case .object(let members): collect(members, path, &found)
        case .array(let elements):
            for (index, element) in elements.enumerated() where found.count < ToolSchema.violationLimit {
                self.element(index)?.collect(element, "\(path)/\(index)", &found)
            }
        default: break
        }
    }

    private func collect(_ members: [JSONMember], _ path: String, _ found: inout [ArgumentViolation]) {
        let object = object
        let named = NamedMembers(members)
        for name in object.required where named[name] == nil && found.count < ToolSchema.violationLimit {
            found.append(ArgumentViolation(path: JSONPointer.appending(name, to: path), keyword: "required", value: nil))
        }
        for member in members where found.count < ToolSchema.violationLimit {
            let inner = JSONPointer.appending(member.name, to: path)
            if let schema = object[member.name] {
                schema.collect(member.value, inner, &found)
            } else if !object.allowsOthers, !object.isNamed(member.name) {
                found.append(ArgumentViolation(path: inner, keyword: "additionalProperties", value: member.value))
            }
        }
    }

    /// Whether a value is of a type of JSON Schema; of a type that it does not know, anything is.
    private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "null", "boolean", "number", "string", "array", "object": return value.kind == type
        case "integer":
            guard let number = value.doubleValue else { return false }
            return number == number.rounded()
        default: return true
        }
    }
}
