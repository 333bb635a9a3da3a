import Configuration
import HTTPWire
import Testing
import Traffic

@testable import Mirror

/// Settings for draws; only what a draw reads matters.
func workloadSettings(
    _ workload: String = "w", sample: SampleSettings = SampleSettings(rate: 1), control: Double = 0,
    adjudicate: AdjudicateSettings = AdjudicateSettings(), match: MatchSettings = MatchSettings(), production: String = "http://p",
    candidate: String = "http://c", limits: CandidateLimits = CandidateLimits(), key: KeyReference? = nil, name: String = "small"
) throws -> WorkloadSettings {
    WorkloadSettings(
        workload: workload, compare: CompareSettings(kind: .label, labels: ["a", "b"]),
        production: ProductionSettings(url: try UpstreamURL(production)),
        candidate: CandidateSettings(name: name, url: try UpstreamURL(candidate), model: "small", key: key, limits: limits),
        match: match, sample: sample, control: control, adjudicate: adjudicate)
}

func trialIdentifier(_ number: UInt64) -> Identifier { Identifier(at: Timestamp(microseconds: 0), random: (0, number)) }

@Suite struct SamplingTests {
    static let moment = Timestamp(microseconds: 1_794_812_400_000_000)
    private let key = KeyedHash(key0: 1, key1: 2)

    private func plan(_ settings: WorkloadSettings..., endsAt: Timestamp? = nil) -> SamplingPlan {
        SamplingPlan(
            key: key,
            trials: settings.enumerated().map { MirrorTrial(id: trialIdentifier(UInt64($0.offset)), settings: $0.element, endsAt: endsAt) })
    }

    private func head(_ method: String = "POST", _ headers: Headers = []) -> RequestHead {
        RequestHead(method: method, target: Array("/w/v1/chat/completions".utf8), headers: headers)
    }

    private func identifier(_ number: Int) -> Identifier { Identifier(at: Self.moment, random: (UInt64(number), UInt64(number) &* 77)) }

    /// Both steps for one call.
    private func draw(
        _ plan: SamplingPlan, _ head: RequestHead, path: String = "/v1/chat/completions", number: Int = 1, body: String = "{}",
        tally: inout CoverageTally
    ) -> Draw? {
        guard
            let consideration = plan.consider(head, path: Array(path.utf8)[...], id: identifier(number), at: Self.moment, tally: &tally)
        else { return nil }
        return plan.decide(consideration, body: Array(body.utf8))
    }

    private func draw(
        _ plan: SamplingPlan, _ head: RequestHead, path: String = "/v1/chat/completions", number: Int = 1, body: String = "{}"
    )
        -> Draw?
    {
        var tally = CoverageTally(workload: "w", trials: plan.trials.map(\.id))
        return draw(plan, head, path: path, number: number, body: body, tally: &tally)
    }

    @Test(
        arguments: [
            ("POST", "/v1/chat/completions", [], "{}", nil),
            ("POST", "/chat/completions", [], " \n{\"a\":1}", nil),
            ("POST", "/v1/chat/completions?x=1", [], "{}", nil),
            ("GET", "/v1/chat/completions", [], "{}", "no_match"),
            ("POST", "/v1/embeddings", [], "{}", "no_match"),
            ("POST", "/v1/chat/completions/", [], "{}", "no_match"),
            ("POST", "//v1/chat/completions", [], "{}", "no_match"),
            ("POST", "/v1/chat/completions", [Header("understudy-leg", "control")], "{}", "loop"),
            ("POST", "/v1/chat/completions", [Header("x-stainless-retry-count", "1")], "{}", "retry"),
            ("POST", "/v1/chat/completions", [Header("X-Stainless-Retry-Count", "0")], "{}", nil),
        ] as [(String, String, [Header], String, String?)])
    func whatIsLeftOutIsCountedByReason(_ method: String, _ path: String, _ headers: [Header], _ body: String, _ reason: String?) throws {
        let plan = plan(try workloadSettings())
        var tally = CoverageTally(workload: "w", trials: plan.trials.map(\.id))
        let drawn = draw(plan, head(method, Headers(headers)), path: path, body: body, tally: &tally)
        #expect((drawn == nil) == (reason != nil))
        let deltas = tally.take(at: Self.moment)
        #expect(deltas.contains { $0.stage == .calls && $0.trial == plan.trials[0].id && $0.count == 1 })
        #expect(deltas.first { $0.stage == .skipped }?.reason == reason)
    }

    @Test func aShareOfTheCallsIsDrawnAndEveryMirrorDecidesAlike() throws {
        let plan = plan(try workloadSettings(sample: SampleSettings(rate: 0.1)))
        let other = self.plan(try workloadSettings(sample: SampleSettings(rate: 0.1)))
        let first = (0..<5000).map { draw(plan, head(), number: $0) }
        #expect(first == (0..<5000).map { draw(other, head(), number: $0) })
        #expect(abs(first.count { $0 != nil } - 500) < 90)
    }

    @Test func aTrialWithALowerRateTakesAPartOfTheOthersCalls() throws {
        let plan = plan(
            try workloadSettings(sample: SampleSettings(rate: 0.5), control: 0.1),
            try workloadSettings(sample: SampleSettings(rate: 0.1), control: 0.4))
        var counts = [0, 0]
        for number in 0..<2000 {
            guard let drawn = draw(plan, head(), number: number) else { continue }
            let trials = drawn.trials.map(\.trial)
            #expect(trials == [0] || trials == [0, 1])
            #expect(drawn.controlRate == (trials.count == 2 ? 0.4 : 0.1))
            for trial in trials { counts[trial] += 1 }
        }
        #expect(abs(counts[0] - 1000) < 100 && abs(counts[1] - 200) < 60)
    }

    @Test func segmentsHaveRatesAndWeightsOfTheirOwn() throws {
        let sample = SampleSettings(rate: 0.1, segments: SegmentSettings(header: "X-Channel", rates: ["mail": 0.5, "chat": 0.05]))
        let plan = plan(try workloadSettings(sample: sample))
        func drawn(_ segment: String?) -> [Draw] {
            (0..<4000).compactMap { draw(plan, head("POST", segment.map { [Header("x-channel", $0)] } ?? []), number: $0) }
        }
        for (segment, rate) in [("mail", 0.5), ("chat", 0.05), (nil, 0.1), ("fax", 0.1)] as [(String?, Double)] {
            let draws = drawn(segment)
            #expect(abs(Double(draws.count) - 4000 * rate) < 4 * (4000 * rate).squareRoot())
            #expect(draws.allSatisfy { $0.trials[0].samplingRate == rate && $0.trials[0].segment == segment })
            #expect(draws.allSatisfy { abs($0.trials[0].evidenceWeight - 0.05 / rate) < 1e-12 })
        }
    }

    @Test func controlAndAdjudicationAreDrawnApartFromTheSample() throws {
        let plan = plan(
            try workloadSettings(
                sample: SampleSettings(rate: 0.2), control: 0.3, adjudicate: AdjudicateSettings(by: .people, disagreements: 0.4)))
        let draws = (0..<20_000).compactMap { draw(plan, head(), number: $0) }
        let asked = draws.count { $0.asksControl }
        let planned = draws.count { $0.trials[0].planned }
        let both = draws.count { $0.asksControl && $0.trials[0].planned }
        let count = Double(draws.count)
        #expect(abs(Double(asked) / count - 0.3) < 0.04)
        #expect(abs(Double(planned) / count - 0.4) < 0.04)
        #expect(abs(Double(both) / count - 0.12) < 0.03)
        #expect(draws.allSatisfy { $0.trials[0].adjudicationProbability == 0.4 })
    }

    @Test func nobodyJudgingMeansNothingIsPlanned() throws {
        let drawn = draw(plan(try workloadSettings(adjudicate: AdjudicateSettings(by: .none, disagreements: 1))), head())
        #expect(drawn?.trials[0].planned == false && drawn?.trials[0].adjudicationProbability == 0)
    }

    @Test func everyCallThatCouldBeDrawnIsCountedByItsSizeAndItsProbability() throws {
        let plan = plan(
            try workloadSettings(
                sample: SampleSettings(rate: 0.25, segments: SegmentSettings(header: "X-Channel", rates: ["mail": 0.5]))))
        var tally = CoverageTally(workload: "w", trials: plan.trials.map(\.id))
        func pass(_ number: Int, _ framing: RequestFraming, _ headers: Headers = []) {
            var head = head("POST", headers)
            head.framing = framing
            _ = draw(plan, head, number: number, tally: &tally)
        }
        for number in 0..<40 { pass(number, .length(3000)) }
        for number in 40..<60 { pass(number, .length(100), [Header("X-Channel", "mail")]) }
        pass(60, .chunked)
        // A retry and another path could not be drawn.
        pass(61, .length(100), [Header("x-stainless-retry-count", "1")])
        _ = draw(plan, head(), path: "/v1/embeddings", number: 62, tally: &tally)
        let profile = tally.take(at: Self.moment).filter(\.stage.isProfile)
        func count(_ stage: CoverageStage, _ size: RequestSize, _ segment: String? = nil) -> Int {
            profile.filter { $0.stage == stage && $0.reason == "size:\(size.name)" && $0.segment == segment }.reduce(0) { $0 + $1.count }
        }
        #expect(count(.profileCalls, .under4k) == 40)
        #expect(count(.profileExpected, .under4k) == 10_000_000)
        #expect(count(.profileCalls, .under256, "mail") == 20)
        #expect(count(.profileExpected, .under256, "mail") == 10_000_000)
        #expect(count(.profileCalls, .unannounced) == 1)
        #expect(profile.filter { $0.stage == .profileCalls }.reduce(0) { $0 + $1.count } == 61)
        #expect(profile.allSatisfy { $0.trial == plan.trials[0].id })
    }

    @Test(arguments: [
        (0, RequestSize.under256), (255, .under256), (256, .under1k), (4096, .under16k), (262_143, .under256k), (1 << 30, .larger),
    ])
    func sizesAreClasses(bytes: Int, size: RequestSize) { #expect(RequestSize(bytes: bytes) == size) }

    @Test func aRequestThatCouldNotBeKeptIsShedForTheTrialsThatHadDrawnIt() throws {
        let plan = plan(
            try workloadSettings(), try workloadSettings(sample: SampleSettings(rate: 1e-9)),
            try workloadSettings(sample: SampleSettings(rate: 1, unit: .conversation)))
        var tally = CoverageTally(workload: "w", trials: plan.trials.map(\.id))
        let path = Array("/v1/chat/completions".utf8)[...]
        let consideration = try #require(plan.consider(head(), path: path, id: identifier(1), at: Self.moment, tally: &tally))
        _ = tally.take(at: Self.moment)
        plan.shed(consideration, as: .shedTooLarge, tally: &tally)
        let deltas = tally.take(at: Self.moment)
        #expect(deltas.map(\.stage) == [.sampled, .shed, .profileDrawn, .profileSampled])
        #expect(deltas.allSatisfy { $0.trial == plan.trials[0].id && $0.count == 1 })
    }

    @Test func anEndedTrialTakesNothing() throws {
        #expect(draw(plan(try workloadSettings(), endsAt: Self.moment), head()) == nil)
        #expect(draw(plan(try workloadSettings(), endsAt: Self.moment.adding(seconds: 1)), head()) != nil)
    }

    @Test func conversationsAreTakenWholeByHeader() throws {
        let sample = SampleSettings(rate: 0.5, unit: .conversation, conversation: .header("X-Session-Id"))
        let plan = plan(try workloadSettings(sample: sample))
        var taken = 0
        for session in 0..<200 {
            let headers: Headers = [Header("x-session-id", "s\(session)")]
            let turns = (0..<5).map { draw(plan, head("POST", headers), number: session * 5 + $0) }
            #expect(turns.allSatisfy { ($0 == nil) == (turns[0] == nil) })
            #expect(turns.allSatisfy { $0 == nil || $0?.conversation == "s\(session)" })
            taken += turns[0] == nil ? 0 : 1
        }
        #expect(abs(taken - 100) < 35)
    }

    @Test func conversationsAreTakenWholeByBodyField() throws {
        let sample = SampleSettings(rate: 0.5, unit: .conversation, conversation: .field("/metadata/session"))
        let plan = plan(try workloadSettings(sample: sample))
        for session in 0..<50 {
            let turns = (0..<3).map {
                draw(plan, head(), number: session * 3 + $0, body: #"{"turn":\#($0),"metadata":{"session":"s\#(session)"}}"#)
            }
            #expect(turns.allSatisfy { ($0 == nil) == (turns[0] == nil) })
            #expect(turns[0] == nil || turns[0]?.conversation == "s\(session)")
        }
    }

    @Test func conversationsWithoutANameAreKnownByTheirOpening() throws {
        let plan = plan(try workloadSettings(sample: SampleSettings(rate: 0.5, unit: .conversation)))
        func turn(_ opening: String, _ more: String, _ number: Int) -> Draw? {
            let messages = #"{"role":"system","content":"Be kind."},{"role":"user","content":\#(opening)}"#
            return draw(plan, head(), number: number, body: #"{"model":"m","messages":[\#(messages)\#(more)]}"#)
        }
        var names: Set<String?> = []
        for index in 0..<60 {
            let opening = #"[{"type":"text","text":"hello } \" ] \#(index)"}]"#
            let first = turn(opening, "", index * 2)
            let later = turn(opening, #",{"role":"assistant","content":"x"},{"role":"user","content":"more"}"#, index * 2 + 1)
            #expect((first == nil) == (later == nil))
            #expect(first?.conversation == later?.conversation)
            names.insert(first?.conversation)
        }
        #expect((15...46).contains(names.count))
    }

    @Test func aNamedConversationIsKnownAlsoWhenCallsAreDrawnSingly() throws {
        let plan = plan(try workloadSettings(sample: SampleSettings(rate: 1, conversation: .header("X-Session-Id"))))
        #expect(draw(plan, head("POST", [Header("X-Session-Id", "s1")]))?.conversation == "s1")
        #expect(draw(plan, head())?.conversation == nil)
    }

    @Test func evidenceOrderIsTheCallsOwn() throws {
        let sample = SampleSettings(rate: 1, unit: .conversation, conversation: .header("S"))
        let plan = plan(try workloadSettings(sample: sample))
        let orders = (0..<10).compactMap { draw(plan, head("POST", [Header("S", "same")]), number: $0)?.evidenceOrder }
        #expect(Set(orders).count == 10)
    }
}

@Suite struct CoverageTallyTests {
    @Test func countsByTrialEventAndSegmentAndStartsAnew() {
        let trial = trialIdentifier(1)
        var tally = CoverageTally(workload: "w", trials: [trial])
        for _ in 0..<3 { tally.count(.call) }
        tally.count(.sampled, trial: 0, segment: "mail")
        tally.count(.sampled, trial: 0, segment: "mail")
        tally.count(.shedQueueFull, trial: 0)
        let moment = Timestamp(microseconds: 5)
        let deltas = Set(tally.take(at: moment))
        #expect(
            deltas == [
                CoverageDelta(workload: "w", trial: nil, stage: .calls, at: moment, count: 3),
                CoverageDelta(workload: "w", trial: trial, stage: .sampled, segment: "mail", at: moment, count: 2),
                CoverageDelta(workload: "w", trial: trial, stage: .shed, reason: "queue_full", at: moment, count: 1),
            ])
        #expect(tally.take(at: moment).isEmpty)
    }

    @Test func segmentsWithoutEndArePutTogether() {
        var tally = CoverageTally(workload: "w", trials: [trialIdentifier(1)])
        for number in 0..<100_000 { tally.count(.call, trial: 0, segment: "s\(number)") }
        let deltas = tally.take(at: Timestamp(microseconds: 0))
        #expect(deltas.count <= CoverageTally.maxSegments * CoverageEvent.allCases.count + 1)
        #expect(deltas.reduce(0) { $0 + $1.count } == 100_000)
    }

    @Test func everyReasonIsNamedOnce() {
        let names = CoverageEvent.allCases.map { "\($0.stage.rawValue)/\($0.reason)" }
        #expect(Set(names).count == names.count)
    }
}
