import Configuration
import Testing
import Traffic

@testable import Mirror

private let second: UInt64 = 1_000_000_000

@Suite struct CircuitBreakerTests {
    private func breaker(after outcomes: [Bool]) -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for failed in outcomes { breaker.ended(breaker.admit(at: 0), failed: failed, at: 0) }
        return breaker
    }

    /// Outcomes as runs: `19f 3s` is 19 failures, then 3 successes.
    private func outcomes(_ runs: String) -> [Bool] {
        runs.split(separator: " ").flatMap { run in Array(repeating: run.hasSuffix("f"), count: Int(run.dropLast()) ?? 0) }
    }

    @Test(arguments: [
        ("19f", false), ("20f", true), ("10f 10s", false), ("11f 9s", true), ("9s 11f", true), ("10f 200s 10f", false), ("200s 11f", true),
    ])
    func opensWhenMoreThanHalfOfTheLastTwentyFailed(_ runs: String, _ opens: Bool) {
        #expect(breaker(after: outcomes(runs)).isOpen == opens)
    }

    @Test func refusesUntilThePauseIsOverThenProbesOneAtATime() {
        var breaker = breaker(after: Array(repeating: true, count: 20))
        #expect(breaker.admit(at: CircuitBreaker.firstPause - 1) == .refused)
        #expect(breaker.admit(at: CircuitBreaker.firstPause) == .probe)
        #expect(breaker.admit(at: CircuitBreaker.firstPause) == .refused)
        breaker.ended(.probe, failed: false, at: 11 * second)
        #expect(breaker.admit(at: 11 * second) == .probe)
        #expect(breaker.isOpen)
    }

    @Test func threeGoodProbesCloseIt() {
        var breaker = breaker(after: Array(repeating: true, count: 20))
        for _ in 0..<3 {
            #expect(breaker.admit(at: 20 * second) == .probe)
            breaker.ended(.probe, failed: false, at: 20 * second)
        }
        #expect(!breaker.isOpen)
        #expect(breaker.admit(at: 20 * second) == .allowed)
    }

    @Test func aBadProbeOpensItForTwiceAsLongUpToFiveMinutes() {
        var breaker = breaker(after: Array(repeating: true, count: 20))
        var now = CircuitBreaker.firstPause
        for pause in [20, 40, 80, 160, 300, 300].map({ $0 * second }) {
            #expect(breaker.admit(at: now) == .probe)
            breaker.ended(.probe, failed: true, at: now)
            #expect(breaker.admit(at: now + pause - 1) == .refused)
            now += pause
        }
    }

    @Test func anAbandonedProbeLetsTheNextOneTry() {
        var breaker = breaker(after: Array(repeating: true, count: 20))
        #expect(breaker.admit(at: 20 * second) == .probe)
        breaker.abandoned(.probe)
        #expect(breaker.admit(at: 20 * second) == .probe)
    }

    @Test func callsSentBeforeItOpenedSayNothingLater() {
        var breaker = breaker(after: Array(repeating: true, count: 20))
        #expect(breaker.admit(at: 20 * second) == .probe)
        breaker.ended(.allowed, failed: true, at: 20 * second)
        breaker.ended(.allowed, failed: false, at: 20 * second)
        breaker.ended(.probe, failed: false, at: 20 * second)
        #expect(breaker.admit(at: 20 * second) == .probe)
    }
}

@Suite struct CandidateBudgetTests {
    private let price = CandidatePrice.tokens(TokenPrice(input: 1, output: 4, cachedInput: 0.5))

    private func budget(dollarsPerDay: Double? = nil, callsPerMinute: Int? = nil) -> CandidateBudget {
        CandidateBudget(limits: CandidateLimits(dollarsPerDay: dollarsPerDay, callsPerMinute: callsPerMinute), price: price)
    }

    @Test func costsCountCachedInputApart() {
        let usage = TokenUsage(input: 1_000_000, output: 500_000, cachedInput: 400_000)
        #expect(abs(budget().cost(of: usage) - (0.6 + 0.2 + 2)) < 1e-12)
    }

    @Test func rentedMachinesCostNothingAToken() {
        let budget = CandidateBudget(
            limits: CandidateLimits(dollarsPerDay: 1), price: .dedicated(DedicatedPrice(hourly: 4, tokensPerDay: 1000)))
        #expect(budget.cost(of: TokenUsage(input: 1_000_000, output: 1_000_000)) == 0)
    }

    @Test func aSpentDayRefusesUntilTheNext() {
        var budget = budget(dollarsPerDay: 1)
        guard case .allowed(let reserved) = budget.begin(estimatedInputTokens: 100_000, at: 0, day: 5) else {
            Issue.record("refused at the start")
            return
        }
        budget.ended(reserved: reserved, usage: TokenUsage(input: 100_000, output: 230_000), day: 5)
        #expect(budget.begin(estimatedInputTokens: 10, at: 0, day: 5) == .refused(.shedDailyBudget))
        #expect(budget.begin(estimatedInputTokens: 10, at: 0, day: 6) == .allowed(reserved: 0.000_01))
        #expect(budget.spent == 0)
    }

    @Test func callsInFlightCannotOverrunTheDayTogether() {
        var budget = budget(dollarsPerDay: 0.25)
        let admissions = (0..<4).map { _ in budget.begin(estimatedInputTokens: 100_000, at: 0, day: 1) }
        #expect(admissions == [.allowed(reserved: 0.1), .allowed(reserved: 0.1), .refused(.shedDailyBudget), .refused(.shedDailyBudget)])
        budget.abandoned(reserved: 0.1)
        #expect(budget.begin(estimatedInputTokens: 100_000, at: 0, day: 1) == .allowed(reserved: 0.1))
    }

    @Test func callsAMinuteStartAnewWithTheMinute() {
        var budget = budget(callsPerMinute: 2)
        let moments: [UInt64] = [0, 1, 2, 59, 60, 61, 62]
        let admitted = moments.map { budget.begin(estimatedInputTokens: 0, at: $0 * second, day: 1) == .allowed(reserved: 0) }
        #expect(admitted == [true, true, false, false, true, true, false])
    }

    @Test func changedLimitsKeepWhatWasSpent() {
        var budget = budget(dollarsPerDay: 10)
        budget.ended(reserved: 0, usage: TokenUsage(input: 0, output: 1_000_000), day: 1)
        budget.update(limits: CandidateLimits(dollarsPerDay: 3), price: price)
        #expect(budget.begin(estimatedInputTokens: 1, at: 0, day: 1) == .refused(.shedDailyBudget))
    }
}

@Suite struct WaitingLineTests {
    @Test func placesThenSeatsThenTheDoor() {
        var line = WaitingLine<Int>(places: 2, capacity: 2, patience: 100)
        #expect((1...5).map { line.arrive($0, at: 0) } == [.begins, .begins, .waits, .waits, .turnedAway])
        #expect(line.next(at: 1)?.element == nil)
        line.leave()
        #expect(line.next(at: 7).map { [UInt64($0.element), $0.waited] } == [3, 7])
        #expect(line.arrive(6, at: 8) == .waits)
        line.leave()
        #expect(line.next(at: 9)?.element == 4)
    }

    @Test func nobodyOvertakes() {
        var line = WaitingLine<Int>(places: 1, capacity: 5, patience: 100)
        _ = line.arrive(1, at: 0)
        _ = line.arrive(2, at: 0)
        line.leave()
        #expect(line.arrive(3, at: 0) == .waits)
        #expect(line.next(at: 0)?.element == 2)
    }

    @Test func patienceEnds() {
        var line = WaitingLine<Int>(places: 1, capacity: 5, patience: 100)
        for (index, moment) in [0, 10, 20, 30].enumerated() { _ = line.arrive(index, at: UInt64(moment)) }
        #expect(line.takeExpired(at: 109).isEmpty)
        #expect(line.takeExpired(at: 120) == [1, 2])
        #expect(line.waiting == 1)
        #expect(line.takeExpired(at: 130) == [3])
        #expect(line.waiting == 0)
    }

    @Test func aLongLineKeepsItsOrder() {
        var line = WaitingLine<Int>(places: 1, capacity: 1000, patience: .max)
        var expected = 0
        _ = line.arrive(-1, at: 0)
        for index in 0..<500 { _ = line.arrive(index, at: 0) }
        for round in 0..<1500 {
            line.leave()
            let next = line.next(at: 0)?.element
            #expect(next == expected)
            expected += 1
            _ = line.arrive(500 + round, at: 0)
        }
    }

    @Test func noSeatsShedAtOnce() {
        var line = WaitingLine<Int>(places: 1, capacity: 0, patience: 1)
        #expect([line.arrive(1, at: 0), line.arrive(2, at: 0)] == [.begins, .turnedAway])
    }
}

@Suite struct CandidateCageTests {
    private func cage(_ limits: CandidateLimits) throws -> CandidateCage<Int> {
        CandidateCage(
            CandidateSettings(
                name: "c", url: try UpstreamURL("http://c"), model: "m", price: .tokens(TokenPrice(input: 1, output: 1)), limits: limits))
    }

    private func permit(_ decision: CandidateCage<Int>.Decision) -> CandidateCage<Int>.Permit? {
        if case .send(let permit) = decision { permit } else { nil }
    }

    @Test func whatTheBudgetRefusesGivesItsPlaceBack() throws {
        var cage = try cage(CandidateLimits(concurrency: 1, queue: 1, callsPerMinute: 1))
        let first = try #require(permit(cage.arrive(1, inputTokens: 0, at: 0, day: 1)))
        guard case .wait = cage.arrive(2, inputTokens: 0, at: 0, day: 1) else {
            Issue.record("the second should wait")
            return
        }
        cage.ended(first, failed: false, usage: TokenUsage(), at: 1, day: 1)
        let turn = try #require(cage.next(at: 5, day: 1) { _ in 0 })
        #expect(turn.ticket == 2 && turn.waited == 5)
        guard case .shed(.shedCallsPerMinute) = turn.decision else {
            Issue.record("the minute is used up")
            return
        }
        #expect(cage.inFlight == 0)
        #expect(permit(cage.arrive(3, inputTokens: 0, at: CandidateBudget.minute + 5, day: 1)) != nil)
    }

    @Test func anOpenCircuitShedsThoseInLineToo() throws {
        var cage = try cage(CandidateLimits(concurrency: 1, queue: 5))
        var last = try #require(permit(cage.arrive(0, inputTokens: 0, at: 0, day: 1)))
        for _ in 0..<19 {
            cage.ended(last, failed: true, usage: TokenUsage(), at: 0, day: 1)
            last = try #require(permit(cage.arrive(0, inputTokens: 0, at: 0, day: 1)))
        }
        _ = cage.arrive(7, inputTokens: 0, at: 0, day: 1)
        cage.ended(last, failed: true, usage: TokenUsage(), at: 0, day: 1)
        #expect(cage.isOpen)
        guard case .shed(.shedCircuitOpen) = try #require(cage.next(at: 0, day: 1) { _ in 0 }).decision else {
            Issue.record("should be shed")
            return
        }
        #expect(cage.inFlight == 0 && cage.waiting == 0)
    }
}
