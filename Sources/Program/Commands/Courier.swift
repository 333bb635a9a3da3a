internal import Configuration
internal import EmbeddedPostgres
internal import EventLoop
internal import Glibc
internal import Postgres
internal import Processes
internal import Spool
internal import Storage
internal import Telemetry
internal import Traffic

extension Command {
    /// Between the mirror's local files and the database; the mirror itself never talks to it.
    static let courier = Command(
        "courier", summary: "Ships the spool to the database and keeps the mirror's settings file up to date (mirror and up start it)",
        options: [.dataFolder], listed: false
    ) { arguments in
        _ = try arguments.operands()
        holdEndSignals()
        CourierRun(folder: roleFolder(arguments)) { try roleDatabase(arguments) }.run()
    }
}

/// One run of the courier: a loop that ships, follows the settings and gives a heartbeat, and connects again for ever.
private final class CourierRun {
    private let folder: DataFolder
    /// The database's URL; throws while none is there, e.g. before `up` has started its own.
    private let database: () throws -> String
    private let log = Log()
    private var lastComplaint = ""
    private let process = Identifier(at: now())
    private let startedAt = now()
    private var written: MirrorSettings?
    private var isReady = false
    private var ending = false
    private var nextSettings = Timestamp(microseconds: 0)
    private var nextBeat = Timestamp(microseconds: 0)
    private var nextShipment = Timestamp(microseconds: 0)
    /// Skipped since the start.
    private var damagedBytes = 0
    private var positions: [Identifier: SpoolPosition] = [:]
    /// Seconds that an ending courier still tries to reach a database that is away: the spool keeps what is left.
    private static let lastEffort = 5.0
    /// Seconds from one shipment to the next for each record in it, up to `longestGathering`: a transaction costs the database about as
    /// much for one pair as for a hundred, and where it shares the mirror's machine, the calls that come meanwhile wait for it. A pair
    /// that comes alone is shipped at once.
    private static let gatheringPerRecord = 0.01
    private static let longestGathering = 1.0
    /// Seconds after which a long backlog is left for a moment, so that neither settings nor heartbeat wait until all of it is shipped.
    private static let stretch = 1.0
    /// The share of the courier's time that heartbeats may take: each counts the whole backlog.
    private static let beatShare = 0.1

    init(folder: DataFolder, database: @escaping () throws -> String) {
        self.folder = folder
        self.database = database
    }

    func run() {
        var giveUp: Timestamp?
        while true {
            do {
                let url = try database()
                let connection = try PostgresConnection(url: url, applicationName: "understudy courier")
                try bringUpToDate(url)
                try connection.listen(Registry.channel)
                lastComplaint = ""
                while try work(connection) {}
                return
            } catch {
                complain("\(error)")
                // The mirror starts from the settings file of the last time: it must not wait for a database.
                announceReady()
                ending = ending || endSignalArrives(within: 1)
                giveUp = giveUp ?? (ending ? now().adding(seconds: Self.lastEffort) : nil)
                if let giveUp, now() > giveUp { return }
            }
        }
    }

    /// Says each trouble once, not with every attempt.
    private func complain(_ trouble: String) {
        guard trouble != lastComplaint else { return }
        lastComplaint = trouble
        log.warning("courier", "the database cannot be used now: \(trouble); the spool keeps what comes")
    }

    /// One round. False when an end was asked for and everything is shipped.
    private func work(_ connection: PostgresConnection) throws -> Bool {
        let moment = now()
        if moment >= nextSettings {
            nextSettings = moment.adding(seconds: 1)
            try follow(connection)
            announceReady()
        }
        ending = ending || endSignalArrives(within: 0)
        let (shipped, isBehind) = ending || moment >= nextShipment ? try ship(connection) : (0, false)
        if shipped > 0, !isBehind {
            nextShipment = now().adding(seconds: min(Double(shipped) * Self.gatheringPerRecord, Self.longestGathering))
        }
        if moment >= nextBeat {
            let spent = try ContinuousClock().measure { try beat(connection) }
            nextBeat = now().adding(seconds: max(1, spent / .seconds(1) / Self.beatShare))
        }
        if ending {
            if shipped > 0 || isBehind { return true }
            try beat(connection)
            return false
        }
        if try connection.waitForNotification(timeoutMilliseconds: isBehind ? 0 : 100) != nil {
            nextSettings = Timestamp(microseconds: 0)
        }
        return true
    }

    private func follow(_ connection: PostgresConnection) throws {
        let settings = try Registry(connection).mirrorSettings()
        // A file that somebody removed or damaged must be whole again before the mirror next starts from it.
        guard settings != written || (try? MirrorSettings.read(from: folder.settingsFile)) == nil else { return }
        do {
            try settings.write(to: folder.settingsFile)
            written = settings
            log.info("courier", "settings written: \(settings.routes.count) routes, \(settings.trials.count) running trials")
        } catch {
            log.error("courier", "\(error)")
        }
    }

    private func announceReady() {
        guard !isReady else { return }
        isReady = true
        announce("ready courier=running")
    }

    /// Ships what every spool holds, a stretch of it where that is much; says how many records that were, and whether more wait already.
    private func ship(_ connection: PostgresConnection) throws -> (records: Int, isBehind: Bool) {
        var shipped = 0
        let end = now().adding(seconds: Self.stretch)
        let shipper = Shipper(connection)
        for spool in try SpoolFolder.all(in: folder.spool) {
            let reader = SpoolReader(spool)
            let ahead = SpoolReadAhead(reader)
            var position = try positions[spool.id] ?? shipper.position(ofSpool: spool.id)
            var isFull = true
            while isFull, now() < end {
                let batch = try ahead.read(from: position)
                if batch.damagedBytes > 0 {
                    damagedBytes += batch.damagedBytes
                    log.error("courier", "\(batch.damagedBytes) damaged bytes in the spool were skipped", ["spool": "\(spool.id)"])
                }
                if batch.isIdle(from: position) { break }
                let result = try shipper.ship(batch, spool: spool.id, from: position)
                isFull = batch.isFull(from: position)
                // Another courier of this folder stored it before: go on from where the database says it is.
                position = result.stored ? batch.next : try shipper.position(ofSpool: spool.id)
                if result.setAside > 0 { log.error("courier", "\(result.setAside) records were refused by the database and set aside") }
                shipped += max(batch.entries.count, 1)  // a stretch may hold damage alone
            }
            positions[spool.id] = position
            try spool.remove(segmentsBefore: position.segment)
            if now() >= end { return (shipped, true) }
            if try reader.isDrained(at: position) {
                try spool.remove()
                positions[spool.id] = nil
            }
        }
        return (shipped, false)
    }

    /// What `status` says of this courier.
    private var warning: String? {
        guard damagedBytes > 0 else { return nil }
        return
            "\(damagedBytes) bytes of the spool were no whole records and were left out: a mirror was killed while it wrote, or the disk damaged them."
    }

    private func beat(_ connection: PostgresConnection) throws {
        let backlog = try SpoolBacklog(root: folder.spool) { positions[$0] ?? .start }
        try Heartbeats(connection).beat(
            Heartbeat(
                process: process, role: "courier", host: hostName(), processID: Int(getpid()), version: UnderstudyProgram.version,
                startedAt: startedAt, seenAt: now(),
                spooledRecords: backlog.pairs, spooledBytes: backlog.bytes, diskFull: false, warning: warning))
    }
}

/// The wall clock.
func now() -> Timestamp { Timestamp(microseconds: WallClock.microseconds()) }

/// This machine's name.
func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
