public import Postgres
public import Traffic

/// A sign of life of one process.
public struct Heartbeat: Sendable, Hashable {
    public var process: Identifier
    /// mirror, worker or web.
    public var role: String
    public var host: String
    public var processID: Int
    public var version: String
    public var startedAt: Timestamp
    public var seenAt: Timestamp
    /// Of a mirror: records written and not yet shipped.
    public var spooledRecords: Int
    public var spooledBytes: Int
    public var diskFull: Bool
    /// One sentence about what is wrong, for `status`.
    public var warning: String?

    public init(
        process: Identifier, role: String, host: String, processID: Int, version: String, startedAt: Timestamp, seenAt: Timestamp,
        spooledRecords: Int = 0, spooledBytes: Int = 0, diskFull: Bool = false, warning: String? = nil
    ) {
        self.process = process
        self.role = role
        self.host = host
        self.processID = processID
        self.version = version
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.spooledRecords = spooledRecords
        self.spooledBytes = spooledBytes
        self.diskFull = diskFull
        self.warning = warning
    }
}

/// Who serves, and how far each is.
public struct Heartbeats {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Stores a sign of life over the process's last one.
    public func beat(_ heartbeat: Heartbeat) throws {
        try connection.execute(
            TrafficQueries.saveHeartbeat,
            [
                .id(heartbeat.process), .text(heartbeat.role), .text(StorableText.escaped(heartbeat.host)), .int(heartbeat.processID),
                .text(heartbeat.version), .moment(heartbeat.startedAt), .moment(heartbeat.seenAt), .int(heartbeat.spooledRecords),
                .int(heartbeat.spooledBytes), .bool(heartbeat.diskFull), .text(StorableText.escaped(heartbeat.warning)),
            ])
    }

    /// Those seen since some moment.
    public func all(seenSince moment: Timestamp) throws -> [Heartbeat] {
        try connection.query(TrafficQueries.heartbeats, [.moment(moment)]).map { row in
            Heartbeat(
                process: try row.id("process"), role: try row.text("role"), host: try row.text("host"),
                processID: try row.int("process_id"), version: try row.text("version"), startedAt: try row.moment("started_at"),
                seenAt: try row.moment("seen_at"), spooledRecords: try row.int("spooled_records"),
                spooledBytes: try row.int("spooled_bytes"), diskFull: try row.bool("disk_full"), warning: row.textOrNull("warning"))
        }
    }
}
