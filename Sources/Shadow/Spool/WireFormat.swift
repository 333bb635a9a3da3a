/// Writes fields in Protocol Buffers' wire format (protobuf.dev, "Encoding"): a tag of field number and wire type, then a
/// variable-length integer, eight bytes, or a length and bytes.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func tag(_ field: Int, _ type: UInt64) { varint(UInt64(field) << 3 | type) }

    /// An `int64`.
    mutating func write(_ field: Int, _ value: Int?) {
        guard let value else { return }
        tag(field, 0)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func write(_ field: Int, _ value: Bool) { write(field, value ? 1 : 0) }

    /// A `double`.
    mutating func write(_ field: Int, _ value: Double?) {
        guard let value else { return }
        write(field, fixed: value.bitPattern)
    }

    /// A `fixed64`.
    mutating func write(_ field: Int, fixed value: UInt64) {
        tag(field, 1)
        appendLittleEndian(value, to: &bytes)
    }

    /// A `string`. The empty one is written, so that it is not taken for absent.
    mutating func write(_ field: Int, _ value: String?) {
        guard let value else { return }
        tag(field, 2)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// `bytes`.
    mutating func write(_ field: Int, _ value: [UInt8]) {
        tag(field, 2)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A message inside this one.
    mutating func write(_ field: Int, _ fill: (inout WireWriter) -> Void) {
        var message = WireWriter()
        fill(&message)
        write(field, message.bytes)
    }
}

/// Why bytes are no message of ours.
struct MalformedRecord: Error {
    var reason: String
}

/// One field as it stands in the wire format.
enum WireValue {
    case integer(UInt64)
    case fixed(UInt64)
    case bytes(ArraySlice<UInt8>)

    var int: Int {
        get throws(MalformedRecord) {
            guard case .integer(let value) = self else { throw MalformedRecord(reason: "an integer has another wire type") }
            return Int(Int64(bitPattern: value))
        }
    }

    var bool: Bool { get throws(MalformedRecord) { try int != 0 } }

    var word: UInt64 {
        get throws(MalformedRecord) {
            guard case .fixed(let value) = self else { throw MalformedRecord(reason: "a double or fixed64 has another wire type") }
            return value
        }
    }

    var double: Double { get throws(MalformedRecord) { Double(bitPattern: try word) } }

    var data: ArraySlice<UInt8> {
        get throws(MalformedRecord) {
            guard case .bytes(let value) = self else { throw MalformedRecord(reason: "bytes have another wire type") }
            return value
        }
    }

    var string: String { get throws(MalformedRecord) { String(decoding: try data, as: UTF8.self) } }
}

/// Reads a message field by field, in the order in which they stand. Whoever reads ignores numbers that it does not know,
/// which is what lets later versions add fields.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field's number and value; nil at the end.
    mutating func next() throws(MalformedRecord) -> (field: Int, value: WireValue)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 < 1 << 29 else { throw MalformedRecord(reason: "a field number is out of range") }
        let field = Int(tag >> 3)
        switch tag & 7 {
        case 0: return (field, .integer(try varint()))
        case 1: return (field, .fixed(littleEndian(try take(8))))
        case 2:
            let count = try varint()
            guard count <= UInt64(rest.count) else { throw MalformedRecord(reason: "a field is longer than its message") }
            return (field, .bytes(try take(Int(count))))
        case 5: return (field, .fixed(littleEndian(try take(4))))
        default: throw MalformedRecord(reason: "a wire type is unknown")
        }
    }

    private mutating func varint() throws(MalformedRecord) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw MalformedRecord(reason: "an integer is cut off") }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw MalformedRecord(reason: "an integer is longer than ten bytes")
    }

    private mutating func take(_ count: Int) throws(MalformedRecord) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw MalformedRecord(reason: "a field is cut off") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

/// Appends a number with its lowest byte first.
func appendLittleEndian(_ value: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
}

/// A number whose lowest byte comes first; at most eight bytes.
func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
