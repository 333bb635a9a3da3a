internal import JSON

/// Every setting with its default and its meaning, as a file that could be enabled as it stands. What has no default is commented out
/// and shows an example.
public enum SettingsExplanation {
    /// Where meanings begin.
    private static let column = 46

    /// The text. Names and meanings are those of `SettingKeys`, defaults those of the settings' own types.
    public static var yaml: String {
        var lines = [
            "# Every setting of a workload, with its default where it has one. Required: workload, compare.as (and labels), both urls,",
            "# candidate.model. A # before a key: it has no default, or means nothing beside compare.as: label; the value is an example.",
            "",
        ]
        add("", indent: 0, commented: false, &lines)
        return lines.joined(separator: "\n")
    }

    private static func add(_ path: String, indent: Int, commented: Bool, _ lines: inout [String]) {
        for key in SettingKeys.byPath[path] ?? [] {
            let field = path.isEmpty ? key.name : "\(path).\(key.name)"
            if path.isEmpty, indent == 0, lines.last?.isEmpty == false, case .group = key.standing { lines.append("") }
            switch key.standing {
            case .group:
                let isCommented = commented || !hasActiveKey(field)
                lines.append(line("\(key.name):", key.meaning, indent, isCommented))
                add(field, indent: indent + 1, commented: isCommented, &lines)
            case .required(let example): lines.append(line("\(key.name): \(example)", "required: \(key.meaning)", indent, commented))
            case .absent(let example): lines.append(line("\(key.name): \(example)", key.meaning, indent, true))
            case .standard:
                let value = standard(field).map(text) ?? ""
                lines.append(line("\(key.name): \(value)", key.meaning, indent, commented || !means(field)))
                if SettingKeys.byPath[field] != nil { lines.append(line("\(key.name): \(flow(field))", "or so", indent, true)) }
            }
        }
    }

    private static func line(_ text: String, _ meaning: String, _ indent: Int, _ commented: Bool) -> String {
        let left = String(repeating: "  ", count: indent) + (commented ? "# " : "") + text
        return left + String(repeating: " ", count: max(2, column - left.count)) + "# " + meaning
    }

    /// A group on one line, of examples.
    private static func flow(_ path: String) -> String {
        let pairs = (SettingKeys.byPath[path] ?? []).map { key -> String in
            if case .absent(let example) = key.standing { return "\(key.name): \(example)" }
            return key.name
        }
        return "{ \(pairs.joined(separator: ", ")) }"
    }

    /// Whether something in a group stands there without being commented out.
    private static func hasActiveKey(_ path: String) -> Bool {
        (SettingKeys.byPath[path] ?? []).contains { key in
            switch key.standing {
            case .standard, .required: means("\(path).\(key.name)")
            case .group: hasActiveKey("\(path).\(key.name)")
            case .absent: false
            }
        }
    }

    // MARK: Defaults

    /// A short file's settings, written out; one for each kind of comparison, and one with everything that may be left out as a whole.
    private static let settings: [JSONValue] = {
        guard let production = try? UpstreamURL("https://api.openai.com"), let candidate = try? UpstreamURL("http://vllm.internal:8000/v1")
        else { preconditionFailure("both are URLs") }
        var all = ComparisonKind.allCases.map { kind in
            WorkloadSettings(
                workload: "support-intents", compare: CompareSettings(kind: kind), production: ProductionSettings(url: production),
                candidate: CandidateSettings(name: "phi-4", url: candidate, model: "phi-4"))
        }
        var whole = all[0]
        whole.candidate.price = .dedicated(DedicatedPrice(hourly: 4, tokensPerDay: 200_000_000))
        whole.judge = JudgeSettings(url: production, model: "gpt-5-mini")
        all.append(whole)
        return all.map { $0.canonicalJSON() }
    }()

    private static func pointer(_ field: String) -> String { "/" + field.split(separator: ".").joined(separator: "/") }

    /// A key's default, of whichever kind of comparison has it.
    static func standard(_ field: String) -> JSONValue? { settings.lazy.compactMap { $0.at(pointer(field)) }.first }

    /// Whether a key means something beside `compare.as: label`.
    private static func means(_ field: String) -> Bool { settings[0].at(pointer(field)) != nil }

    /// A value as the file has it.
    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            // Milliseconds, as the settings keep them.
            if text.hasSuffix("000ms"), let milliseconds = Int(text.dropLast(2)) { return "\(milliseconds / 1000)s" }
            return text
        case .array(let elements): return "[" + elements.map(text).joined(separator: ", ") + "]"
        case .object(let members): return members.isEmpty ? "{}" : value.serialisedString()
        default: return value.serialisedString()
        }
    }
}
