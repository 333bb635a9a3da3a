internal import CLibPQ

/// One value bound to a `$n` of a statement.
///
/// `text`, `int` and `json` are sent untyped, so the server gives them the type that the statement asks for there (a date, a
/// numeric, an enum…); where nothing in the statement tells, write a cast, as in `$1::bigint`. All others carry their type.
public enum PostgresBind: Sendable {
    /// SQL NULL.
    case null
    /// Text, or any type in its textual form.
    case text(String)
    /// A whole number.
    case int(Int64)
    /// A `double precision`.
    case double(Double)
    /// A `boolean`.
    case bool(Bool)
    /// A `bytea`.
    case bytes([UInt8])
    /// A `uuid`: its upper and lower 64 bits.
    case uuid(UInt64, UInt64)
    /// A `timestamptz`: microseconds since the Unix epoch.
    case timestamp(Int64)
    /// A JSON text for a `json` or `jsonb`.
    case json(String)
    /// A `text[]`.
    case textArray([String?])
    /// A `bigint[]`.
    case intArray([Int64?])
    /// A `double precision[]`.
    case doubleArray([Double?])
    /// A `uuid[]`: upper and lower 64 bits each.
    case uuidArray([(UInt64, UInt64)])
}

/// Binds in the form that libpq takes: all bytes in one buffer, with a place, length, format and type for each.
struct EncodedBinds {
    private var bytes: [UInt8] = []
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private(set) var types: [UInt32] = []

    init(_ binds: [PostgresBind]) throws(PostgresError) {
        for (position, bind) in binds.enumerated() {
            guard case .null = bind else {
                try append(bind, position: position + 1)
                continue
            }
            close(start: nil, format: 0, type: 0)
        }
    }

    private mutating func append(_ bind: PostgresBind, position: Int) throws(PostgresError) {
        let start = bytes.count
        switch bind {
        case .null: break
        case .text(let text), .json(let text):
            bytes.append(contentsOf: text.utf8)
            guard !bytes[start...].contains(0) else {
                throw PostgresError(.invalidValue, "the text bound to $\(position) holds a NUL character, which PostgreSQL cannot store")
            }
            // Untyped values travel as C strings.
            bytes.append(0)
            close(start: start, format: 0, type: 0)
        case .int(let number):
            bytes.append(contentsOf: String(number).utf8)
            bytes.append(0)
            close(start: start, format: 0, type: 0)
        case .double(let number):
            BinaryEncoding.append(number.bitPattern, to: &bytes)
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.float8)
        case .bool(let truth):
            bytes.append(truth ? 1 : 0)
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.bool)
        case .bytes(let value):
            bytes.append(contentsOf: value)
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.bytea)
        case .uuid(let high, let low):
            BinaryEncoding.append(high, to: &bytes)
            BinaryEncoding.append(low, to: &bytes)
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.uuid)
        case .timestamp(let microseconds):
            BinaryEncoding.append(BinaryEncoding.timestamp(microseconds), to: &bytes)
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.timestamptz)
        case .textArray, .intArray, .doubleArray, .uuidArray:
            appendArray(bind, start: start)
        }
    }

    private mutating func appendArray(_ bind: PostgresBind, start: Int) {
        switch bind {
        case .textArray(let elements):
            BinaryEncoding.appendTextArray(elements, to: &bytes)
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.textArray)
        case .intArray(let elements):
            BinaryEncoding.appendArray(elements, type: BinaryEncoding.TypeNumber.int8, to: &bytes) {
                BinaryEncoding.append($0, to: &$1)
            }
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.int8Array)
        case .doubleArray(let elements):
            BinaryEncoding.appendArray(elements, type: BinaryEncoding.TypeNumber.float8, to: &bytes) {
                BinaryEncoding.append($0.bitPattern, to: &$1)
            }
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.float8Array)
        case .uuidArray(let elements):
            BinaryEncoding.appendArray(elements, type: BinaryEncoding.TypeNumber.uuid, to: &bytes) {
                BinaryEncoding.append($0.0, to: &$1)
                BinaryEncoding.append($0.1, to: &$1)
            }
            close(start: start, format: 1, type: BinaryEncoding.TypeNumber.uuidArray)
        default: preconditionFailure("only arrays come here")
        }
    }

    private mutating func close(start: Int?, format: Int32, type: UInt32) {
        starts.append(start)
        lengths.append(Int32(bytes.count - (start ?? bytes.count)))
        formats.append(format)
        types.append(type)
    }

    /// Runs the statement.
    func execute(_ sql: String, on connection: OpaquePointer) -> OpaquePointer? {
        unsafe withValues { values in
            unsafe PQexecParams(connection, sql, Int32(starts.count), types, values, lengths, formats, 0)
        }
    }

    /// Has the statement parsed under a name, for binds of these types.
    func prepare(_ sql: String, as name: String, on connection: OpaquePointer) -> OpaquePointer? {
        unsafe PQprepare(connection, name, sql, Int32(types.count), types)
    }

    /// Runs the statement that was prepared under this name.
    func executePrepared(_ name: String, on connection: OpaquePointer) -> OpaquePointer? {
        unsafe withValues { values in
            unsafe PQexecPrepared(connection, name, Int32(starts.count), values, lengths, formats, 0)
        }
    }

    /// The pointers handed to libpq live only for this call.
    private func withValues(_ body: ([UnsafePointer<CChar>?]) -> OpaquePointer?) -> OpaquePointer? {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            // An empty buffer has no address, yet an empty value must not become a NULL: it gets one of its own.
            unsafe withUnsafePointer(to: UInt8(0)) { nothing in
                let values: [UnsafePointer<CChar>?] = unsafe starts.map { start in
                    guard let start else { return nil }
                    let place = unsafe buffer.baseAddress.map { unsafe $0 + start } ?? nothing
                    return unsafe UnsafeRawPointer(place).assumingMemoryBound(to: CChar.self)
                }
                return unsafe body(values)
            }
        }
    }
}
