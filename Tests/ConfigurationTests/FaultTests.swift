import Configuration
import JSON
import Testing

/// A change of the shortest file, and the one fault that it must give.
struct WrongFile: CustomTestStringConvertible {
    var replace: String = ""
    var with: String = ""
    var add: String = ""
    var line: Int
    var field: String
    var says: [String]

    var yaml: String { (replace.isEmpty ? shortest : shortest.replacing(replace, with: with)) + (add.isEmpty ? "" : "\n" + add) }
    var testDescription: String { add.isEmpty ? "\(replace) → \(with)" : add }

    static func added(_ text: String, _ field: String, _ says: String..., line: Int = 5) -> WrongFile {
        WrongFile(add: text, line: line, field: field, says: says)
    }

    static func changed(_ replace: String, _ with: String, _ line: Int, _ field: String, _ says: String...) -> WrongFile {
        WrongFile(replace: replace, with: with, line: line, field: field, says: says)
    }
}

@Suite struct `Faults of a settings file` {
    static let wrongFiles: [WrongFile] = [
        .added("sampel: 10%", "sampel", "did you mean sample?"),
        .added("labels: [a, b]", "labels", "belongs under compare"),
        .added("flavour: vanilla", "flavour", "known here: workload, compare"),
        .added("trial: { maxDays: 3 }", "trial.maxDays", "did you mean max_days?"),
        .added("trial: { margins: { qualty: 1% } }", "trial.margins.qualty", "did you mean quality?"),
        .added("sample: 10", "sample", "more than the whole", "10%"),
        .added("sample: 0%", "sample", "above 0%"),
        .added("sample: 101%", "sample", "to 100%"),
        .added("sample: -5%", "sample", "out of range"),
        .added("sample: ten percent", "sample", "\"ten percent\" is not a share", "10% or 0.1"),
        .added("sample: [10%]", "sample", "is a list", "rate, by, conversation"),
        .added("sample:\n  rate: nan", "sample.rate", "is not a share", line: 6),
        .added("sample: { by: session }", "sample.by", "Allowed: call, conversation"),
        .added("sample: { by: conversations }", "sample.by", "did you mean conversation?"),
        .added("sample: { conversation: { header: \"X Session\" } }", "sample.conversation.header", "X-Session-Id"),
        .added("sample: { conversation: { header: X, field: /a } }", "sample.conversation", "exactly one of header and field"),
        .added("sample: { conversation: { field: metadata } }", "sample.conversation.field", "JSON Pointer"),
        .added("sample: { segments: { rates: { a: 5% } } }", "sample.segments.header", "missing"),
        .added("sample: { segments: { header: X, rates: { a: 0 } } }", "sample.segments.rates.a", "above 0%"),
        .added("control: 2", "control", "2%"),
        .added("adjudicate: { by: judge }", "adjudicate.by", "Allowed: labels, people, none"),
        .added("adjudicate: { disagreements: 0% }", "adjudicate.disagreements", "above 0%"),
        .changed(
            "model: phi-4", "model: phi-4, price: { input: 1, output: 2, batch_input: 0.5 }", 4, "candidate.price.batch_input",
            "batch_output"),
        .changed(
            "model: phi-4", "model: phi-4, dedicated: { hourly: 4, tokens_per_day: 9, regions: { eu: 60%, us: 30% } }", 4,
            "candidate.dedicated.regions", "add up to 90%"),
        .changed(
            "model: phi-4", "model: phi-4, dedicated: { hourly: 4, tokens_per_day: 9, hourly_by_region: { eu: 3 } }", 4,
            "candidate.dedicated.hourly_by_region", "names eu, which is no region"),
        .added("judge: gpt-5-mini", "judge", "group of keys (url, model, key, …)"),
        .added("judge: { url: https://j/v1 }", "judge.model", "is missing", "gpt-5-mini"),
        .added("judge: { model: m }", "judge.url", "is missing"),
        .added("judge: { url: j/v1, model: m }", "judge.url", "https://"),
        .added("judge: { url: https://api.anthropic.com, model: m }", "judge.url", "compatible with OpenAI's"),
        .added("judge: { url: https://j, model: m, key: sk-123456 }", "judge.key", "must not hold the key itself"),
        .added("judge: { url: https://j, model: m, prices: { input: 1, output: 1 } }", "judge.prices", "did you mean price?"),
        .added("judge: { url: https://j, model: m, price: { input: 1 } }", "judge.price.output", "is missing"),
        .added("judge: { url: https://j, model: m, limits: { per_day: 5 USD } }", "judge.limits", "needs a price"),
        .added("judge: { url: https://j, model: m, limits: { concurrency: 0 } }", "judge.limits.concurrency", "1 to 256"),
        .added("judge: { url: https://j, model: m, limits: { queue: 5 } }", "judge.limits.queue", "belongs under candidate.limits"),
        .added("judge: { url: https://j, model: m, limits: { timeout: 30 } }", "judge.limits.timeout", "like 30s"),
        .added("trial: { days: 30 }", "trial.days", "max_days (28, its default)"),
        .added("trial: { days: 0 }", "trial.days", "1 to 365"),
        .added("trial: { days: 7.5 }", "trial.days", "not a whole number"),
        .added("trial: { days: 7d }", "trial.days", "without separators or unit"),
        .added("trial: { alpha: 0.5 }", "trial.alpha", "below 0.5"),
        .added("trial: { candidates: 0 }", "trial.candidates", "1 to 20"),
        .added("trial: { timezone: Mars/Olympus }", "trial.timezone", "Europe/Berlin"),
        .added("trial: { timezone: ../../etc/passwd }", "trial.timezone", "is not a time zone"),
        .added("trial: { deadline: 31.12.2026 }", "trial.deadline", "write it like 2026-12-31"),
        .added("trial: { deadline: 2026-02-30 }", "trial.deadline", "not a day of the calendar"),
        .added("trial: { deadline: 2026-12-31T10:00:00Z }", "trial.deadline", "not a day of the calendar"),
        .added("trial: { deadline: [2026-12-31] }", "trial.deadline", "a single value belongs here"),
        .added("trial: { dedline: 2026-12-31 }", "trial.dedline", "did you mean deadline?"),
        .added("trial: { margins: { latency: { p95: 0 } } }", "trial.margins.latency.p95", "above 0"),
        .added("trial: { margins: { quality: 100% } }", "trial.margins.quality", "below 100%"),
        .added("privacy: { retain: 30 }", "privacy.retain", "30d"),
        .added("privacy: { retain: 0d }", "privacy.retain", "1d to 36500d"),
        .added("privacy: { capture: some }", "privacy.capture", "Allowed: full, metadata-only"),
        .added("match: { paths: [v1/chat] }", "match.paths[0]", "/v1/chat/completions"),
        .added("match: { paths: [] }", "match.paths", "is empty"),
        .added("match: /v1/chat", "match", "group of keys (paths)"),
        .added("privacy:", "privacy", "has no value"),
        .added("control: 5%\ncontrol: 6%", "control", "stands twice, first in line 5", line: 6),
        .added("control: !share 5%", "", "tag !share means nothing"),
        .added("<<: { control: 5% }", "<<", "merge keys"),
        .added("? [a]\n: 1", "", "cannot be a key"),
        .added("control: *five", "", "*five names no anchor"),
        .added("control: \"5%", "", "not YAML"),
        .added("control: [5%", "", "not YAML", line: 6),
        .added("\tcontrol: 5%", "", "not YAML", "indent with spaces"),
        .added("---\ncontrol: 5%", "", "second document"),
        .changed("workload: support-intents", "workload: support intents", 1, "workload", "letters, digits"),
        .changed("workload: support-intents", "workload: ../etc", 1, "workload", "letters, digits"),
        .changed("workload: support-intents", "# nothing", 2, "workload", "is missing", "support-intents"),
        .changed("as: label", "as: labels", 2, "compare.as", "did you mean label?"),
        .changed("as: label, ", "", 2, "compare.as", "is missing"),
        .changed(
            "card_arrival, lost_or_stolen_card, transfer_failed", "a, b, a", 2, "compare.labels", "\"a\" stands twice, first in line 2"),
        .changed("card_arrival, lost_or_stolen_card, transfer_failed", "a", 2, "compare.labels", "at least two"),
        .changed("card_arrival, lost_or_stolen_card, transfer_failed", "a, ' b'", 2, "compare.labels[1]", "white space"),
        .changed("card_arrival, lost_or_stolen_card, transfer_failed", "a, [b]", 2, "compare.labels[1]", "is a list"),
        .changed(", labels: [card_arrival, lost_or_stolen_card, transfer_failed]", "", 2, "compare.labels", "is missing"),
        .changed("as: label,", "as: json,", 2, "compare.labels", "no meaning with as: json, only with label"),
        .changed(
            "as: label, labels: [card_arrival, lost_or_stolen_card, transfer_failed]", "as: tools, ordered_calls: maybe", 2,
            "compare.ordered_calls", "true or false"),
        .changed("as: label,", "as: label, ignore: [/a],", 2, "compare.ignore", "no meaning with as: label, only with json"),
        .changed("url: https://api.openai.com", "url: api.openai.com", 3, "production.url", "https://"),
        .changed("url: https://api.openai.com", "url: ftp://api.openai.com", 3, "production.url", "http:// or https://"),
        .changed("url: https://api.openai.com", "url: https://me:secret@api.openai.com", 3, "production.url", "no user name"),
        .changed("url: https://api.openai.com", "url: https://api.openai.com:0", 3, "production.url", "port between 1 and 65535"),
        .changed("url: https://api.openai.com", "url: https://api.openai.com/v1?x=1", 3, "production.url", "before ? and #"),
        .changed("url: https://api.openai.com", "url: 'https://'", 3, "production.url", "names no host"),
        .changed("url: https://api.openai.com", "url: 'https://a b'", 3, "production.url", "space"),
        .changed("url: https://api.openai.com", "uri: https://api.openai.com", 3, "production.uri", "did you mean url?"),
        .changed("model: phi-4, ", "", 4, "candidate.model", "is missing"),
        .changed("model: phi-4", "model: ''", 4, "candidate.model", "is not a name"),
        .changed("key: { env: VLLM_KEY }", "api: opnai", 4, "candidate.api", "did you mean openai?"),
        .changed("{ env: VLLM_KEY }", "sk-123456", 4, "candidate.key", "must not hold the key itself"),
        .changed("{ env: VLLM_KEY }", "{ env: sk-123456 }", 4, "candidate.key.env", "name of an environment variable"),
        .changed("{ env: VLLM_KEY }", "{}", 4, "candidate.key", "exactly one of env and file"),
        .changed("key: { env: VLLM_KEY }", "price: { input: 1 }", 4, "candidate.price.output", "is missing"),
        .changed("key: { env: VLLM_KEY }", "price: { input: -1, output: 1 }", 4, "candidate.price.input", "USD per million"),
        .changed(
            "key: { env: VLLM_KEY }", "price: { input: 1, output: 1 }, dedicated: { hourly: 1, tokens_per_day: 9 }", 4,
            "candidate.dedicated",
            "one or the other"),
        .changed(
            "key: { env: VLLM_KEY }", "dedicated: { hourly: 1, tokens_per_day: 2e8.5 }", 4, "candidate.dedicated.tokens_per_day", "whole"),
        .changed("key: { env: VLLM_KEY }", "confidence: high", 4, "candidate.confidence", "logprobs, none, { field: /confidence }"),
        .changed("key: { env: VLLM_KEY }", "rewrite: { set: { model: x } }", 4, "candidate.rewrite.set.model", "candidate.model"),
        .changed("key: { env: VLLM_KEY }", "rewrite: { set: { a: .nan } }", 4, "candidate.rewrite.set.a", ".nan"),
        .changed("key: { env: VLLM_KEY }", "rewrite: { set: { a: 1 }, remove: [a] }", 4, "candidate.rewrite.remove[0]", "also set"),
        .changed("key: { env: VLLM_KEY }", "rewrite: { remove: [stream] }", 4, "candidate.rewrite.remove[0]", "follows production"),
        .changed("key: { env: VLLM_KEY }", "limits: { timeout: 30 }", 4, "candidate.limits.timeout", "with its unit, like 30s"),
        .changed("key: { env: VLLM_KEY }", "limits: { timeout: 2h }", 4, "candidate.limits.timeout", "1ms to 1h"),
        .changed("key: { env: VLLM_KEY }", "limits: { per_day: 25 }", 4, "candidate.limits.per_day", "25 USD"),
        .changed("key: { env: VLLM_KEY }", "limits: { per_day: 0 USD }", 4, "candidate.limits.per_day", "above 0 USD"),
        .changed("key: { env: VLLM_KEY }", "limits: { concurrency: 0 }", 4, "candidate.limits.concurrency", "1 to 10000"),
        .changed("key: { env: VLLM_KEY }", "limits: { concurrency: 1,000 }", 4, "candidate.limits.000", "known here"),
        .changed("key: { env: VLLM_KEY }", "limits: { calls_per_minute: many }", 4, "candidate.limits.calls_per_minute", "whole number"),
    ]

    @Test(arguments: wrongFiles)
    func `each names its line, its key and what would be right`(_ file: WrongFile) throws {
        let found = faults(file.yaml)
        let fault = try #require(found.first { $0.field == file.field }, "\(found)")
        #expect(found.count == 1 || file.with.contains("1,000"), "\(found)")
        #expect(fault.line == file.line)
        #expect((fault.column ?? 0) > 0)
        #expect(!fault.isNotYet)
        for words in file.says { #expect(fault.message.contains(words), "\(fault)") }
        #expect(!fault.description.contains("\n"))
        #expect(fault.description.hasPrefix("trial.yaml:\(file.line):"))
    }

    @Test func `all of a file come at once, in the order of its lines`() {
        let file = """
            workload: bad name
            compare: { as: label }
            production: { url: nowhere }
            candidate: { model: phi-4, limits: { timeout: soon } }
            sample: 1000%
            trail: { days: 3 }
            """
        #expect(
            faults(file).map(\.field) == [
                "workload", "compare.labels", "production.url", "candidate.url", "candidate.limits.timeout", "sample", "trail",
            ])
        #expect(faults(file).compactMap(\.line) == [1, 2, 3, 4, 4, 5, 6])
    }

    @Test func `a secret in the wrong place is never repeated`() {
        for key in ["key: sk-verysecret", "key: { env: sk-verysecret }", "key: [sk-verysecret]"] {
            let found = faults(shortest.replacing("key: { env: VLLM_KEY }", with: key))
            #expect(found.count == 1)
            #expect(!found.description.contains("verysecret"))
        }
        let found = faults(shortest.replacing("https://api.openai.com", with: "https://user:verysecret@api.openai.com"))
        #expect(!found.isEmpty && !found.description.contains("verysecret"))
    }

    @Test(arguments: [
        ("url: https://api.openai.com", "url: https://api.openai.com, api: openai-responses", "production.api"),
        ("url: https://api.openai.com", "url: https://api.anthropic.com", "production.url"),
        ("url: https://api.openai.com", "url: https://acme.openai.azure.com", "production.url"),
        ("url: https://api.openai.com", "url: https://acme.services.ai.azure.com/models", "production.url"),
        ("url: https://api.openai.com", "url: https://generativelanguage.googleapis.com/v1beta", "production.url"),
        ("url: https://api.openai.com", "url: https://bedrock-runtime.eu-west-1.amazonaws.com", "production.url"),
        ("model: phi-4", "model: phi-4, api: bedrock", "candidate.api"),
        ("workload:", "privacy: { redact: [email] }\nworkload:", "privacy.redact"),
        ("workload:", "privacy: { capture: metadata-only }\nworkload:", "privacy.capture"),
    ])
    func `what comes later is understood and refused with not yet`(_ old: String, _ new: String, _ field: String) throws {
        let found = faults(shortest.replacing(old, with: new))
        #expect(found.count == 1)
        let fault = try #require(found.first)
        #expect(fault.field == field)
        #expect(fault.isNotYet)
        #expect(fault.message.hasPrefix("not yet: "))
        #expect(fault.line != nil)
    }

    @Test func `the compatible path of another provider is no other API`() throws {
        for url in ["https://generativelanguage.googleapis.com/v1beta/openai", "https://acme.openai.azure.com/openai/v1"] {
            #expect(try parse(shortest.replacing("https://api.openai.com", with: url)).production.api == .openai)
        }
        let said = shortest.replacing("url: https://api.openai.com", with: "url: https://api.anthropic.com/v1, api: openai")
        #expect(try parse(said).production.api == .openai)
    }

    @Test func `keys of other kinds are checked all the same`() {
        let json = """
            as: json, schema: missing.json, ignore: [notes], unordered: [/lines], tolerance: { /total: -1 }, formats: { /due: day }
            """
        let found = faults(shortest.replacing("as: label, labels: [card_arrival, lost_or_stolen_card, transfer_failed]", with: json))
        #expect(
            Set(found.map(\.field)) == [
                "compare.schema", "compare.ignore[0]", "compare.tolerance./total", "compare.formats./due",
            ])
        #expect(found.first { $0.field == "compare.schema" }?.message.contains("/nowhere/missing.json cannot be read") == true)
        let tools = faults(
            shortest.replacing(
                "as: label, labels: [card_arrival, lost_or_stolen_card, transfer_failed]", with: "as: tools, otherwise: tools"))
        #expect(Set(tools.map(\.field)) == ["compare.otherwise"])
    }

    @Test func `a file with every key is refused only for what comes later`() {
        let file = """
            workload: invoice-fields
            compare:
              as: json
              labels: []
              schema: { type: object, required: [total] }
              ignore: [/notes]
              unordered: [/lines]
              tolerance: { /total: 0.01 }
              formats: { /due: date }
              ignore_arguments: [request_id]
              otherwise: text
            production: { api: openai, url: https://api.openai.com, price: { input: 5.00, output: 25.00, cached_input: 0.50 } }
            candidate: { api: azure-inference, url: https://acme.services.ai.azure.com/models, model: phi-4, key: { env: AZURE_AI_KEY } }
            privacy: { retain: 30d, redact: [email], capture: metadata-only }
            """
        #expect(faults(file).map(\.field) == ["candidate.api", "privacy.redact", "privacy.capture"])
        #expect(faults(file).allSatisfy { $0.isNotYet })
    }

    @Test func `files that are no settings at all are refused in one line`() {
        #expect(faults("").map(\.message) == ["is empty; it needs at least workload, compare, production, candidate"])
        #expect(faults("# only a comment\n").count == 1)
        #expect(faults("just words").first?.message.contains("must be a group of keys") == true)
        #expect(faults("- a\n- b").first?.message.contains("is a list") == true)
        #expect(faults(String(repeating: "[", count: 500)).first?.message.contains("nested deeper than 64") == true)
        #expect(faults(String(repeating: "a: b\n", count: 300_000)).first?.message.contains("1048576") == true)
        let utf8 = "workload: a\ncompare: \u{1}\n"
        #expect(faults(utf8).first?.line == 2)
        do throws(ConfigurationError) {
            _ = try WorkloadSettings.parse(yaml: Array("workload: a\nx: ".utf8) + [0xFF, 0xFE])
            Issue.record("invalid UTF-8 was read")
        } catch {
            #expect(error.faults.first?.line == 2)
            #expect(error.faults.first?.message.contains("UTF-8") == true)
        }
    }

    @Test func `aliases that multiply are stopped`() {
        var file = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            file += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(faults(file).contains { $0.message.contains("more than 50000 values") })
    }

    @Test func `a file that cannot be read says why`() {
        do throws(ConfigurationError) {
            _ = try WorkloadSettings.load(file: "/nowhere/trial.yaml")
            Issue.record("a missing file was read")
        } catch {
            #expect(error.description == "/nowhere/trial.yaml: cannot be read: No such file or directory")
        }
        #expect(throws: ConfigurationError.self) { try WorkloadSettings.load(file: "/") }
    }
}
