import Configuration
import Foundation
import JSON
import Postgres
import Report
import Storage
import Testing
import Traffic

@testable import Worker

/// An old report is printed again word for word, whatever has become of its pairs since.
@Suite struct EarlierReportTests {
    private let store: TrialFixture
    private let trial: StoredTrial

    init() throws {
        store = try TrialFixture()
        trial = try store.enable(try TrialFixture.settings())
    }

    private static func everyForm(_ report: WorkloadReport) -> [String] { ReportFormat.allCases.map { report.rendered(as: $0) } }

    /// What a report at a moment prints in every form.
    private func printed(at moment: Timestamp, candidate: String? = nil) throws -> [String] {
        Self.everyForm(try store.maker.report(workload: trial.workload, candidate: candidate, at: moment))
    }

    private func printed(_ when: ReportMoment, candidate: String? = nil) throws -> [String] {
        Self.everyForm(try store.maker.earlierReport(workload: trial.workload, candidate: candidate, when))
    }

    private func label(_ calls: [Call], _ label: String, at moment: Timestamp) throws {
        let lines = calls.map { call -> JSONValue in ["id": .string(call.id.description), "label": .string(label)] }
        let outcome = try Labels(store.connection).store(
            lines: lines.flatMap { $0.serialised() + [10] }, name: "labels.jsonl", workload: trial.workload, at: moment)
        #expect(outcome.unmatched.isEmpty)
        try store.compare(at: moment)
    }

    @Test func laterPairsLabelsPricesAndTrialsChangeNothing() throws {
        let first = try store.ship(trial, 40, from: TrialFixture.day(0))
        try label(Array(first.prefix(20)), "card_arrival", at: TrialFixture.day(0.5))
        let monday = try printed(at: TrialFixture.day(0.5))
        #expect(monday[0].contains("Fails most") && monday[0].contains("Where is my card?"))

        try label(first, "lost_card", at: TrialFixture.day(1))
        try store.ship(trial, 30, from: TrialFixture.day(1))
        let tuesday = try printed(at: TrialFixture.day(1.5))
        _ = try store.enable(
            try TrialFixture.settings {
                $0.sample.rate = 0.5
                $0.production.price = TokenPrice(input: 50, output: 250)
            }, at: TrialFixture.day(2))
        try store.ship(trial, 30, from: TrialFixture.day(8))
        let next = try printed(at: TrialFixture.day(8.5))
        _ = try store.enable(try TrialFixture.settings { $0.trial.margins.quality = 0.05 }, at: TrialFixture.day(9))
        _ = try printed(at: TrialFixture.day(9.5))

        for (when, then) in [
            (ReportMoment.at(TrialFixture.day(0.5)), monday), (.at(TrialFixture.day(1)), monday), (.day("2026-11-16"), monday),
            (.day("2026-11-17"), tuesday), (.day("2026-11-20"), tuesday), (.day("2026-11-24"), next),
        ] {
            #expect(try printed(when) == then, "\(when)")
        }
        #expect(Set([monday, tuesday, next]).count == 3)
    }

    @Test func whatAJudgeWasTakenForStays() throws {
        let store = try JudgeFixture { $0.reply(right: "card_arrival") }
        let pairs = (0..<12).map { number -> (production: String, candidate: String, label: String?) in
            ("card_arrival", number % 2 == 0 ? "lost_card" : "card_arrival", nil)
        }
        let maker = ReportMaker(try store.connection())
        // Opinions carry the real time.
        func now() -> Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) }
        let workload = try store.take(Array(pairs.prefix(8)), store.settings()).workload
        try store.judge()
        try store.compare()
        let moment = now()
        let then = Self.everyForm(try maker.report(workload: workload, at: moment))
        #expect(then[0].contains("judge-1 gave an opinion on 4 of the 4 pairs"))

        try store.take(pairs, store.settings())
        try store.judge()
        let lines = pairs.indices.map { JSONValue.object([.init("id", .string("p\($0)")), .init("label", "lost_card")]) }
        let outcome = try Labels(try store.connection()).store(
            lines: lines.flatMap { $0.serialised() + [10] }, name: "labels.jsonl", workload: workload, at: now())
        #expect(outcome.unmatched.isEmpty)
        try store.compare()
        let later = Self.everyForm(try maker.report(workload: workload, at: now()))
        #expect(later[0].contains("judge-1 gave an opinion on 6 of the 6 pairs"))
        #expect(Self.everyForm(try maker.earlierReport(workload: workload, .at(moment))) == then)
    }

    @Test func prunedPairsTakeTheirTextsAndNothingElse() throws {
        try store.ship(trial, 40, from: TrialFixture.day(0))
        let then = try printed(at: TrialFixture.day(0.5))
        _ = try Registry(store.connection).disable(workload: trial.workload, candidate: nil, at: TrialFixture.day(1))
        _ = try Retention(store.connection).prune(at: TrialFixture.day(29))
        #expect(try printed(.day("2026-11-16")) == then, "they are kept for 30 days")

        _ = try Retention(store.connection).prune(at: TrialFixture.day(40))
        #expect(try store.value("SELECT count(*) FROM understudy_store.pair") == "0")
        #expect(try store.value("SELECT count(*) FROM understudy_store.comparison") == "0")
        let later = try printed(.day("2026-11-16"))
        for (format, (before, after)) in zip(ReportFormat.allCases, zip(then, later)) where format != .json {
            #expect(after.contains("not kept any more") && !after.contains("Where is my card?"))
            let (kept, gone) = (Self.lines(before), Self.lines(after))
            // What is no example's text stands as it stood.
            let sameLines = gone.filter { !$0.contains("not kept any more") }
            #expect(sameLines.allSatisfy { line in kept.contains(line) }, "\(format)")
        }
        #expect(later.last == then.last)
        #expect(try store.value("SELECT string_agg(report::text, '') LIKE '%Where is my card%' FROM understudy_store.look") == "f")
        // A report of today is that of the last look, since nothing else is left.
        #expect(try printed(at: TrialFixture.day(41)) == later)
    }

    private static func lines(_ text: String) -> [Substring] {
        text.replacing("<", with: "\n<").split(separator: "\n")
    }

    @Test func aDayIsTheTrialsAndEndsWithItsLastReport() throws {
        try store.ship(trial, 20, from: TrialFixture.day(0))
        let before = try printed(at: Timestamp("2026-11-16T22:30:00Z")!)
        try store.ship(trial, 20, from: Timestamp("2026-11-16T22:40:00Z")!)
        // 00:05 on Tuesday in Berlin.
        let after = try printed(at: Timestamp("2026-11-16T23:05:00Z")!)
        #expect(try printed(.day("2026-11-16")) == before)
        #expect(try printed(.day("2026-11-17")) == after)
        #expect(throws: WorkerError.self) { try printed(.day("2026-11-15")) }
        #expect(throws: WorkerError.self) { try store.maker.earlierReport(workload: "other", .day("2026-11-16")) }
    }

    @Test func aWeekIsWhatWasKnownOnceItHadEnded() throws {
        try store.ship(trial, 20, from: TrialFixture.day(5))
        _ = try printed(at: TrialFixture.day(6.5))
        #expect(try printed(.weekBefore(monday: "2026-11-23")) == printed(.day("2026-11-22")))
        // On Monday at 00:03 in Berlin Sunday has ended, and is looked at.
        let closing = Timestamp("2026-11-22T23:03:00Z")!
        _ = try takeLook(store.connection, trial: trial.id, at: closing, dayEnd: true)
        let week = try printed(.weekBefore(monday: "2026-11-23"))
        #expect(try week == printed(.at(closing)))
        try store.ship(trial, 20, from: TrialFixture.day(7))
        _ = try printed(at: TrialFixture.day(7.5))
        #expect(try printed(.weekBefore(monday: "2026-11-23")) == week)
    }

    @Test func severalCandidatesAreRankedAsTheyWereThen() throws {
        let both = try TrialFixture()
        let settings = try ["phi-4", "mistral"].map { try TrialFixture.settings(candidate: $0) { $0.trial.candidates = 2 } }
        let trials = try settings.map { try both.enable($0) }
        for trial in trials { try both.ship(trial, 30, from: TrialFixture.day(0)) }
        func forms(_ report: WorkloadReport) -> [String] { Self.everyForm(report) }
        let workload = trials[0].workload
        let together = forms(try both.maker.report(workload: workload, at: TrialFixture.day(0.5)))
        let alone = forms(try both.maker.report(workload: workload, candidate: "mistral", at: TrialFixture.day(0.5)))
        _ = try Registry(both.connection).disable(workload: workload, candidate: "phi-4", at: TrialFixture.day(1))
        try both.ship(trials[1], 30, from: TrialFixture.day(1))
        let rest = forms(try both.maker.report(workload: workload, at: TrialFixture.day(1.5)))
        #expect(together[0].contains("2 candidates instead of") && !rest[0].contains("2 candidates instead of"))
        #expect(forms(try both.maker.earlierReport(workload: workload, .day("2026-11-16"))) == together)
        #expect(forms(try both.maker.earlierReport(workload: workload, candidate: "mistral", .day("2026-11-16"))) == alone)
        #expect(forms(try both.maker.earlierReport(workload: workload, .day("2026-11-17"))) == rest)
        #expect(forms(try both.maker.earlierReport(trial: trials[1].id, .day("2026-11-16"))) == alone)
    }

    @Test func aTrialThatWasNeverLookedAtHidesNoOlderReport() throws {
        try store.ship(trial, 20, from: TrialFixture.day(0))
        let then = try printed(at: TrialFixture.day(0.2))
        _ = try store.enable(try TrialFixture.settings { $0.trial.margins.quality = 0.05 }, at: TrialFixture.day(0.3))
        #expect(try printed(.day("2026-11-16")) == then)
    }

    @Test func seeingTheSameAgainPrintsTheSame() throws {
        try store.ship(trial, 20, from: TrialFixture.day(0))
        let first = try printed(at: TrialFixture.day(0.2))
        #expect(try printed(at: TrialFixture.day(0.3)) == first)
        #expect(try store.value("SELECT count(*) FROM understudy_store.look") == "1")
        // A corrected label changes no evidence, yet the report: that is another look.
        let calls = try store.ship(trial, 3, from: TrialFixture.day(0.4))
        let second = try printed(at: TrialFixture.day(0.5))
        try label(calls, "card_arrival", at: TrialFixture.day(0.55))
        let third = try printed(at: TrialFixture.day(0.6))
        #expect(second != third && second != first)
        #expect(try printed(.at(TrialFixture.day(0.5))) == second)
        #expect(try printed(.at(TrialFixture.day(0.6))) == third)
    }

    @Test func aLookOfBeforeReportsWereKeptSaysSo() throws {
        try store.ship(trial, 20, from: TrialFixture.day(0))
        let then = try printed(at: TrialFixture.day(0.5))
        try store.connection.script("UPDATE understudy_store.look SET report = NULL")
        let again = try printed(.day("2026-11-16"))
        #expect(again[0].contains("Reports were not kept yet when this look was taken") && again != then)
        #expect(again[0].split(separator: "\n").prefix(2) == then[0].split(separator: "\n").prefix(2))
    }
}
