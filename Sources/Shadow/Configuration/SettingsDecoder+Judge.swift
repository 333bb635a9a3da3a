extension SettingsDecoder {
    func judge(_ group: KeyGroup) -> JudgeSettings? {
        let url = url(group)
        if let url, UpstreamAPI(inferredFrom: url) != .openai {
            group.fault("url", "\(url.host) speaks another API; a judge needs one that is compatible with OpenAI's")
        }
        let model = group.required("model", "gpt-5-mini").flatMap { group.read($0, group.field("model"), SettingsDecoder.name) }
        let key = key(group)
        let price = group.group("price").flatMap(tokenPrice)
        let limits = group.group("limits").map(judgeLimits)
        if limits?.dollarsPerDay != nil, !group.has("price") {
            group.fault("limits", "per_day needs a price to count by; say judge.price: { input: 0.25, output: 2.00 }")
        }
        guard let url, let model else { return nil }
        return JudgeSettings(url: url, model: model, key: key, price: price, limits: limits ?? JudgeLimits())
    }

    private func judgeLimits(_ group: KeyGroup) -> JudgeLimits {
        var limits = JudgeLimits()
        if let concurrency = group.read("concurrency", { text throws(WrongValue) in try Quantity.integer(text, in: 1...256) }) {
            limits.concurrency = concurrency
        }
        if let timeout = group.read("timeout", Quantity.nanoseconds) { limits.timeoutNanoseconds = timeout }
        if let dollars = group.read("per_day", Quantity.dollars) { limits.dollarsPerDay = dollars }
        return limits
    }
}
