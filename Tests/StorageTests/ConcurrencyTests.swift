import Foundation
import Postgres
import Spool
import Storage
import Synchronization
import TestSupport
import Testing
import Traffic

/// Several processes on one database, here threads with connections of their own.
@Suite struct ConcurrencyTests {
    /// Runs bodies at once and throws the first error of any.
    private func atOnce(_ bodies: [@Sendable () throws -> Void]) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: bodies.count) { number in
            do { try bodies[number]() } catch { failure.withLock { $0 = $0 ?? error } }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    @Test func databasesOfOneClusterMigrateAtOnceAndShareTheRole() throws {
        let urls = try (0..<3).map { _ in try TemporaryPostgres.freshDatabase() }
        try atOnce(
            (urls + urls).map { url in
                { try Migrator(StoreMigrations.all).run(PostgresConnection(url: url, applicationName: "tests")) }
            })
        for url in urls {
            #expect(try Migrator(StoreMigrations.all).check(PostgresConnection(url: url, applicationName: "tests")).isEmpty)
        }
    }

    @Test func shippersAndWorkersSideBySideLoseAndDoubleNothing() throws {
        let store = try StoreFixture()
        let url = store.url
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        let shippers = 3
        let rounds = 8
        let perRound = 40
        let remaining = Mutex(shippers * rounds * perRound)
        let ship: @Sendable (Int) throws -> Void = { number in
            let shipper = Shipper(try PostgresConnection(url: url, applicationName: "tests"))
            let spool = Identifier(at: Moments.monday)
            for round in 0..<rounds {
                // All shippers write to the same days, whose partitions none has made.
                let sent = (0..<perRound).map { pair in
                    traffic(trial, at: Moments.monday.adding(seconds: Double(round) * Moments.day + Double(number * perRound + pair)))
                }
                do {
                    try shipper.shipAsOneStretch(sent.records, spool: spool, number: UInt64(round))
                } catch {
                    // Nobody is to wait for what will not come.
                    remaining.withLock { $0 = 0 }
                    throw error
                }
            }
        }
        let work: @Sendable () throws -> Void = {
            let queue = ComparisonQueue(try PostgresConnection(url: url, applicationName: "tests"))
            while remaining.withLock({ $0 }) > 0 {
                guard let batch = try queue.claim() else { continue }
                let finding = Finding(agreement: .different, failureMode: .labelMismatch)
                let compared = batch.pairs.map { ComparedPair(pair: $0.pair.id, finding: finding) }
                if try queue.store(batch, compared, comparatorVersion: 1, at: Moments.monday) {
                    remaining.withLock { $0 -= compared.count }
                }
            }
        }
        try atOnce((0..<shippers).map { number in { try ship(number) } } + [work, work])
        let expected = String(shippers * rounds * perRound)
        for table in ["call", "pair", "comparison"] {
            #expect(try store.value("SELECT count(*) FROM understudy_store.\(table)") == expected)
        }
        #expect(try store.value("SELECT sum(pairs) FROM understudy.failure_modes") == expected)
        #expect(try store.value("SELECT sum(paired) FROM understudy.coverage") == expected)
        #expect(
            try store.value("SELECT sum(samples) FROM understudy_store.latency_sketch WHERE leg = 'candidate' AND metric = 'duration_ms'")
                == expected)
        #expect(try store.value("SELECT count(*) FROM understudy_store.set_aside") == "0")
    }
}
