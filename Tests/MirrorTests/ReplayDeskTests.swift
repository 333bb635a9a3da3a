import Configuration
import Foundation
import ModelAPI
import Records
import TestSupport
import Testing
import Traffic

@testable import Mirror

/// Recorded calls put to models over real sockets.
@Suite struct ReplayDeskTests {
    private struct Outcome {
        var finished: [ReplayDesk.Finished] = []
        var stop: ReplayDesk.Stop?
        var seconds = 0.0
    }

    private static func run(
        _ count: Int, asking: AskedModels = .candidate, limits: CandidateLimits = CandidateLimits(concurrency: 4), perSecond: Double? = nil,
        price: CandidatePrice? = nil, production: RawUpstream.Script? = nil, candidate: @escaping RawUpstream.Script
    ) throws -> (outcome: Outcome, production: RawUpstream, candidate: RawUpstream) {
        let answering = try RawUpstream(production ?? { request, connection in ShadowTests.answer("b", request, connection) })
        let asked = try RawUpstream(candidate)
        defer {
            answering.stop()
            asked.stop()
        }
        var settings = try workloadSettings(
            production: "http://127.0.0.1:\(answering.port)", candidate: "http://127.0.0.1:\(asked.port)/v1", limits: limits)
        settings.candidate.price = price
        let desk = try ReplayDesk(settings, asking: asking, keys: ("small-key", "large-key"), perSecond: perSecond)
        defer { desk.close() }
        let orders = OrderList(count)
        let begin = Date()
        desk.start { orders.next() }
        var outcome = Outcome()
        while true {
            let isOver = desk.isOver
            let finished = desk.takeFinished()
            outcome.finished += finished
            if finished.isEmpty, isOver { break }
            usleep(2_000)
            if Date().timeIntervalSince(begin) > 20 { throw HarnessError("the desk does not end") }
        }
        outcome.stop = desk.stopReason
        outcome.seconds = Date().timeIntervalSince(begin)
        return (outcome, answering, asked)
    }

    @Test func eachModelGetsItsOwnKeyAndBothAreTimed() async throws {
        try await onOwnThread {
            let (outcome, production, candidate) = try Self.run(9, asking: .both) { ShadowTests.answer("a", $0, $1) }
            #expect(outcome.stop == nil)
            #expect(outcome.finished.map(\.number).sorted() == Array(0..<9))
            for one in outcome.finished {
                #expect(one.production?.output == "b" && one.candidate.output == "a")
                #expect((one.production?.durationMs ?? 0) > 0 && (one.candidate.durationMs ?? 0) > 0)
            }
            #expect(production.requests.count == 9 && candidate.requests.count == 9)
            #expect(production.requests[0].header("authorization") == "Bearer large-key")
            #expect(candidate.requests[0].header("authorization") == "Bearer small-key")
            #expect(production.requests[0].header("understudy-leg") == "production")
            #expect(production.requests[0].target == "/v1/chat/completions")
        }
    }

    @Test func theRateHolds() async throws {
        try await onOwnThread {
            let outcome = try Self.run(30, perSecond: 50) { ShadowTests.answer("a", $0, $1) }.outcome
            #expect(outcome.finished.count == 30)
            #expect(outcome.seconds > 0.5)
        }
    }

    @Test func theConcurrencyHolds() async throws {
        let gauge = Gauge()
        try await onOwnThread {
            let outcome = try Self.run(20, limits: CandidateLimits(concurrency: 3)) { request, connection in
                gauge.enter()
                usleep(10_000)
                gauge.leave()
                ShadowTests.answer("a", request, connection)
            }.outcome
            #expect(outcome.finished.count == 20)
        }
        #expect(gauge.most <= 3 && gauge.most >= 2)
    }

    @Test func aModelThatFailsMostlyEndsIt() async throws {
        try await onOwnThread {
            let failing: RawUpstream.Script = { _, connection in connection.answer("{}", status: "503 Unavailable") }
            let candidate = try Self.run(500, candidate: failing).outcome
            #expect(candidate.stop == .failing(.candidate, .serverError))
            #expect(candidate.finished.count < 40)
            let production = try Self.run(500, asking: .both, production: failing) { ShadowTests.answer("a", $0, $1) }.outcome
            #expect(production.stop == .failing(.production, .serverError))
            #expect(production.finished.count < 40)
        }
    }

    @Test func theDaysMoneyEndsIt() async throws {
        try await onOwnThread {
            let limits = CandidateLimits(concurrency: 1, dollarsPerDay: 0.001)
            // 5 tokens read and 2 written a call, 0.0001 USD each.
            let price = CandidatePrice.tokens(TokenPrice(input: 100, output: 100))
            let outcome = try Self.run(500, limits: limits, price: price) { ShadowTests.answer("a", $0, $1) }.outcome
            #expect(outcome.stop == .dailyBudget)
            #expect((1...2).contains(outcome.finished.count))
        }
    }
}

/// Orders by number, given out once.
private final class OrderList: @unchecked Sendable {
    // @unchecked: used on the desk's thread only.
    private let count: Int
    private var given = 0

    init(_ count: Int) { self.count = count }

    func next() -> ReplayDesk.Order? {
        guard given < count else { return nil }
        defer { given += 1 }
        guard let request = try? ChatRequest(body: Array(chatRequest("call \(given)").utf8)) else { return nil }
        return ReplayDesk.Order(number: given, request: request)
    }
}

/// How many are inside at once.
private final class Gauge: @unchecked Sendable {
    // @unchecked: everything is behind the lock.
    private let lock = NSLock()
    private var inside = 0
    private(set) var most = 0

    func enter() {
        lock.withLock {
            inside += 1
            most = max(most, inside)
        }
    }

    func leave() { lock.withLock { inside -= 1 } }
}
