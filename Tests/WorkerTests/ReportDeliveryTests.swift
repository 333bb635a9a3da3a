import Configuration
import Foundation
import Postgres
import Report
import Storage
import Synchronization
import Telemetry
import TestSupport
import Testing
import Traffic
import Verdict

@testable import Worker

/// Reports go out by themselves: once a week and when a verdict changes, to each outlet once, whatever fails on the way.
@Suite struct ReportDeliveryTests {
    private let store: TrialFixture
    private let folder: TemporaryFolder
    private let posts = Posts()
    /// Monday 23 November, 07:00 in Berlin.
    private static let due = Timestamp("2026-11-23T06:00:00Z")!

    init() throws {
        store = try TrialFixture()
        folder = try TemporaryFolder()
    }

    /// A webhook that answers as a test says, and keeps what it was sent.
    private final class Posts: Sendable {
        let texts = Mutex<[String]>([])
        let answers = Mutex<[PostOutcome]>([])

        func post(_ text: String) -> PostOutcome {
            texts.withLock { $0.append(text) }
            return answers.withLock { $0.isEmpty ? .accepted : $0.removeFirst() }
        }

        var count: Int { texts.withLock { $0.count } }
    }

    private func carrier(
        _ connection: PostgresConnection? = nil, folder: Bool = true, webhook: Bool = true, post: (@Sendable (String) -> PostOutcome)? = nil
    ) -> ReportCarrier {
        let posts = posts
        return ReportCarrier(
            connection ?? store.connection,
            ReportOutlets(folder: folder ? self.folder.path : nil, post: webhook ? post ?? { posts.post($0) } : nil),
            log: Log(level: .error, clock: { 0 }) { _ in true }, metrics: store.metrics)
    }

    private func files(_ workload: String = "support-intents") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(workload)")) ?? []).sorted()
    }

    private func content(_ name: String, of workload: String = "support-intents") throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(workload)/\(name)", encoding: .utf8)
    }

    private func states() throws -> [String] {
        try store.connection.query(
            "SELECT outlet || ' ' || kind || ' ' || state || ' ' || attempts AS row FROM understudy_store.delivery ORDER BY id"
        ).map { try $0.text("row") }
    }

    private func counted(_ outlet: String, _ result: String) -> Bool {
        store.metrics.prometheusText().contains("understudy_report_deliveries_total{outlet=\"\(outlet)\",result=\"\(result)\"} 1")
    }

    /// A trial with a week behind it.
    @discardableResult
    private func week(_ change: (inout WorkloadSettings) -> Void = { _ in }) throws -> StoredTrial {
        let trial = try store.enable(try TrialFixture.settings(change: change))
        try store.ship(trial, 30, from: TrialFixture.day(1))
        try store.ship(trial, 30, from: TrialFixture.day(5))
        return trial
    }

    // MARK: When

    @Test func aWeekIsReportedOnMondayAtSevenAndOnce() throws {
        try week()
        try carrier().work(at: Self.due.adding(seconds: -1))
        #expect(try states().isEmpty)
        try carrier().work(at: Self.due)
        try carrier().work(at: Self.due.adding(seconds: 60))
        try carrier().work(at: Self.due.adding(seconds: 86_400))
        #expect(try states() == ["folder week done 1", "webhook week done 1"])
        let name = "2026-11-23-week-2026-W47"
        #expect(files() == ["\(name).html", "\(name).json", "\(name).txt"])
        let report = try store.maker.earlierReport(workload: "support-intents", .weekBefore(monday: "2026-11-23"))
        for (ending, format) in [("html", ReportFormat.html), ("json", .json), ("txt", .text)] {
            #expect(try content("\(name).\(ending)") == report.rendered(as: format))
        }
        #expect(posts.count == 1)
        let text = posts.texts.withLock { $0[0] }
        #expect(text.hasPrefix("Weekly report, 2026-W47.\nsupport-intents · phi-4 instead of gpt-5 · Mon 23 Nov, day 2"))
        #expect(text.contains("\nNOT YET: ") && text.hasSuffix("\nAll of it: understudy report support-intents --week 2026-W47"))
        #expect(counted("webhook", "done") && counted("folder", "done"))
        // The next week comes seven days later.
        try carrier().work(at: Self.due.adding(seconds: 7 * 86_400))
        #expect(posts.count == 2 && files().count == 6)
    }

    @Test func aDayThatEndsWithAnotherVerdictIsReported() throws {
        // A candidate that costs twice as much: DON'T SWITCH from day 3 on.
        let trial = try store.enable(try TrialFixture.settings { $0.candidate.price = .tokens(TokenPrice(input: 10, output: 50)) })
        for day in 0..<4 {
            try store.ship(trial, 20, from: TrialFixture.day(Double(day)))
            _ = try takeLook(store.connection, trial: trial.id, at: TrialFixture.day(Double(day) + 0.7), dayEnd: true)
            try carrier().work(at: TrialFixture.day(Double(day) + 0.8))
        }
        #expect(try states() == ["folder verdict done 1", "webhook verdict done 1"])
        let look = try #require(try store.value("SELECT occasion FROM understudy_store.delivery LIMIT 1"))
        // The third day's look, taken on the morning of Thursday in Berlin.
        let name = "2026-11-19-verdict-stay-look-\(look)"
        #expect(files() == ["\(name).html", "\(name).json", "\(name).txt"])
        #expect(try content("\(name).txt").contains("DON'T SWITCH: "))
        let text = posts.texts.withLock { $0.joined() }
        #expect(text.hasPrefix("The verdict changed: NOT YET → DON'T SWITCH.\n"))
        let again = try #require(text.split(separator: " ").last.map(String.init).flatMap { Timestamp($0) })
        #expect(
            try store.maker.earlierReport(workload: trial.workload, .at(again)).rendered(as: .text) == content("\(name).txt"))
    }

    @Test func recordedPairsAndTrialsOfAnotherWeekAreNotReported() throws {
        let late = try store.enable(try TrialFixture.settings(), at: Timestamp("2026-11-22T23:30:00Z")!)
        try store.ship(late, 10, from: Timestamp("2026-11-22T23:40:00Z")!)
        let line =
            #"{"id":"1","called_at":"2026-11-17T08:00:00Z","request":{"messages":[]},"production":{"output":"lost_card"},"candidate":{"output":"lost_card"}}"#
        _ = try RecordedPairs(store.connection).store(
            lines: Array(line.utf8), name: "p.jsonl", settings: try TrialFixture.settings(workload: "recorded"), at: TrialFixture.day(1))
        let before = try store.enable(try TrialFixture.settings(workload: "before"), at: TrialFixture.day(-20))
        _ = try Registry(store.connection).disable(workload: before.workload, candidate: nil, at: TrialFixture.day(-10))
        try carrier().work(at: Self.due)
        #expect(try states().isEmpty)
    }

    @Test func aWorkerThatWasAwayReportsWhatItFinds() throws {
        try week()
        // Wednesday; no day of the week was ever looked at.
        let late = Self.due.adding(seconds: 2 * 86_400)
        try carrier().work(at: late)
        try carrier().work(at: late.adding(seconds: 5))
        #expect(posts.count == 1 && files().count == 3)
        #expect(try store.value("SELECT count(*) FROM understudy_store.look") == "1")
        let text = try content("2026-11-23-week-2026-W47.txt")
        #expect(text.contains("Wed 25 Nov"))
        let again = try store.maker.earlierReport(workload: "support-intents", .weekBefore(monday: "2026-11-23"))
        #expect(again.rendered(as: .text) == text)
    }

    @Test func aMondayWithoutALookIsClosedByTheReport() throws {
        let trial = try week()
        try carrier().work(at: Self.due)
        #expect(try store.value("SELECT string_agg(day::text || day_end::text, ',') FROM understudy_store.look") == "2026-11-23true")
        #expect(try Looks(store.connection).due(at: Self.due.adding(seconds: 60)) == [])
        #expect(try store.maker.report(workload: trial.workload, at: Self.due.adding(seconds: 60)).leading.look.day == 2)
    }

    @Test func severalCandidatesMakeOneReport() throws {
        for name in ["phi-4", "mistral"] {
            let trial = try store.enable(try TrialFixture.settings(candidate: name) { $0.trial.candidates = 2 })
            try store.ship(trial, 20, from: TrialFixture.day(2))
        }
        try carrier().work(at: Self.due)
        #expect(posts.count == 1)
        #expect(posts.texts.withLock { $0[0] }.contains("2 candidates instead of gpt-5"))
        #expect(posts.texts.withLock { $0[0] }.contains("Ranked first of 2"))
    }

    // MARK: Refused, unknown, dead

    @Test func aRefusedMessageIsSentAgainLaterAndLaterAcrossRestarts() throws {
        try week()
        posts.answers.withLock { $0 = Array(repeating: .refused("the webhook answered HTTP 500"), count: 3) }
        var moments: [Double] = []
        for minute in 0..<20 {
            let before = posts.count
            // A carrier of its own each time: nothing is kept in memory.
            try carrier(try PostgresConnection(url: store.url, applicationName: "tests")).work(
                at: Self.due.adding(seconds: Double(minute) * 60))
            if posts.count > before { moments.append(Double(minute)) }
        }
        #expect(moments == [0, 1, 3, 7])
        #expect(try states() == ["folder week done 1", "webhook week done 4"])
        let texts = posts.texts.withLock { $0 }
        #expect(Set(texts).count == 1, "every attempt says the same")
        #expect(counted("webhook", "done"))
    }

    @Test func attemptsAreBoundedAndTheFailureIsTold() throws {
        try week()
        posts.answers.withLock { $0 = Array(repeating: .refused("the webhook answered HTTP 404"), count: 100) }
        let deliveries = Deliveries(store.connection)
        try carrier().work(at: Self.due)
        let first = try #require(try deliveries.troubles(workload: "support-intents", at: Self.due).first)
        #expect(first.state == .waiting && first.note == "the webhook answered HTTP 404" && first.dueAt == Self.due.adding(seconds: 60))
        var moment = Self.due
        for _ in 0..<400 {
            moment = moment.adding(seconds: 600)
            try carrier().work(at: moment)
        }
        #expect(posts.count == Deliveries.maximumAttempts)
        let last = try #require(try deliveries.troubles(workload: "support-intents", at: moment).first)
        #expect(last.state == .failed && last.attempts == Deliveries.maximumAttempts)
        #expect(counted("webhook", "failed"))
        #expect(try deliveries.troubles(workload: "support-intents", at: moment.adding(seconds: 15 * 86_400)).isEmpty)
    }

    @Test func whatMayHaveArrivedIsNotSentAgain() throws {
        try week()
        posts.answers.withLock { $0 = [.unknown("the webhook did not answer in time")] }
        for hour in 0..<100 { try carrier().work(at: Self.due.adding(seconds: Double(hour) * 3600)) }
        #expect(posts.count == 1)
        #expect(try states() == ["folder week done 1", "webhook week unknown 1"])
        let trouble = try Deliveries(store.connection).troubles(workload: "support-intents", at: Self.due.adding(seconds: 3600))
        #expect(trouble.map(\.state) == [.unknown])
    }

    /// A report on its way to both outlets, and nobody at work.
    private func announced() throws -> Deliveries {
        try week()
        _ = try store.maker.report(workload: "support-intents", at: Self.due)
        let looks = try store.maker.earlierLooks(workload: "support-intents", .at(Self.due)).map(\.number)
        let deliveries = Deliveries(store.connection)
        try deliveries.announce(
            workload: "support-intents", .week("2026-W47"), looks: looks, day: "2026-11-23", to: [.folder, .webhook], at: Self.due)
        return deliveries
    }

    @Test func aWorkerThatDiesWhileItPostsLeavesItUnknown() throws {
        let deliveries = try announced()
        // Workers that claim and are never heard of again.
        #expect(try deliveries.claim(for: [.folder], at: Self.due)?.outlet == .folder)
        #expect(try deliveries.claim(for: [.webhook], at: Self.due)?.outlet == .webhook)
        // While both may be alive nobody takes over.
        try carrier().work(at: Self.due.adding(seconds: 60))
        #expect(posts.count == 0 && files().isEmpty)
        try carrier().work(at: Self.due.adding(seconds: 180))
        #expect(posts.count == 0 && files().count == 3)
        #expect(try states() == ["folder week done 2", "webhook week unknown 1"])
    }

    @Test func aLateEndOfASlowAttemptStillCounts() throws {
        let deliveries = try announced()
        let slow = try #require(try deliveries.claim(for: [.webhook], at: Self.due))
        #expect(try deliveries.claim(for: [.webhook], at: Self.due.adding(seconds: 300)) == nil)
        #expect(try states() == ["folder week waiting 0", "webhook week unknown 1"])
        try deliveries.finish(slow, .done, at: Self.due.adding(seconds: 301))
        #expect(try states() == ["folder week waiting 0", "webhook week done 1"])
        #expect(try deliveries.troubles(workload: "support-intents", at: Self.due.adding(seconds: 3600)).map(\.state) == [.waiting])
    }

    // MARK: Many

    @Test(.timeLimit(.minutes(2))) func manyWorkersPostEachReportOnce() async throws {
        let workloads = (0..<6).map { "workload-\($0)" }
        for workload in workloads {
            let trial = try store.enable(try TrialFixture.settings(workload: workload))
            try store.ship(trial, 6, from: TrialFixture.day(1))
        }
        let seen = Mutex<[String: Int]>([:])
        let started = Mutex(0)
        let threads = try (0..<4).map { _ in
            let carrier = carrier(
                try PostgresConnection(url: store.url, applicationName: "tests"),
                post: { text in
                    let name = String(text.split(separator: "\n")[1].prefix(10))
                    seen.withLock { $0[name, default: 0] += 1 }
                    usleep(30_000)
                    return .accepted
                })
            let box = CarrierBox(carrier)
            return BackgroundWork {
                started.withLock { $0 += 1 }
                while started.withLock({ $0 }) < 4 { usleep(100) }
                for round in 0..<5 { try box.carrier.work(at: Self.due.adding(seconds: Double(round))) }
            }
        }
        for thread in threads { try await thread.value() }
        #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: workloads.map { ($0, 1) }))
        for workload in workloads { #expect(files(workload).count == 3) }
        #expect(Set(try states()) == ["folder week done 1", "webhook week done 1"])
    }

    /// A connection is used by one thread at a time.
    private struct CarrierBox: @unchecked Sendable {
        // @unchecked: handed to one thread and used there only.
        let carrier: ReportCarrier
        init(_ carrier: ReportCarrier) { self.carrier = carrier }
    }

    @Test func eachOutletIsServedByWhoeverHasIt() throws {
        try week()
        try carrier(folder: true, webhook: false).work(at: Self.due)
        #expect(posts.count == 0 && files().count == 3)
        try carrier(folder: false, webhook: true).work(at: Self.due.adding(seconds: 600))
        #expect(posts.count == 1)
        #expect(try states() == ["folder week done 1", "webhook week done 1"])
        #expect(try store.value("SELECT count(DISTINCT looks) FROM understudy_store.delivery") == "1")
    }

    // MARK: Content

    @Test func filesLoseWhatPairsSaidWhenThePairsGo() throws {
        try week()
        try carrier().work(at: Self.due)
        let name = "2026-11-23-week-2026-W47.html"
        let before = try content(name)
        #expect(before.contains("Where is my card?"))
        _ = try Registry(store.connection).disable(workload: "support-intents", candidate: nil, at: Self.due.adding(seconds: 60))
        _ = try Retention(store.connection).prune(at: TrialFixture.day(60))
        #expect(try content(name) == before)
        try carrier().work(at: TrialFixture.day(60))
        let after = try content(name)
        #expect(!after.contains("Where is my card?") && after.contains("not kept any more"))
        #expect(posts.count == 1)
        #expect(files().count == 3)
    }

    @Test func aFolderThatCannotBeWrittenIsTriedAgain() throws {
        try week()
        // A file stands where the workload's folder should be.
        _ = FileManager.default.createFile(atPath: "\(folder.path)/support-intents", contents: nil)
        try carrier().work(at: Self.due)
        #expect(try states() == ["folder week waiting 1", "webhook week done 1"])
        #expect(try Deliveries(store.connection).troubles(workload: "support-intents", at: Self.due)[0].note?.isEmpty == false)
        try FileManager.default.removeItem(atPath: "\(folder.path)/support-intents")
        try carrier().work(at: Self.due.adding(seconds: 60))
        #expect(files().count == 3)
        #expect(try states() == ["folder week done 2", "webhook week done 1"])
    }

    @Test func namesInAMessageCallNobody() throws {
        let trial = try store.enable(try TrialFixture.settings(candidate: "<!channel> & <https://x.test|y>"))
        try store.ship(trial, 10, from: TrialFixture.day(1))
        try carrier().work(at: Self.due)
        let text = posts.texts.withLock { $0[0] }
        #expect(text.contains("&lt;!channel&gt; &amp; &lt;https://x.test|y&gt;"))
        #expect(!text.contains("<"))
    }
}
