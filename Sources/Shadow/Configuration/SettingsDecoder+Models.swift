import JSON

extension SettingsDecoder {
    func production(_ group: KeyGroup) -> ProductionSettings? {
        let url = url(group)
        let api = api(group, url)
        let price = group.group("price").flatMap(tokenPrice)
        let key = key(group)
        guard let url, let api else { return nil }
        return ProductionSettings(api: api, url: url, price: price, key: key)
    }

    func candidate(_ group: KeyGroup) -> CandidateSettings? {
        let url = url(group)
        let api = api(group, url)
        let model = group.required("model", "phi-4").flatMap { group.read($0, group.field("model"), SettingsDecoder.name) }
        let name = group.read("name", SettingsDecoder.name)
        let key = key(group)
        let price = candidatePrice(group)
        let confidence = confidence(group)
        let rewrite = group.group("rewrite").map(rewrite)
        let limits = group.group("limits").map(limits)
        guard let url, let api, let model else { return nil }
        var settings = CandidateSettings(name: name ?? model, api: api, url: url, model: model, key: key, price: price)
        if let confidence { settings.confidence = confidence }
        if let rewrite { settings.rewrite = rewrite }
        if let limits { settings.limits = limits }
        return settings
    }

    func url(_ group: KeyGroup) -> UpstreamURL? {
        group.required("url", "https://api.openai.com").flatMap { node in
            group.read(node, group.field("url")) { text throws(WrongValue) in
                do throws(UpstreamURL.Refusal) { return try UpstreamURL(text) } catch { throw WrongValue(error.description) }
            }
        }
    }

    /// The API that is named, else the one that the host speaks.
    private func api(_ group: KeyGroup, _ url: UpstreamURL?) -> UpstreamAPI? {
        if group.has("api") {
            guard let api = group.choice("api", UpstreamAPI.self) else { return nil }
            if api != .openai {
                group.notYet("api", "\(api.rawValue) comes with a later release; openai and what is compatible with it works now")
            }
            return api
        }
        guard let url else { return nil }
        let api = UpstreamAPI(inferredFrom: url)
        if api != .openai {
            group.notYet(
                "url",
                "\(url.host) speaks \(api.rawValue), which comes with a later release; if this path is compatible with OpenAI's, add api: openai"
            )
        }
        return api
    }

    func tokenPrice(_ group: KeyGroup) -> TokenPrice? {
        let perMillion: (String) throws(WrongValue) -> Double = { text throws(WrongValue) in
            try Quantity.number(text, "0 to 100000, in USD per million tokens") { $0 >= 0 && $0 <= 100_000 }
        }
        let input = group.required("input", "0.15").flatMap { group.read($0, group.field("input"), perMillion) }
        let output = group.required("output", "0.60").flatMap { group.read($0, group.field("output"), perMillion) }
        let cachedInput = group.read("cached_input", perMillion)
        let (batchInput, batchOutput) = (group.read("batch_input", perMillion), group.read("batch_output", perMillion))
        if group.has("batch_input") != group.has("batch_output") {
            let (there, missing) = group.has("batch_input") ? ("batch_input", "batch_output") : ("batch_output", "batch_input")
            group.fault(there, "stands alone; give \(missing) too, or neither")
        }
        guard let input, let output else { return nil }
        var price = TokenPrice(input: input, output: output, cachedInput: cachedInput)
        if let batchInput, let batchOutput { price.batch = BatchPrice(input: batchInput, output: batchOutput) }
        return price
    }

    private func candidatePrice(_ group: KeyGroup) -> CandidatePrice? {
        if group.has("price"), group.has("dedicated") { group.fault("dedicated", "stands beside price; a candidate has one or the other") }
        if let price = group.group("price").flatMap(tokenPrice) { return .tokens(price) }
        guard let dedicated = group.group("dedicated") else { return nil }
        let anHour: (String) throws(WrongValue) -> Double = { text throws(WrongValue) in
            try Quantity.number(text, "above 0, in USD an hour") { $0 > 0 && $0 <= 1e6 }
        }
        let hourly = dedicated.required("hourly", "4.00").flatMap { dedicated.read($0, dedicated.field("hourly"), anHour) }
        let tokens = dedicated.required("tokens_per_day", "200000000").flatMap { node in
            dedicated.read(node, dedicated.field("tokens_per_day")) { text throws(WrongValue) in
                try Quantity.integer(text, in: 1...1_000_000_000_000_000)
            }
        }
        let replicas = dedicated.read("replicas") { text throws(WrongValue) in try Quantity.integer(text, in: 1...10_000) }
        let regions = regions(dedicated, anHour)
        guard let hourly, let tokens else { return nil }
        var price = DedicatedPrice(hourly: hourly, tokensPerDay: tokens)
        if let replicas { price.replicas = replicas }
        price.regions = regions
        return .dedicated(price)
    }

    /// Shares of the traffic by region, which must add up to all of it, and prices where a region has its own.
    private func regions(_ group: KeyGroup, _ anHour: (String) throws(WrongValue) -> Double) -> [String: DedicatedPrice.Region] {
        let checkKey: (String) throws(WrongValue) -> Void = { text throws(WrongValue) in _ = try SettingsDecoder.name(text) }
        let shares = group.table("regions", checkKey: checkKey) { text throws(WrongValue) in try Quantity.share(text) } ?? [:]
        let prices = group.table("hourly_by_region", checkKey: checkKey, anHour) ?? [:]
        let sum = shares.values.reduce(0, +)
        if group.has("regions"), abs(sum - 1) > 0.001 {
            group.fault("regions", "add up to \(Int((sum * 100).rounded()))%; the shares of all regions make 100%")
        }
        for name in prices.keys.sorted() where shares[name] == nil {
            group.fault("hourly_by_region", "names \(Node.readable(name)), which is no region; name it under regions with its share")
        }
        return Dictionary(uniqueKeysWithValues: shares.map { ($0, DedicatedPrice.Region(share: $1, hourly: prices[$0])) })
    }

    /// Never repeats what stands there: it may be the key itself.
    func key(_ group: KeyGroup) -> KeyReference? {
        guard let node = group.node("key") else { return nil }
        let advice = "say key: { env: NAME_OF_A_VARIABLE } or key: { file: /path }"
        guard case .mapping = node.content else {
            faults.add(node.place, group.field("key"), "must not hold the key itself; \(advice)")
            return nil
        }
        guard let key = KeyGroup(node, group.field("key"), faults) else { return nil }
        switch (key.has("env"), key.has("file")) {
        case (true, false):
            return key.read("env") { text throws(WrongValue) in
                let letter: (UInt8) -> Bool = { ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == UInt8(ascii: "_") }
                guard let first = text.utf8.first, letter(first), text.utf8.allSatisfy({ letter($0) || ($0 >= 48 && $0 <= 57) }) else {
                    throw WrongValue("must be the name of an environment variable (letters, digits, _), not the key itself and without $")
                }
                return .environment(text)
            }
        case (false, true):
            return key.read("file") { text throws(WrongValue) in
                guard !text.isEmpty else { throw WrongValue("is empty; name the file that holds the key") }
                return .file(folder.map { LocalFile(text, in: $0).path } ?? text)
            }
        default:
            faults.add(node.place, group.field("key"), "needs exactly one of env and file; \(advice)")
            return nil
        }
    }

    private func confidence(_ group: KeyGroup) -> ConfidenceSource? {
        guard let node = group.node("confidence") else { return nil }
        if case .mapping = node.content {
            guard let field = KeyGroup(node, group.field("confidence"), faults) else { return nil }
            return field.required("field", "/confidence").flatMap { node in
                field.read(node, field.field("field"), SettingsDecoder.pointer).map { .field($0) }
            }
        }
        return group.read(node, group.field("confidence")) { text throws(WrongValue) in
            switch text {
            case "logprobs": return .logprobs
            case "none": return ConfidenceSource.none
            default: throw WrongValue("\"\(Node.readable(text))\" is not known; Allowed: logprobs, none, { field: /confidence }")
            }
        }
    }

    /// Request fields that the rewrite may not touch: the mirror sets them itself.
    private static let reservedFields = [
        "model": "say candidate.model", "messages": "only system can be replaced", "stream": "it follows production",
    ]

    private func rewrite(_ group: KeyGroup) -> RewriteSettings {
        var rewrite = RewriteSettings()
        rewrite.system = group.read("system") { text throws(WrongValue) in text }
        if let node = group.node("set") {
            if case .mapping(let entries) = node.content {
                for entry in entries {
                    let field = "\(group.field("set")).\(Node.readable(entry.key))"
                    if let why = SettingsDecoder.reservedFields[entry.key] { faults.add(entry.keyPlace, field, "cannot be set; \(why)") }
                    guard let value = entry.value.json else {
                        faults.add(entry.value.place, field, "holds .inf or .nan, which no request can carry")
                        continue
                    }
                    rewrite.set[entry.key] = value
                }
            } else {
                faults.add(
                    node.place, group.field("set"), "is \(node.summary); a group of request fields belongs here, like { temperature: 0 }")
            }
        }
        let remove = group.distinctList("remove") { [set = rewrite.set] text throws(WrongValue) in
            if let why = SettingsDecoder.reservedFields[text] { throw WrongValue("\(text) cannot be removed; \(why)") }
            guard set[text] == nil else { throw WrongValue("\"\(Node.readable(text))\" is also set; keep one") }
            return try SettingsDecoder.name(text)
        }
        if let remove { rewrite.remove = remove }
        return rewrite
    }

    private func limits(_ group: KeyGroup) -> CandidateLimits {
        var limits = CandidateLimits()
        if let concurrency = group.read("concurrency", { text throws(WrongValue) in try Quantity.integer(text, in: 1...10_000) }) {
            limits.concurrency = concurrency
        }
        if let queue = group.read("queue", { text throws(WrongValue) in try Quantity.integer(text, in: 0...1_000_000) }) {
            limits.queue = queue
        }
        if let timeout = group.read("timeout", Quantity.nanoseconds) { limits.timeoutNanoseconds = timeout }
        if let dollars = group.read("per_day", Quantity.dollars) { limits.dollarsPerDay = dollars }
        let calls = group.read("calls_per_minute") { text throws(WrongValue) -> Int? in
            text == "none" ? nil : try Quantity.integer(text, in: 1...100_000_000)
        }
        if let calls { limits.callsPerMinute = calls }
        return limits
    }
}

extension UpstreamAPI {
    /// The API that a host of a known provider speaks; `openai` for every other, and where the path is a provider's own
    /// OpenAI-compatible one.
    init(inferredFrom url: UpstreamURL) {
        let host = url.host
        let own: UpstreamAPI
        if host.hasSuffix(".openai.azure.com") {
            own = .azureOpenAI
        } else if host.hasSuffix(".services.ai.azure.com") || host.hasSuffix(".inference.ai.azure.com")
            || host == "models.inference.ai.azure.com"
        {
            own = .azureInference
        } else if host == "api.anthropic.com" {
            own = .anthropic
        } else if host == "generativelanguage.googleapis.com" || host.hasSuffix("-aiplatform.googleapis.com") {
            own = .gemini
        } else if host.hasPrefix("bedrock-runtime."), host.hasSuffix(".amazonaws.com") {
            own = .bedrock
        } else {
            own = .openai
        }
        let compatible = url.path.split(separator: "/").contains { $0 == "openai" } && !url.path.contains("/deployments/")
        self = compatible ? .openai : own
    }
}
