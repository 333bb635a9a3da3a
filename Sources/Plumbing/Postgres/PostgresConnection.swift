internal import CLibPQ
import Glibc

/// One connection to PostgreSQL over libpq. All calls block; a connection belongs to the thread that uses it.
///
/// The session speaks UTF-8, shows times in UTC and ISO form, and says its name in `pg_stat_activity`. After an error with the
/// code `connectionLost` the connection is of no more use: open a new one.
///
/// `@safe`: the pointer lives as long as this object and never leaves the module.
@safe
public final class PostgresConnection {
    let pointer: OpaquePointer
    private var prepared = PreparedStatements()
    /// Whether statements run by kept plans: see `transaction(isolation:keepingPlans:_:)`.
    var isKeepingPlans = false

    /// Connects, waiting at most 10 s unless the URL's `connect_timeout` says otherwise.
    ///
    /// - Parameters:
    ///   - url: `postgresql://…` or libpq's `key=value` form.
    ///   - applicationName: shown in `pg_stat_activity`.
    ///   - options: server settings of the session, such as `["statement_timeout": "30s"]`.
    /// - Throws: `invalidURL`, `connectionFailed`, or `serverError` for an option that the server refuses.
    public init(url: String, applicationName: String, options: [String: String] = [:]) throws(PostgresError) {
        let parameters = try PostgresURL.parameters(of: url)
        // libpq lets a later keyword win: what stands before the URL is a default, what stands after it is fixed.
        let keywords = [
            ("connect_timeout", "10"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"), ("dbname", url), ("application_name", applicationName), ("client_encoding", "UTF8"),
        ]
        guard let pointer = unsafe Self.withKeywords(keywords, { unsafe PQconnectdbParams($0, $1, 1) }) else {
            throw PostgresError(.connectionFailed, "out of memory")
        }
        unsafe self.pointer = pointer
        guard unsafe PQstatus(pointer) == CONNECTION_OK else {
            let message = PostgresError.oneLine(unsafe String(cString: PQerrorMessage(pointer)))
            throw PostgresError(.connectionFailed, PostgresURL.redact(message, parameters))
        }
        // Notices ("relation exists, skipping") would go to standard error.
        unsafe PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        // Compiling a plan over many partitions takes a hundred times as long as running it.
        var settings = ["datestyle": "ISO, YMD", "timezone": "UTC", "bytea_output": "hex", "extra_float_digits": "1", "jit": "off"]
        settings.merge(options) { _, chosen in chosen }
        var binds: [PostgresBind] = []
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { binds += [.text(name), .text(value)] }
        let calls = stride(from: 1, to: binds.count, by: 2).map { "set_config($\($0), $\($0 + 1), false)" }
        _ = try query("SELECT \(calls.joined(separator: ", "))", binds)
    }

    deinit { unsafe PQfinish(pointer) }

    /// Runs one statement and gives its rows (none for a statement that returns none).
    ///
    /// - Throws: `serverError`, `connectionLost`, or `invalidValue` for text with a NUL character.
    public func query(_ sql: String, _ binds: [PostgresBind] = []) throws(PostgresError) -> PostgresRows {
        PostgresRows(try run(sql, binds))
    }

    /// Runs one statement and says how many rows it inserted, changed, deleted or returned.
    ///
    /// - Throws: as `query`.
    @discardableResult
    public func execute(_ sql: String, _ binds: [PostgresBind] = []) throws(PostgresError) -> Int {
        try run(sql, binds).affectedRows
    }

    /// Runs any number of statements divided by semicolons, without binds. Outside a transaction they form one of their own.
    ///
    /// - Throws: as `query`.
    public func script(_ sql: String) throws(PostgresError) {
        _ = try unsafe check(PQexec(pointer, Self.withoutNull(sql)))
    }

    /// False once the connection is known to be lost; looks at what has arrived, sends nothing.
    public var isAlive: Bool {
        var request = pollfd(fd: unsafe PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        // A server that ends a session says why before: the end itself is seen only when everything else has been read.
        while unsafe PQstatus(pointer) == CONNECTION_OK {
            guard unsafe poll(&request, 1, 0) == 1 else { return true }
            guard unsafe PQconsumeInput(pointer) == 1 else { return false }
        }
        return false
    }

    /// The server process that serves this connection, as `pg_stat_activity.pid` shows it.
    public var serverProcessID: Int32 { unsafe PQbackendPID(pointer) }

    /// The server's version as a number: 150020 is 15.20.
    public var serverVersion: Int { Int(unsafe PQserverVersion(pointer)) }

    /// A handle by which another thread can stop the statement that runs on this connection.
    public func canceller() -> PostgresCanceller { PostgresCanceller(self) }

    /// What a server says to a knock, before anybody logs in.
    public enum Reachability: Sendable {
        /// It accepts connections.
        case accepting
        /// It is there and refuses for now: starting up, recovering or shutting down.
        case refusing
        /// Nothing answers.
        case unreachable
    }

    /// Knocks at the server of `url` without logging in; waits at most 3 s.
    ///
    /// - Throws: `invalidURL`.
    public static func reachability(of url: String) throws(PostgresError) -> Reachability {
        try PostgresURL.check(url)
        switch unsafe withKeywords([("dbname", url), ("connect_timeout", "3")], { unsafe PQpingParams($0, $1, 1) }) {
        case PQPING_OK: return .accepting
        case PQPING_REJECT: return .refusing
        default: return .unreachable
        }
    }

    /// A name as it stands in SQL, in double quotes; with `dotted`, each part of `schema.table` by itself.
    public static func quoted(_ name: String, dotted: Bool = true) -> String {
        let parts = dotted ? name.split(separator: ".", omittingEmptySubsequences: false) : [name[...]]
        return parts.map { "\"" + $0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" }
            .joined(separator: ".")
    }

    func run(_ sql: String, _ binds: [PostgresBind]) throws(PostgresError) -> PostgresResult {
        let encoded = try EncodedBinds(binds)
        let sql = Self.withoutNull(sql)
        guard isKeepingPlans, !binds.isEmpty else { return try unsafe check(encoded.execute(sql, on: pointer)) }
        return try runKept(sql, encoded)
    }

    /// Runs a statement by its kept plan where there is one.
    private func runKept(_ sql: String, _ encoded: EncodedBinds) throws(PostgresError) -> PostgresResult {
        let key = PreparedStatements.Key(sql: sql, types: encoded.types)
        switch prepared.step(key) {
        case .runAsIs: return try unsafe check(encoded.execute(sql, on: pointer))
        case .prepare(let name):
            _ = try unsafe check(encoded.prepare(sql, as: name, on: pointer))
            prepared.keep(key, name: name)
            return try runPrepared(name, key, encoded)
        case .runPrepared(let name): return try runPrepared(name, key, encoded)
        }
    }

    private func runPrepared(_ name: String, _ key: PreparedStatements.Key, _ encoded: EncodedBinds) throws(PostgresError) -> PostgresResult
    {
        do {
            return try unsafe check(encoded.executePrepared(name, on: pointer))
        } catch {
            // A migration changed what the statement gives ("cached plan must not change result type"): the next attempt plans anew.
            if error.sqlState == "0A000" { prepared.forget(key) }
            throw error
        }
    }

    /// Takes ownership of a result and throws what it reports.
    func check(_ answer: OpaquePointer?) throws(PostgresError) -> PostgresResult {
        guard let answer = unsafe answer else { throw failure() }
        let result = unsafe PostgresResult(answer)
        switch result.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return result
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            endUnwantedCopy()
            throw PostgresError(.wrongUse, "COPY does not go through query: use copyIn")
        default:
            let error = result.error()
            if unsafe PQstatus(pointer) == CONNECTION_OK { throw error }
            throw PostgresError(.connectionLost, error.message, sqlState: error.sqlState)
        }
    }

    /// What libpq has to say when it has no result: out of memory or, mostly, a lost connection.
    func failure() -> PostgresError {
        let message = PostgresError.oneLine(unsafe String(cString: PQerrorMessage(pointer)))
        let lost = unsafe PQstatus(pointer) != CONNECTION_OK
        return PostgresError(lost ? .connectionLost : .wrongUse, message)
    }

    private func endUnwantedCopy() {
        _ = unsafe PQputCopyEnd(pointer, "COPY is not expected here")
        var line: UnsafeMutablePointer<CChar>?
        while unsafe PQgetCopyData(pointer, &line, 0) > 0 { unsafe PQfreemem(line) }
        while let rest = unsafe PQgetResult(pointer) { unsafe PQclear(rest) }
    }

    /// A C string ends at the first NUL: a statement with one would be cut short silently, so it is refused.
    private static func withoutNull(_ sql: String) -> String {
        precondition(!sql.utf8.contains(0), "a statement must not hold a NUL character")
        return sql
    }

    /// Gives `body` two parallel C arrays of keywords and values, ended by null.
    private static func withKeywords<Value>(
        _ keywords: [(name: String, value: String)],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let names = unsafe keywords.map { unsafe strdup($0.name) }
        let values = unsafe keywords.map { unsafe strdup($0.value) }
        defer {
            for place in keywords.indices {
                unsafe free(names[place])
                unsafe free(values[place])
            }
        }
        let nameList: [UnsafePointer<CChar>?] = unsafe names.map { unsafe UnsafePointer($0) } + [nil]
        let valueList: [UnsafePointer<CChar>?] = unsafe values.map { unsafe UnsafePointer($0) } + [nil]
        return unsafe body(nameList, valueList)
    }
}

/// Stops the statement that runs on a connection, from any thread.
///
/// `@safe` and `@unchecked Sendable`: the pointer lives as long as this class and never leaves it; a PGcancel is never changed, and PQcancel is documented as safe from any thread.
@safe
public final class PostgresCanceller: @unchecked Sendable {
    private let pointer: OpaquePointer?

    init(_ connection: PostgresConnection) {
        unsafe pointer = unsafe PQgetCancel(connection.pointer)
    }

    deinit { unsafe PQfreeCancel(pointer) }

    /// Asks the server to stop the statement, which then fails with `isCancelled`. False if the server could not be asked.
    @discardableResult
    public func cancel() -> Bool {
        guard let pointer = unsafe pointer else { return false }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            unsafe PQcancel(pointer, message.baseAddress, Int32(message.count)) == 1
        }
    }
}
