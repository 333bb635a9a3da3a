import Configuration
import Foundation
import JSON
import Testing
import Traffic

/// Draws settings at random; a seed makes them the same each time.
struct SettingsGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func flip() -> Bool { Bool.random(using: &random) }

    mutating func share() -> Double { Double(Int.random(in: 1...9999, using: &random)) / 10_000 }

    mutating func text() -> String {
        let pieces = ["a", "Zß", "é", "e\u{301}", "日本", "🦆", " b", "\"", "\\", ":", "%", "1", "null", "~", "-", "'"]
        return "x" + (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined() + "y"
    }

    mutating func pick<Choice: CaseIterable>(_ type: Choice.Type) -> Choice { Array(type.allCases).randomElement(using: &random)! }

    mutating func json(depth: Int = 3) -> JSONValue {
        switch Int.random(in: 0...(depth == 0 ? 4 : 6), using: &random) {
        case 0: .null
        case 1: .bool(flip())
        case 2: .number(["0", "-1", "1.50", "1e9", "0.1", "12345678901234567890"].randomElement(using: &random)!)
        case 3: .string(["1", "true", "null", "", "~", "0x1", "\n"].randomElement(using: &random)!)
        case 4: .string(text())
        case 5: .array((0..<Int.random(in: 0...3, using: &random)).map { _ in json(depth: depth - 1) })
        default: .object((0..<Int.random(in: 0...3, using: &random)).map { JSONMember("\($0)" + text(), json(depth: depth - 1)) })
        }
    }

    mutating func price() -> TokenPrice {
        TokenPrice(
            input: share(), output: share() * 100, cachedInput: flip() ? share() : nil,
            batch: flip() ? BatchPrice(input: share(), output: share()) : nil)
    }

    /// Of judges no batch is asked.
    mutating func judgePrice() -> TokenPrice { TokenPrice(input: share(), output: share() * 100, cachedInput: flip() ? share() : nil) }

    mutating func dedicated() -> DedicatedPrice {
        let regions: [String: DedicatedPrice.Region] = ["eu west": .init(share: 0.75, hourly: share()), "us": .init(share: 0.25)]
        return DedicatedPrice(hourly: share(), tokensPerDay: 5, replicas: 3, regions: flip() ? regions : [:])
    }

    mutating func key() -> KeyReference? { flip() ? .environment("KEY_1") : flip() ? .file("/run/key file") : nil }

    mutating func settings() throws -> WorkloadSettings {
        var labels: [String] = []
        for index in 0..<Int.random(in: 2...9, using: &random) { labels.append(text() + "\(index)") }
        var candidate = CandidateSettings(name: text(), url: try UpstreamURL("https://[::1]:8443/v1"), model: text(), key: key())
        if flip() {
            candidate.price = flip() ? .tokens(price()) : .dedicated(dedicated())
        }
        candidate.confidence = [.logprobs, .none, .field("/a~1b/0")].randomElement(using: &random)!
        if flip() { candidate.rewrite = RewriteSettings(system: text() + "\n" + text(), set: ["t" + text(): json()], remove: ["seed"]) }
        if flip() {
            candidate.limits = CandidateLimits(
                concurrency: 1, queue: 0, timeoutNanoseconds: UInt64.random(in: 1_000_000...3_600_000_000_000, using: &random),
                dollarsPerDay: flip() ? share() : nil, callsPerMinute: flip() ? 7 : nil)
        }
        var settings = WorkloadSettings(
            workload: "w-\(Int.random(in: 0...9, using: &random))", compare: CompareSettings(kind: .label, labels: labels),
            production: ProductionSettings(url: try UpstreamURL("http://prod.example/openai"), price: flip() ? price() : nil, key: key()),
            candidate: candidate, control: flip() ? 0 : share())
        settings.sample = SampleSettings(rate: share(), unit: pick(SamplingUnit.self), conversation: flip() ? .header("X-A") : .field("/b"))
        if flip() { settings.sample.segments = SegmentSettings(header: "X-C", rates: [text(): share(), "b": share()]) }
        settings.adjudicate = AdjudicateSettings(by: pick(Adjudicator.self), disagreements: share())
        if flip() {
            settings.judge = JudgeSettings(url: try UpstreamURL("https://judge.example:444/v1"), model: text(), key: key())
            if flip() {
                settings.judge?.price = judgePrice()
                settings.judge?.limits = JudgeLimits(
                    concurrency: 3, timeoutNanoseconds: UInt64.random(in: 1_000_000...3_600_000_000_000, using: &random),
                    dollarsPerDay: flip() ? share() : nil)
            }
        }
        settings.trial = TrialSettings(days: 3, maxDays: 9, alpha: share() / 3, candidates: 4, timezone: "UTC")
        if flip() { settings.trial.deadline = "2026-12-31" }
        settings.trial.margins.quality = share()
        settings.trial.margins.latency = LatencyLimits(p95: share(), p99: 2)
        settings.privacy.retainDays = flip() ? nil : 12
        if flip() { settings.match.paths = ["/a", "/b/c"] }
        return settings
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct `Settings as JSON` {
    @Test func `read back as they were, also as text`() throws {
        var generator = SettingsGenerator(seed: 1)
        for _ in 0..<500 {
            let settings = try generator.settings()
            let json = settings.canonicalJSON()
            #expect(try WorkloadSettings(json: json) == settings)
            #expect(try WorkloadSettings(json: JSONValue.parse(json.serialised())) == settings)
            #expect(try parse(json.serialisedString()) == settings)
            #expect(try WorkloadSettings(json: json.canonical()).frozenHash == settings.frozenHash)
        }
    }

    @Test func `say every default`() throws {
        let json = try parse(shortest).canonicalJSON()
        #expect(json.at("/trial/margins/two_tier_latency/p99") == .number("1.5"))
        #expect(json.at("/candidate/limits/timeout") == "30000ms")
        #expect(json.at("/privacy/retain") == "30d")
        #expect(json.at("/candidate/name") == "phi-4")
    }

    @Test func `faults name the field where there are no lines`() {
        do throws(ConfigurationError) {
            _ = try WorkloadSettings(json: ["workload": "a", "sample": ["rate": 7]])
            Issue.record("faulty settings were read")
        } catch {
            #expect(error.faults.map(\.field) == ["compare", "production", "candidate", "sample.rate"])
            #expect(error.faults.allSatisfy { $0.line == nil && $0.file == nil })
        }
    }
}

@Suite struct `The frozen part of settings` {
    @Test(arguments: [
        "sample: 25%", "control: 1%", "privacy: { retain: 5d }", "trial: { deadline: 2026-12-31 }",
        "sample: { by: conversation, conversation: { header: X } }",
    ])
    func `leaves out what may change within a trial`(_ change: String) throws {
        #expect(try parse(shortest + "\n" + change).frozenHash == parse(shortest).frozenHash)
    }

    @Test func `leaves out limits, keys and prices`() throws {
        let changed = shortest.replacing(
            "key: { env: VLLM_KEY }", with: "key: { file: /k }, price: { input: 1, output: 2 }, limits: { queue: 3 }")
        #expect(try parse(changed).frozenHash == parse(shortest).frozenHash)
        let dedicated = shortest.replacing("key: { env: VLLM_KEY }", with: "dedicated: { hourly: 1, tokens_per_day: 2 }")
        #expect(try parse(dedicated).frozenHash == parse(shortest).frozenHash)
    }

    @Test func `of a judge is its address and model`() throws {
        let judged = shortest + "\njudge: { url: https://j, model: m }"
        #expect(try parse(judged).frozenHash != parse(shortest).frozenHash)
        for change in ["key: { env: K }", "price: { input: 1, output: 2 }", "limits: { timeout: 5s }"] {
            #expect(try parse(judged.replacing("model: m", with: "model: m, \(change)")).frozenHash == parse(judged).frozenHash)
        }
        #expect(try parse(judged.replacing("model: m", with: "model: n")).frozenHash != parse(judged).frozenHash)
        #expect(try parse(judged.replacing("https://j", with: "https://k")).frozenHash != parse(judged).frozenHash)
    }

    @Test(arguments: [
        "workload: other\ncompare: { as: label, labels: [a, b] }\nproduction: { url: http://p }\ncandidate: { url: http://c, model: m }",
        shortest + "\ntrial: { days: 8 }", shortest + "\nadjudicate: { disagreements: 50% }", shortest + "\nmatch: { paths: [/x] }",
        shortest.replacing("model: phi-4", with: "model: phi-5"), shortest.replacing("card_arrival", with: "Card_arrival"),
        shortest.replacing("model: phi-4", with: "model: phi-4, confidence: none"),
        shortest.replacing("model: phi-4", with: "model: phi-4, rewrite: { set: { temperature: 0 } }"),
        shortest.replacing("https://api.openai.com", with: "https://api.openai.org"),
    ])
    func `changes with everything else`(_ changed: String) throws {
        #expect(try parse(changed).frozenHash != parse(shortest).frozenHash)
    }

    @Test func `does not depend on spelling`() throws {
        let spelled = shortest.replacing("https://api.openai.com", with: "HTTPS://API.openai.com:443/") + "\ntrial: { alpha: 5% }"
        #expect(try parse(spelled).frozenHash == parse(shortest).frozenHash)
        let one = shortest.replacing("model: phi-4", with: "model: phi-4, rewrite: { set: { temperature: 0, top_p: 1.0 } }")
        let two = shortest.replacing("model: phi-4", with: "model: phi-4, rewrite: { set: { top_p: 1, temperature: 0e0 } }")
        #expect(try parse(one).frozenHash == parse(two).frozenHash)
    }

    @Test func `stays the same over versions`() throws {
        let hash = try parse(shortest).frozenHash
        #expect(hash == "1708f46d94f555289f4606fe52700aac")
    }
}

@Suite struct `Damaged settings files` {
    @Test func `never crash the reader, and every fault has a line`() {
        var random = SeededGenerator(seed: 7)
        let sources = [Array(shortest.utf8), Array(everything.utf8)]
        let spice = Array("{}[]:,&*!|>'\"%@`#-? \n\t\u{0}\u{FEFF}é0~<".utf8)
        for _ in 0..<4000 {
            var bytes = sources.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...4, using: &random) {
                case 0: bytes[at] = spice.randomElement(using: &random)!
                case 1: bytes.insert(spice.randomElement(using: &random)!, at: at)
                case 2: bytes.remove(at: at)
                case 3: bytes[at] = UInt8.random(in: 0...255, using: &random)
                default: bytes.replaceSubrange(at..<min(bytes.count, at + 20), with: bytes[(at / 2)..<min(bytes.count, at / 2 + 20)])
                }
            }
            do throws(ConfigurationError) {
                let settings = try WorkloadSettings.parse(yaml: bytes, file: "f")
                #expect((try? WorkloadSettings(json: settings.canonicalJSON())) == settings)
            } catch {
                #expect(!error.faults.isEmpty)
                for fault in error.faults {
                    #expect(fault.line != nil, "\(fault)")
                    #expect(!fault.description.contains("\n"))
                }
            }
        }
    }
}
