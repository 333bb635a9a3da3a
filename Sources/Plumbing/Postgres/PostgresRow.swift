/// One row. Values are read by their column's name; a name that the statement does not have is a fault of the program and traps.
///
/// Every reader has a twin ending in `OrNull` that gives nil for NULL. The plain one throws `invalidValue` for NULL, both do
/// for a value of another type. Every type can be read as `text`, in PostgreSQL's own spelling.
public struct PostgresRow: Sendable {
    let result: PostgresResult
    let position: Int

    /// The value as text by the column's number, from 0; nil for NULL. For listings that know no names.
    public func value(at column: Int) -> String? {
        precondition(column >= 0 && column < result.columns.count, "column \(column) of \(result.columns.count)")
        return result.text(row: position, column: column)
    }

    /// True if the value is NULL.
    public func isNull(_ column: String) -> Bool {
        result.isNull(row: position, column: result.place(of: column))
    }

    /// The value as text.
    public func text(_ column: String) throws(PostgresError) -> String { try present(textOrNull(column), column) }
    /// The value as text, nil for NULL.
    public func textOrNull(_ column: String) -> String? { value(at: result.place(of: column)) }

    /// A whole number that fits into 64 bits.
    public func int(_ column: String) throws(PostgresError) -> Int { try present(intOrNull(column), column) }
    /// A whole number, nil for NULL.
    public func intOrNull(_ column: String) throws(PostgresError) -> Int? { try read(column, "a whole number") { Int($0) } }

    /// A number; `NaN` and `Infinity` included.
    public func double(_ column: String) throws(PostgresError) -> Double { try present(doubleOrNull(column), column) }
    /// A number, nil for NULL.
    public func doubleOrNull(_ column: String) throws(PostgresError) -> Double? { try read(column, "a number") { Double($0) } }

    /// A `boolean`.
    public func bool(_ column: String) throws(PostgresError) -> Bool { try present(boolOrNull(column), column) }
    /// A `boolean`, nil for NULL.
    public func boolOrNull(_ column: String) throws(PostgresError) -> Bool? {
        try read(column, "true or false") { $0 == "t" ? true : ($0 == "f" ? false : nil) }
    }

    /// A `bytea`.
    public func bytes(_ column: String) throws(PostgresError) -> [UInt8] { try present(bytesOrNull(column), column) }
    /// A `bytea`, nil for NULL.
    public func bytesOrNull(_ column: String) throws(PostgresError) -> [UInt8]? {
        try readBytes(column, "bytes") { TextDecoding.bytes($0) }
    }

    /// A `uuid` as its upper and lower 64 bits.
    public func uuid(_ column: String) throws(PostgresError) -> (UInt64, UInt64) { try present(uuidOrNull(column), column) }
    /// A `uuid`, nil for NULL.
    public func uuidOrNull(_ column: String) throws(PostgresError) -> (UInt64, UInt64)? {
        try readBytes(column, "a UUID") { TextDecoding.uuid($0) }
    }

    /// A `timestamptz` or `timestamp` (read as UTC) in microseconds since the Unix epoch.
    public func timestamp(_ column: String) throws(PostgresError) -> Int64 { try present(timestampOrNull(column), column) }
    /// A timestamp, nil for NULL.
    public func timestampOrNull(_ column: String) throws(PostgresError) -> Int64? {
        try readBytes(column, "a moment between the years 1 and 9999") { TextDecoding.timestamp($0) }
    }

    /// An array of one dimension as text, its NULLs as nil.
    public func textArray(_ column: String) throws(PostgresError) -> [String?] { try present(textArrayOrNull(column), column) }
    /// An array of one dimension as text, nil for NULL.
    public func textArrayOrNull(_ column: String) throws(PostgresError) -> [String?]? {
        try readBytes(column, "an array of one dimension") { TextDecoding.array($0) }
    }

    private func present<Value>(_ value: Value?, _ column: String) throws(PostgresError) -> Value {
        guard let value else { throw PostgresError(.invalidValue, "column \(column) is NULL where a value was expected") }
        return value
    }

    private func read<Value>(_ column: String, _ kind: String, _ decode: (String) -> Value?) throws(PostgresError) -> Value? {
        guard let text = textOrNull(column) else { return nil }
        return try decoded(decode(text), column, kind)
    }

    private func readBytes<Value>(_ column: String, _ kind: String, _ decode: (Span<UInt8>) -> Value?) throws(PostgresError) -> Value? {
        guard let value = result.withValue(row: position, column: result.place(of: column), decode) else { return nil }
        return try decoded(value, column, kind)
    }

    private func decoded<Value>(_ value: Value?, _ column: String, _ kind: String) throws(PostgresError) -> Value {
        // The value itself may be a customer's text: it stays out of the message.
        guard let value else { throw PostgresError(.invalidValue, "column \(column) does not hold \(kind)") }
        return value
    }
}
