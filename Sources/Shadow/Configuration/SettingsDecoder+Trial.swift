extension SettingsDecoder {
    /// `sample: 10%` or a group of keys; nil when it is absent.
    func sample(_ group: KeyGroup) -> SampleSettings? {
        guard let node = group.node("sample") else { return nil }
        var sample = SampleSettings()
        let rate: (String) throws(WrongValue) -> Double = { text throws(WrongValue) in try Quantity.share(text) }
        if case .scalar = node.content {
            if let only = group.read(node, "sample", rate) { sample.rate = only }
            return sample
        }
        guard let keys = KeyGroup(node, "sample", faults) else { return nil }
        if let common = keys.read("rate", rate) { sample.rate = common }
        if let unit = keys.choice("by", SamplingUnit.self) { sample.unit = unit }
        if let conversation = keys.group("conversation") { sample.conversation = source(conversation) }
        if let segments = keys.group("segments") {
            let header = segments.required("header", "X-Channel").flatMap {
                segments.read($0, segments.field("header"), SettingsDecoder.headerName)
            }
            let rates = segments.table("rates", checkKey: { text throws(WrongValue) in _ = try SettingsDecoder.name(text) }, rate)
            if let header { sample.segments = SegmentSettings(header: header, rates: rates ?? [:]) }
        }
        return sample
    }

    private func source(_ group: KeyGroup) -> ConversationSource? {
        switch (group.has("header"), group.has("field")) {
        case (true, false): return group.read("header", SettingsDecoder.headerName).map { .header($0) }
        case (false, true): return group.read("field", SettingsDecoder.pointer).map { .field($0) }
        default:
            faults.add(group.place, group.path, "needs exactly one of header and field, like { header: X-Session-Id }")
            return nil
        }
    }

    /// A header's name: a token of RFC 9110 §5.6.2.
    private static func headerName(_ text: String) throws(WrongValue) -> String {
        let token: (UInt8) -> Bool = { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        guard !text.isEmpty, text.utf8.allSatisfy(token) else {
            throw WrongValue(text, isNot: "a header's name; write it like X-Session-Id")
        }
        return text
    }

    func adjudicate(_ group: KeyGroup) -> AdjudicateSettings {
        var adjudicate = AdjudicateSettings()
        if let by = group.choice("by", Adjudicator.self) { adjudicate.by = by }
        if let share = group.read("disagreements", { text throws(WrongValue) in try Quantity.share(text) }) {
            adjudicate.disagreements = share
        }
        return adjudicate
    }

    func trial(_ group: KeyGroup) -> TrialSettings {
        var trial = TrialSettings()
        let dayRange: (String) throws(WrongValue) -> Int = { text throws(WrongValue) in try Quantity.integer(text, in: 1...365) }
        if let days = group.read("days", dayRange) { trial.days = days }
        if let days = group.read("max_days", dayRange) { trial.maxDays = days }
        if trial.days > trial.maxDays {
            let isDefault = group.has("max_days") ? "" : ", its default"
            group.fault(
                "days", "\(trial.days) comes after max_days (\(trial.maxDays)\(isDefault)); the last look cannot come before the first")
        }
        let alpha = group.read("alpha") { text throws(WrongValue) -> Double in
            let alpha = try Quantity.share(text, one: false)
            guard alpha < 0.5 else { throw WrongValue("\(text) is out of range; it must be above 0 and below 0.5") }
            return alpha
        }
        if let alpha { trial.alpha = alpha }
        if let candidates = group.read("candidates", { text throws(WrongValue) in try Quantity.integer(text, in: 1...20) }) {
            trial.candidates = candidates
        }
        if let timezone = group.read("timezone", SettingsDecoder.timezone) { trial.timezone = timezone }
        trial.deadline = group.read("deadline", Quantity.day)
        if let margins = group.group("margins") { trial.margins = self.margins(margins) }
        return trial
    }

    private func margins(_ group: KeyGroup) -> MarginSettings {
        var margins = MarginSettings()
        let share: (String) throws(WrongValue) -> Double = { text throws(WrongValue) in try Quantity.share(text, one: false) }
        if let quality = group.read("quality", share) { margins.quality = quality }
        if let tier = group.read("tier", share) { margins.tier = tier }
        if let reliability = group.read("reliability", share) { margins.reliability = reliability }
        if let noise = group.read("noise", share) { margins.noise = noise }
        let saving = group.read("saving") { text throws(WrongValue) in try Quantity.share(text, zero: true, one: false) }
        if let saving { margins.saving = saving }
        if let latency = group.group("latency") { margins.latency = limits(latency, margins.latency) }
        if let latency = group.group("two_tier_latency") { margins.twoTierLatency = limits(latency, margins.twoTierLatency) }
        return margins
    }

    private func limits(_ group: KeyGroup, _ defaults: LatencyLimits) -> LatencyLimits {
        let ratio: (String) throws(WrongValue) -> Double = { text throws(WrongValue) in
            try Quantity.number(text, "above 0 and at most 100: the candidate's latency divided by production's") { $0 > 0 && $0 <= 100 }
        }
        return LatencyLimits(p95: group.read("p95", ratio) ?? defaults.p95, p99: group.read("p99", ratio) ?? defaults.p99)
    }

    /// An IANA time zone. Where the machine has a time zone database the name must stand in it.
    private static func timezone(_ text: String) throws(WrongValue) -> String {
        let wrong = WrongValue(text, isNot: "a time zone; write it like UTC or Europe/Berlin")
        let allowed = { (byte: UInt8) in
            (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || "_+-/".utf8.contains(byte)
        }
        guard !text.isEmpty, text.utf8.count <= 64, text.utf8.allSatisfy(allowed), !text.hasPrefix("/"), !text.hasSuffix("/") else {
            throw wrong
        }
        if text == "UTC" { return text }
        let database = "/usr/share/zoneinfo"
        guard LocalFile("UTC", in: database).exists else { return text }
        let zone = LocalFile(text, in: database)
        guard let start = try? zone.read(limit: 1 << 20), start.starts(with: Array("TZif".utf8)) else { throw wrong }
        return text
    }
}
