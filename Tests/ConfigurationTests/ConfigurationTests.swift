import Configuration
import JSON
import Testing

/// The smallest file that enables shadow mode.
let shortest = """
    workload: support-intents
    compare: { as: label, labels: [card_arrival, lost_or_stolen_card, transfer_failed] }
    production: { url: https://api.openai.com }
    candidate: { url: http://vllm.internal:8000/v1, model: phi-4, key: { env: VLLM_KEY } }
    """

/// Every key that a label trial can have, none with its default.
let everything = """
    workload: support-intents
    compare:
      as: label
      labels: [card_arrival, "no", lost or stolen, 1]
    production:
      api: openai
      url: https://api.openai.com/
      price: { input: 5.00, output: 25.00, cached_input: 0.50 }
      key: { env: OPENAI_API_KEY }
    candidate:
      name: phi-four
      api: openai
      url: https://acme.example:8443/models/v1/
      model: phi-4
      key: { file: /run/secrets/key }
      dedicated: { hourly: 4.00, tokens_per_day: 200000000, replicas: 2 }
      confidence: { field: /confidence }
      rewrite: { system: "Answer with one label.", set: { temperature: 0, stop: ["\\n", null], n: 1.50 }, remove: [seed] }
      limits: { concurrency: 8, queue: 0, timeout: 1500ms, per_day: 25 USD, calls_per_minute: 600 }
    match: { paths: [/v1/chat/completions, /chat] }
    sample: { rate: 12.5%, by: conversation, conversation: { header: X-Session-Id }, segments: { header: X-Channel, rates: { mail: 50% } } }
    control: 0.1
    adjudicate: { by: people, disagreements: 30% }
    judge:
      url: https://judge.example/v1/
      model: gpt-5-mini
      key: { env: JUDGE_KEY }
      price: { input: 0.25, output: 2.00, cached_input: 0.025 }
      limits: { concurrency: 2, timeout: 45s, per_day: 5 USD }
    trial: { days: 5, max_days: 14, alpha: 1%, candidates: 2, timezone: Europe/Berlin,
             margins: { quality: 3%, tier: 0.5%, reliability: 0.1%, noise: 4%, saving: 0,
                        latency: { p95: 1.1, p99: 1.3 }, two_tier_latency: { p95: 1.3 } } }
    privacy: { retain: forever, redact: [], capture: full }
    """

func parse(_ yaml: String, folder: String = "/nowhere") throws -> WorkloadSettings {
    try WorkloadSettings.parse(yaml: Array(yaml.utf8), file: "trial.yaml", folder: folder)
}

/// The faults of a file; empty when it is right.
func faults(_ yaml: String, folder: String = "/nowhere") -> [ConfigurationFault] {
    do {
        _ = try parse(yaml, folder: folder)
        return []
    } catch let error as ConfigurationError {
        return error.faults
    } catch {
        return []
    }
}

@Suite struct `Settings read from YAML` {
    @Test func `the shortest file has every default`() throws {
        let settings = try parse(shortest)
        #expect(settings.workload == "support-intents")
        #expect(settings.compare == CompareSettings(kind: .label, labels: ["card_arrival", "lost_or_stolen_card", "transfer_failed"]))
        #expect(settings.production.url.description == "https://api.openai.com")
        #expect(settings.candidate.name == "phi-4")
        #expect(settings.candidate.key == .environment("VLLM_KEY"))
        #expect(settings.candidate.limits == CandidateLimits())
        #expect(settings.candidate.limits.timeoutNanoseconds == 30_000_000_000)
        #expect(settings.candidate.confidence == .logprobs)
        #expect(settings.match.paths == ["/v1/chat/completions"])
        #expect(settings.sample == SampleSettings(rate: 0.1, unit: .call))
        #expect(settings.control == 0.05)
        #expect(settings.adjudicate == AdjudicateSettings(by: .labels, disagreements: 1))
        #expect(settings.judge == nil)
        #expect(settings.trial == TrialSettings())
        #expect(settings.trial.margins.twoTierLatency == LatencyLimits(p95: 1.25, p99: 1.5))
        #expect(settings.privacy.retainDays == 30)
    }

    @Test func `prices of batch jobs and of regions are read`() throws {
        let settings = try parse(
            """
            workload: w
            compare: { as: text }
            production: { url: http://a.test, price: { input: 5, output: 25, batch_input: 2.50, batch_output: 12.5 } }
            candidate:
              url: http://b.test
              model: m
              dedicated: { hourly: 4, tokens_per_day: 1000, regions: { westeurope: 60%, eastus: 40% }, hourly_by_region: { eastus: 3.5 } }
            """)
        #expect(settings.production.price == TokenPrice(input: 5, output: 25, batch: BatchPrice(input: 2.5, output: 12.5)))
        let regions: [String: DedicatedPrice.Region] = ["westeurope": .init(share: 0.6), "eastus": .init(share: 0.4, hourly: 3.5)]
        #expect(settings.candidate.price == .dedicated(DedicatedPrice(hourly: 4, tokensPerDay: 1000, regions: regions)))
    }

    @Test func `every key is read`() throws {
        let settings = try parse(everything)
        #expect(settings.compare.labels == ["card_arrival", "no", "lost or stolen", "1"])
        #expect(settings.production.price == TokenPrice(input: 5, output: 25, cachedInput: 0.5))
        #expect(settings.production.key == .environment("OPENAI_API_KEY"))
        #expect(settings.candidate.name == "phi-four")
        #expect(settings.candidate.url.description == "https://acme.example:8443/models/v1")
        #expect(settings.candidate.key == .file("/run/secrets/key"))
        #expect(settings.candidate.price == .dedicated(DedicatedPrice(hourly: 4, tokensPerDay: 200_000_000, replicas: 2)))
        #expect(settings.candidate.confidence == .field("/confidence"))
        #expect(settings.candidate.rewrite.system == "Answer with one label.")
        #expect(settings.candidate.rewrite.set == ["temperature": 0, "stop": ["\n", .null], "n": .number("1.50")])
        #expect(settings.candidate.rewrite.remove == ["seed"])
        let limits = CandidateLimits(concurrency: 8, queue: 0, timeoutNanoseconds: 1_500_000_000, dollarsPerDay: 25, callsPerMinute: 600)
        #expect(settings.candidate.limits == limits)
        #expect(settings.match.paths == ["/v1/chat/completions", "/chat"])
        #expect(settings.sample.rate == 0.125)
        #expect(settings.sample.unit == .conversation)
        #expect(settings.sample.conversation == .header("X-Session-Id"))
        #expect(settings.sample.segments == SegmentSettings(header: "X-Channel", rates: ["mail": 0.5]))
        #expect(settings.control == 0.1)
        #expect(settings.adjudicate == AdjudicateSettings(by: .people, disagreements: 0.3))
        #expect(
            settings.judge
                == JudgeSettings(
                    url: try UpstreamURL("https://judge.example/v1"), model: "gpt-5-mini", key: .environment("JUDGE_KEY"),
                    price: TokenPrice(input: 0.25, output: 2, cachedInput: 0.025),
                    limits: JudgeLimits(concurrency: 2, timeoutNanoseconds: 45_000_000_000, dollarsPerDay: 5)))
        #expect(settings.trial.days == 5)
        #expect(settings.trial.alpha == 0.01)
        #expect(settings.trial.timezone == "Europe/Berlin")
        #expect(settings.trial.margins.saving == 0)
        #expect(settings.trial.margins.twoTierLatency == LatencyLimits(p95: 1.3, p99: 1.5))
        #expect(settings.privacy.retainDays == nil)
    }

    @Test func `a judge needs its address and its model only`() throws {
        let judge = try #require(try parse(shortest + "\njudge: { url: http://127.0.0.1:9000/v1, model: judge-7b }").judge)
        #expect(judge.key == nil && judge.price == nil)
        #expect(judge.limits == JudgeLimits())
        #expect(judge.limits.concurrency == 4 && judge.limits.timeoutNanoseconds == 30_000_000_000 && judge.limits.dollarsPerDay == nil)
        // A provider's own path that is compatible with OpenAI's.
        let gemini = "https://generativelanguage.googleapis.com/v1beta/openai"
        #expect(try parse(shortest + "\njudge: { url: '\(gemini)', model: m }").judge?.url.description == gemini)
    }

    @Test(arguments: [
        ("10%", 0.1), ("0.1", 0.1), ("100%", 1), ("1", 1), ("0.1%", 0.001), ("12.5 %", 0.125), ("\"5%\"", 0.05), ("1e-3", 0.001),
        (".5", 0.5),
    ])
    func `a sampling rate has a short form, in percent or as a fraction`(_ text: String, _ rate: Double) throws {
        #expect(try parse(shortest + "\nsample: \(text)").sample == SampleSettings(rate: rate))
    }

    @Test func `labels are the words that stand there, whatever YAML makes of them`() throws {
        let file = shortest.replacing(
            "[card_arrival, lost_or_stolen_card, transfer_failed]", with: "[yes, no, on, 1, 1.0, null, ~, 2026-01-01, 'it''s', \"a:b\", 日本]"
        )
        #expect(
            faults(file).map(\.message) == [
                "is nothing; a single value belongs here; quote it if the word itself is meant",
                "is nothing; a single value belongs here; quote it if the word itself is meant",
            ])
        let quoted = file.replacing("null, ~", with: "'null', '~'")
        #expect(try parse(quoted).compare.labels == ["yes", "no", "on", "1", "1.0", "null", "~", "2026-01-01", "it's", "a:b", "日本"])
    }

    @Test func `anchors, core tags and a mark at the beginning work`() throws {
        let file =
            "\u{FEFF}" + shortest
            + "\nsample: &share 20%\ncontrol: *share\ntrial: { timezone: !!str UTC, margins: { quality: !!float 0.03 } }"
        let settings = try parse(file)
        #expect(settings.sample.rate == 0.2)
        #expect(settings.control == 0.2)
        #expect(settings.trial.margins.quality == 0.03)
    }

    @Test func `JSON is YAML too`() throws {
        let json = try parse(everything).canonicalJSON().serialisedString()
        #expect(try parse(json) == parse(everything))
    }

    @Test func `relative paths start from the file's folder`() throws {
        let file = shortest.replacing("{ env: VLLM_KEY }", with: "{ file: ../keys/vllm }")
        #expect(try parse(file, folder: "/etc/understudy/trials").candidate.key == .file("/etc/understudy/keys/vllm"))
    }

    @Test func `which calls are shadowed does not depend on where v1 stands or on a query`() throws {
        let match = MatchSettings()
        #expect(match.matches("/v1/chat/completions"))
        #expect(match.matches("/chat/completions?api-version=1"))
        #expect(!match.matches("/v1/embeddings"))
        #expect(!match.matches("/v1/chat/completions/x"))
        #expect(!match.matches(""))
    }

    @Test func `the smallest rate in force takes segments into account`() throws {
        let sample = SampleSettings(rate: 0.2, segments: SegmentSettings(header: "X", rates: ["a": 0.5, "b": 0.05]))
        #expect(sample.smallestRate == 0.05)
        #expect(sample.rate(segment: "a") == 0.5)
        #expect(sample.rate(segment: "c") == 0.2)
        #expect(sample.rate(segment: nil) == 0.2)
    }
}
