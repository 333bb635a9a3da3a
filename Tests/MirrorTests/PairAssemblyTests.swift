import HTTPWire
import Testing
import Traffic

@testable import Mirror

@Suite struct PairAssemblyTests {
    private let production = Leg(status: 200, output: "p")
    private let control = Leg(status: 200, output: "k")
    private let candidate = Leg(status: 200, output: "c")

    private func assembly(trials: Int = 1, control: Bool = false) -> PairAssembly {
        let facts = CallFacts(
            id: trialIdentifier(100), workload: "w", calledAt: Timestamp(microseconds: 7), segment: nil, conversation: nil, turn: 1,
            traceparent: nil, path: "/v1/chat/completions", request: [1], controlRate: control ? 0.5 : 0)
        let plans = (0..<trials).map { index in
            PairAssembly.Plan(
                id: trialIdentifier(UInt64(200 + index)), trial: trialIdentifier(UInt64(index)),
                draw: TrialDraw(
                    trial: index, segment: nil, samplingRate: 0.1, evidenceWeight: 1, adjudicationProbability: 1, planned: true))
        }
        return PairAssembly(facts, evidenceOrder: 9, plans: plans, asksControl: control)
    }

    /// What is written after each event, as letters: `C` for the call, the trial's digit for its pair, `.` for nothing.
    private func written(_ events: String, trials: Int = 1, control: Bool = false) -> String {
        var assembly = assembly(trials: trials, control: control)
        var text = ""
        for event in events {
            var records: [PairAssembly.Record] = []
            switch event {
            case "p": records = assembly.productionEnded(production)
            case "k": records = assembly.controlEnded(self.control)
            case "x": assembly.candidateShed(0)
            case "y": assembly.candidateShed(1)
            default: records = assembly.candidateEnded(Int(String(event))!, candidate)
            }
            text += records.isEmpty ? "." : ""
            for record in records {
                switch record {
                case .call: text += "C"
                case .pair(let pair): text += String(pair.trial.low & 0xF)
                }
            }
        }
        return text + (assembly.isFinished ? "!" : "")
    }

    @Test(arguments: [
        ("p0", 1, false, ".C0!"),
        ("0p", 1, false, ".C0!"),
        ("p0k", 1, true, "..C0!"),
        ("kp0", 1, true, "..C0!"),
        ("0kp", 1, true, "..C0!"),
        ("p01", 2, false, ".C01!"),
        ("10p", 2, false, "..C01!"),
        ("px", 1, false, "..!"),
        ("xp", 1, false, "..!"),
        ("pkx", 1, true, "...!"),
        ("px1", 2, false, "..C1!"),
        ("p0y", 2, false, ".C0.!"),
        ("p0", 2, false, ".C0"),
        ("0", 1, false, "."),
    ])
    func recordsAreDueWhenTheirLegsHaveEnded(_ events: String, _ trials: Int, _ control: Bool, _ expected: String) {
        #expect(written(events, trials: trials, control: control) == expected)
    }

    @Test func recordsCarryTheDrawAndTheLegs() throws {
        var assembly = assembly(control: true)
        _ = assembly.controlEnded(control)
        _ = assembly.productionEnded(production)
        let records = assembly.candidateEnded(0, candidate)
        guard case .call(let call) = records[0], case .pair(let pair) = records[1] else {
            Issue.record("call first, then its pair")
            return
        }
        #expect(call.production == production && call.control == control && call.controlRate == 0.5 && call.source == .mirror)
        #expect(pair.callID == call.id && pair.candidate == candidate && pair.samplingRate == 0.1 && pair.hashOrder == 9)
    }
}

@Suite struct ControlBackoffTests {
    @Test(
        arguments: [
            (200, [], false),
            (404, [], false),
            (429, [], true),
            (500, [], true),
            (529, [], true),
            (200, [Header("X-RateLimit-Limit-Requests", "100"), Header("x-ratelimit-remaining-requests", "20")], false),
            (200, [Header("x-ratelimit-limit-requests", "100"), Header("x-ratelimit-remaining-requests", "19")], true),
            (200, [Header("x-ratelimit-limit-tokens", "150000"), Header("x-ratelimit-remaining-tokens", "149984")], false),
            (200, [Header("anthropic-ratelimit-tokens-limit", "1000"), Header("anthropic-ratelimit-tokens-remaining", "0")], true),
            (200, [Header("RateLimit-Limit", "100;w=60"), Header("RateLimit-Remaining", "5;w=60")], true),
            (200, [Header("x-ratelimit-remaining-requests", "0")], false),
            (200, [Header("x-ratelimit-limit-requests", "none"), Header("x-ratelimit-remaining-requests", "?")], false),
            (200, [Header("x-request-remaining-things", "0"), Header("x-request-limit-things", "9")], true),
        ] as [(Int, [Header], Bool)])
    func holdsControlWhenProductionIsShort(_ status: Int, _ headers: [Header], _ holds: Bool) {
        #expect(ControlBackoff.isShort(status: status, headers: Headers(headers)) == holds)
    }
}

@Suite struct TrialCalendarTests {
    @Test(arguments: [
        ("UTC", "2026-11-16T23:59:59Z", "2026-11-16T00:00:00Z"),
        ("Nowhere/Land", "2026-11-17T00:00:00Z", "2026-11-17T00:00:00Z"),
        ("", "1969-12-31T23:59:59Z", "1969-12-31T00:00:00Z"),
    ])
    func countsInUTCWhereNothingElseIsKnown(_ zone: String, _ moment: String, _ day: String) throws {
        let expected = try #require(Timestamp(day)).microseconds / 86_400_000_000
        #expect(TrialCalendar(timezone: zone).day(of: try #require(Timestamp(moment))) == Int(expected))
    }

    @Test(
        .enabled(if: FileBytes.read("/usr/share/zoneinfo/Europe/Berlin", limit: 1 << 20) != nil, "this machine has no zone files"),
        arguments: [
            ("2026-11-16T22:59:59Z", "2026-11-16T00:00:00Z"), ("2026-11-16T23:00:00Z", "2026-11-17T00:00:00Z"),
            ("2026-07-01T21:59:59Z", "2026-07-01T00:00:00Z"), ("2026-07-01T22:00:00Z", "2026-07-02T00:00:00Z"),
        ])
    func followsTheZoneAndItsSummerTime(_ moment: String, _ day: String) throws {
        let expected = try #require(Timestamp(day)).microseconds / 86_400_000_000
        #expect(TrialCalendar(timezone: "Europe/Berlin").day(of: try #require(Timestamp(moment))) == Int(expected))
    }
}
