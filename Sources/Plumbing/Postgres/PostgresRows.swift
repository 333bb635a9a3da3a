internal import CLibPQ

/// The rows of one answer, held until the last reference to them goes.
public struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PostgresResult

    init(_ result: PostgresResult) {
        self.result = result
    }

    /// The columns' names in order.
    public var columns: [String] { result.columns }
    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }

    public subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < result.rowCount, "row \(position) of \(result.rowCount)")
        return PostgresRow(result: result, position: position)
    }
}

/// A libpq result and its columns.
///
/// `@safe` and `@unchecked Sendable`: the pointer never leaves this class and lives as long as it; a PGresult is never changed after libpq has handed it over, and reading it is thread-safe.
@safe
final class PostgresResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let rowCount: Int
    let columns: [String]
    private let places: [String: Int]

    /// Takes ownership of `pointer`.
    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
        rowCount = Int(unsafe PQntuples(pointer))
        columns = (0..<(unsafe PQnfields(pointer))).map { column in
            unsafe PQfname(pointer, column).map { unsafe String(cString: $0) } ?? ""
        }
        var places: [String: Int] = [:]
        for (place, name) in columns.enumerated() where places[name] == nil { places[name] = place }
        self.places = places
    }

    deinit { unsafe PQclear(pointer) }

    var status: ExecStatusType { unsafe PQresultStatus(pointer) }

    /// The command tag, such as `INSERT 0 3`.
    var commandTag: String { unsafe String(cString: PQcmdStatus(pointer)) }

    /// The rows that the command changed or sent; 0 where the tag has no number.
    var affectedRows: Int { Int(unsafe String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// Asking for a column that the statement does not have is our own fault, so it traps.
    func place(of column: String) -> Int {
        guard let place = places[column] else { preconditionFailure("no column \(column) among \(columns)") }
        return place
    }

    func isNull(row: Int, column: Int) -> Bool { unsafe PQgetisnull(pointer, Int32(row), Int32(column)) == 1 }

    func text(row: Int, column: Int) -> String? {
        isNull(row: row, column: column) ? nil : unsafe String(decoding: bytes(row, column), as: UTF8.self)
    }

    /// Gives `read` the bytes of a value; nil where it is NULL.
    func withValue<Value>(row: Int, column: Int, _ read: (Span<UInt8>) -> Value) -> Value? {
        isNull(row: row, column: column) ? nil : unsafe read(bytes(row, column).span)
    }

    /// The bytes live as long as this object.
    private func bytes(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8> {
        let length = Int(unsafe PQgetlength(pointer, Int32(row), Int32(column)))
        let start = unsafe UnsafeRawPointer(PQgetvalue(pointer, Int32(row), Int32(column)))
        return unsafe UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: length)
    }

    /// The error that the server reported in this result.
    func error() -> PostgresError {
        let sqlState = field("C")
        let generated = unsafe String(cString: PQresultErrorMessage(pointer))
        let lost = sqlState.map(PostgresError.endsConnection) ?? false
        return PostgresError(
            lost ? .connectionLost : .serverError, PostgresError.oneLine(field("M") ?? generated), sqlState: sqlState, detail: field("D"),
            hint: field("H"), context: field("W"), constraint: field("n"))
    }

    /// A field of an error report by its letter in the protocol.
    private func field(_ letter: Unicode.Scalar) -> String? {
        unsafe PQresultErrorField(pointer, Int32(letter.value)).map { unsafe String(cString: $0) }
    }
}
