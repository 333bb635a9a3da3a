/// Reads a tree of settings, noting everything that is wrong with it; one decoder for YAML and JSON.
struct SettingsDecoder {
    let faults: FaultList
    /// The folder that relative paths in the settings start from; nil where there are no files (settings in JSON).
    let folder: String?

    /// The settings; nil when the list of faults is not empty.
    func workload(_ root: Node) -> WorkloadSettings? {
        guard let group = KeyGroup(root, "", faults) else { return nil }
        let workload = group.required("workload", "support-intents").flatMap { group.read($0, "workload", SettingsDecoder.workloadName) }
        let compare = section(group, "compare", "{ as: label, labels: [one, two] }").flatMap(compare)
        let production = section(group, "production", "{ url: https://api.openai.com }").flatMap(production)
        let candidate = section(group, "candidate", "{ url: http://vllm.internal:8000/v1, model: phi-4 }").flatMap(candidate)
        let match = group.group("match").map(match)
        let sample = sample(group)
        let control = group.read("control") { text throws(WrongValue) in try Quantity.share(text, zero: true) }
        let adjudicate = group.group("adjudicate").map(adjudicate)
        let judge = group.group("judge").flatMap(judge)
        let trial = group.group("trial").map(trial)
        let privacy = group.group("privacy").map(privacy)
        guard faults.faults.isEmpty, let workload, let compare, let production, let candidate else { return nil }
        var settings = WorkloadSettings(workload: workload, compare: compare, production: production, candidate: candidate)
        if let match { settings.match = match }
        if let sample { settings.sample = sample }
        if let control { settings.control = control }
        if let adjudicate { settings.adjudicate = adjudicate }
        settings.judge = judge
        if let trial { settings.trial = trial }
        if let privacy { settings.privacy = privacy }
        return settings
    }

    /// A group of keys that must be there.
    private func section(_ group: KeyGroup, _ key: String, _ example: String) -> KeyGroup? {
        group.required(key, example).flatMap { KeyGroup($0, key, faults) }
    }

    private static func workloadName(_ text: String) throws(WrongValue) -> String {
        let alphanumeric: (UInt8) -> Bool = { ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) }
        guard let first = text.utf8.first, alphanumeric(first), text.utf8.count <= 63,
            text.utf8.allSatisfy({ alphanumeric($0) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0) })
        else {
            throw WrongValue(text, isNot: "a workload's name; use 1 to 63 letters, digits, -, _ and . beginning with a letter or digit")
        }
        return text
    }

    private func match(_ group: KeyGroup) -> MatchSettings {
        var match = MatchSettings()
        let paths = group.distinctList("paths") { text throws(WrongValue) in
            guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains("?"), !text.contains("#") else {
                throw WrongValue(text, isNot: "a path; write it like /v1/chat/completions, without query")
            }
            return text
        }
        if let paths {
            if paths.isEmpty { group.fault("paths", "is empty; name at least one path or leave it out") }
            match.paths = paths
        }
        return match
    }

    private func privacy(_ group: KeyGroup) -> PrivacySettings {
        var privacy = PrivacySettings()
        if let days = group.read("retain", Quantity.days) { privacy.retainDays = days }
        if let redact = group.list("redact", { text throws(WrongValue) in text }), !redact.isEmpty {
            group.notYet("redact", "redaction comes with a later release; leave it out or say []")
        }
        switch group.read("capture", SettingsDecoder.capture) {
        case "metadata-only": group.notYet("capture", "metadata-only comes with a later release; full works now")
        default: break
        }
        return privacy
    }

    private static func capture(_ text: String) throws(WrongValue) -> String {
        guard ["full", "metadata-only"].contains(text) else {
            throw WrongValue("\"\(Node.readable(text))\" is not known; Allowed: full, metadata-only")
        }
        return text
    }
}
