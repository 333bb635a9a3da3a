/// The rows of a COPY in PostgreSQL's binary format, sent on as they come.
public struct BinaryCopy: ~Copyable {
    private let columns: Int
    private let send: ([UInt8]) -> Bool
    private var pending = BinaryCopyRow()
    /// False once the connection has refused data; what follows is dropped, since the end of the COPY reports why.
    private var isOpen = true

    /// Bytes gathered before they are handed to libpq.
    private static let chunk = 1 << 16
    /// "PGCOPY\n\377\r\n\0", no flags, no header extension.
    private static let header: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    init(columns: Int, send: @escaping ([UInt8]) -> Bool) {
        self.columns = columns
        self.send = send
        pending.bytes = Self.header
    }

    /// Adds a row: `write` gives one value for every column, in the order named to `copyIn`. A wrong number of values is a fault of
    /// the program and traps; a wrong type is refused by the server at the end.
    ///
    /// - Throws: what `write` throws; the row is then left out.
    public mutating func row<Failure: Error>(_ write: (inout BinaryCopyRow) throws(Failure) -> Void) throws(Failure) {
        let start = pending.bytes.count
        pending.fields = 0
        BinaryEncoding.append(Int16(columns), to: &pending.bytes)
        do {
            try write(&pending)
        } catch {
            pending.bytes.removeSubrange(start...)
            throw error
        }
        precondition(pending.fields == columns, "\(pending.fields) values for \(columns) columns")
        if pending.bytes.count >= Self.chunk { flush() }
    }

    mutating func end() {
        BinaryEncoding.append(Int16(-1), to: &pending.bytes)
        flush()
    }

    private mutating func flush() {
        if isOpen { isOpen = send(pending.bytes) }
        pending.bytes.removeAll(keepingCapacity: true)
    }
}

/// Takes the values of one row. Each value must be of the column's exact type: binary COPY converts nothing. nil is NULL.
public struct BinaryCopyRow {
    var bytes: [UInt8] = []
    var fields = 0

    /// For a column of any type.
    public mutating func null() {
        fields += 1
        BinaryEncoding.append(Int32(-1), to: &bytes)
    }

    /// `text`, `varchar`, or an enum. PostgreSQL refuses a NUL character (22021).
    public mutating func text(_ value: String?) { field(value) { $1.append(contentsOf: $0.utf8) } }
    /// `smallint`.
    public mutating func int2(_ value: Int16?) { field(value) { BinaryEncoding.append($0, to: &$1) } }
    /// `integer`.
    public mutating func int4(_ value: Int32?) { field(value) { BinaryEncoding.append($0, to: &$1) } }
    /// `bigint`.
    public mutating func int8(_ value: Int64?) { field(value) { BinaryEncoding.append($0, to: &$1) } }
    /// `double precision`.
    public mutating func double(_ value: Double?) { field(value) { BinaryEncoding.append($0.bitPattern, to: &$1) } }
    /// `real`.
    public mutating func float(_ value: Float?) { field(value) { BinaryEncoding.append($0.bitPattern, to: &$1) } }
    /// `boolean`.
    public mutating func bool(_ value: Bool?) { field(value) { $1.append($0 ? 1 : 0) } }
    /// `bytea`.
    public mutating func bytea(_ value: [UInt8]?) { field(value) { $1.append(contentsOf: $0) } }

    /// `uuid` by its upper and lower 64 bits.
    public mutating func uuid(_ high: UInt64, _ low: UInt64) { uuid((high, low)) }
    /// `uuid` by its upper and lower 64 bits, or NULL.
    public mutating func uuid(_ value: (UInt64, UInt64)?) {
        field(value) {
            BinaryEncoding.append($0.0, to: &$1)
            BinaryEncoding.append($0.1, to: &$1)
        }
    }

    /// `timestamptz`: microseconds since the Unix epoch.
    public mutating func timestamptz(_ microseconds: Int64?) {
        field(microseconds) { BinaryEncoding.append(BinaryEncoding.timestamp($0), to: &$1) }
    }

    /// `date`: days since 1970-01-01.
    public mutating func date(_ days: Int32?) {
        // PostgreSQL counts from 2000-01-01, 10,957 days later.
        field(days) { BinaryEncoding.append($0 - 10_957, to: &$1) }
    }

    /// `jsonb`: a JSON text. PostgreSQL refuses malformed text (22P02), NUL and lone surrogates (22P05).
    public mutating func jsonb(_ value: String?) {
        field(value) {
            $1.append(1)
            $1.append(contentsOf: $0.utf8)
        }
    }

    /// `text[]` of one dimension.
    public mutating func textArray(_ value: [String?]?) { field(value) { BinaryEncoding.appendTextArray($0, to: &$1) } }

    private mutating func field<Value>(_ value: Value?, _ write: (Value, inout [UInt8]) -> Void) {
        guard let value else { return null() }
        fields += 1
        BinaryEncoding.appendField(to: &bytes) { write(value, &$0) }
    }
}
