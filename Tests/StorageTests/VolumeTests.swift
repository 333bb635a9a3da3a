import Configuration
import Postgres
import Storage
import Testing
import Traffic

/// Calls by the calendar, and the month reckoned from them.
@Suite struct `The volume by the calendar` {
    private let store: StoreFixture
    private let trial: StoredTrial

    init() throws {
        store = try StoreFixture()
        // Monday the 16th.
        trial = try store.registry.enable(try labelSettings { $0.trial.timezone = "Europe/Berlin" }, at: Moments.monday).trial
    }

    private func count(_ stage: String, _ calls: Int, at moment: String, segment: String = "") throws {
        try store.connection.execute(
            """
            INSERT INTO understudy_store.coverage_count (workload, trial, period_start, stage, reason, segment, calls)
            VALUES ($1, $2, $3::timestamptz, $4, '', $5, $6)
            """,
            [
                .text(trial.workload), .uuid(trial.id.high, trial.id.low), .text(moment), .text(stage), .text(segment), .int(Int64(calls)),
            ])
    }

    @Test func `whole days are counted by weekday and hour of the trial's time zone, and days without a call too`() throws {
        try count("calls", 500, at: "2026-11-16T09:00:00Z")
        try count("calls", 60, at: "2026-11-17T08:00:00Z")
        try count("calls", 40, at: "2026-11-17T08:00:00Z", segment: "mail")
        try count("sampled", 30, at: "2026-11-17T08:00:00Z")
        // Half past midnight of the 18th in Berlin.
        try count("calls", 7, at: "2026-11-17T23:30:00Z")
        try count("calls", 200, at: "2026-11-20T08:01:00Z")
        try count("calls", 900, at: "2026-11-21T08:01:00Z")
        let volume = try ReportQueries(store.connection).volume(trial: trial.id, before: "2026-11-21")
        #expect(volume.calls == 1707 && volume.sampled == 30)
        #expect(volume.busiestMinuteCalls == 900 && volume.busiestMinuteSampled == 30)
        // Tuesday to Friday: the first day and the one that has not ended are not whole.
        #expect(volume.weekdays.map(\.number) == [2, 3, 4, 5])
        #expect(volume.weekdays.map(\.calls) == [100, 7, 0, 200])
        #expect(volume.weekdays.map(\.days) == [1, 1, 1, 1])
        #expect(volume.hours.count == 24)
        #expect(volume.hours.filter { $0.calls > 0 }.map(\.number) == [0, 9])
        #expect(volume.hours[9].calls == 300 && volume.hours[9].days == 4)
    }

    @Test func `before the first whole day there is no calendar`() throws {
        try count("calls", 500, at: "2026-11-16T09:00:00Z")
        let volume = try ReportQueries(store.connection).volume(trial: trial.id, before: "2026-11-17")
        #expect(volume.calls == 500)
        #expect(volume.weekdays.isEmpty && volume.hours.isEmpty)
        let none = try ReportQueries(store.connection).volume(trial: Identifier(high: 1, low: 2), before: "2026-11-17")
        #expect(none.calls == 0)
        #expect(none.weekdays.isEmpty && none.hours.isEmpty)
    }

    @Test func `the view says the same to the analyst`() throws {
        try count("calls", 60, at: "2026-11-17T08:00:00Z")
        try count("calls", 40, at: "2026-11-17T08:01:00Z")
        try count("sampled", 30, at: "2026-11-17T08:01:00Z")
        let rows = try store.analyst().query(
            "SELECT day::text AS day, hour_of_day, weekday, calls, sampled, busiest_minute_calls FROM volume")
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        #expect(try row.text("day") == "2026-11-17")
        #expect(try (row.int("hour_of_day"), row.int("weekday"), row.int("calls")) == (9, 2, 100))
        #expect(try (row.int("sampled"), row.int("busiest_minute_calls")) == (30, 60))
    }
}
