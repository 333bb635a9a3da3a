/// PostgreSQL's binary representations, shared by binds and COPY. All integers are big-endian.
///
/// Source: the send and receive functions of each type (`src/backend/utils/adt`), stable across versions since 8.0.
enum BinaryEncoding {
    /// Type numbers from `pg_type.dat`; they never change.
    enum TypeNumber {
        static let bool: UInt32 = 16
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let text: UInt32 = 25
        static let float8: UInt32 = 701
        static let textArray: UInt32 = 1009
        static let int8Array: UInt32 = 1016
        static let float8Array: UInt32 = 1022
        static let timestamptz: UInt32 = 1184
        static let uuid: UInt32 = 2950
        static let uuidArray: UInt32 = 2951
    }

    /// Microseconds from the Unix epoch to PostgreSQL's, 2000-01-01.
    private static let epochShift: Int64 = 946_684_800_000_000

    static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        var shift = Number.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    /// Microseconds since the Unix epoch; what lies before PostgreSQL's range becomes `-infinity`.
    static func timestamp(_ microseconds: Int64) -> Int64 {
        let (shifted, overflow) = microseconds.subtractingReportingOverflow(epochShift)
        return overflow ? .min : shifted
    }

    /// A one-dimensional array; `element` writes the bytes of one that is not null.
    static func appendArray<Element>(
        _ elements: [Element?], type: UInt32, to bytes: inout [UInt8], element: (Element, inout [UInt8]) -> Void
    ) {
        append(Int32(elements.isEmpty ? 0 : 1), to: &bytes)
        append(Int32(elements.contains(where: { $0 == nil }) ? 1 : 0), to: &bytes)
        append(type, to: &bytes)
        guard !elements.isEmpty else { return }
        append(Int32(elements.count), to: &bytes)
        append(Int32(1), to: &bytes)
        for case let value in elements {
            guard let value else {
                append(Int32(-1), to: &bytes)
                continue
            }
            appendField(to: &bytes) { element(value, &$0) }
        }
    }

    /// A field with its length before it.
    static func appendField(to bytes: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        append(Int32(0), to: &bytes)
        write(&bytes)
        let length = UInt32(bytes.count - start - 4)
        for place in 0..<4 {
            bytes[start + place] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * place))
        }
    }

    static func appendTextArray(_ elements: [String?], to bytes: inout [UInt8]) {
        appendArray(elements, type: TypeNumber.text, to: &bytes) { $1.append(contentsOf: $0.utf8) }
    }
}
