/// One header line: bytes as they came, since a proxy may not repair what it does not understand.
public struct Header: Sendable, Hashable {
    /// The field name in the sender's spelling.
    public var name: [UInt8]
    /// The field value without the white space around it.
    public var value: [UInt8]

    /// A header from raw bytes. They are checked when it is added to `Headers`.
    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// A header from text.
    public init(_ name: String, _ value: String) {
        self.init(name: Array(name.utf8), value: Array(value.utf8))
    }

    /// The name as text; bytes that are no UTF-8 become U+FFFD.
    public var nameText: String { String(decoding: name, as: UTF8.self) }
    /// The value as text; bytes that are no UTF-8 become U+FFFD.
    public var valueText: String { String(decoding: value, as: UTF8.self) }
}

/// The header lines of a message: in order, repeated names kept, spelling kept, names looked up without regard to ASCII case.
///
/// All bytes lie in one block and each line is four numbers, so that a whole head costs two allocations, and a copy with
/// some lines left out shares the block. As a collection it makes a `Header` for each element; the hot path uses
/// `withField`, `isNamed` and `appendField`, which make nothing.
public struct Headers: Sendable {
    private struct Field {
        var nameStart: UInt32
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
    }

    private var block: [UInt8] = []
    private var fields: [Field] = []

    /// No headers.
    public init() {}

    /// The given headers in their order.
    public init(_ headers: some Sequence<Header>) {
        for header in headers { append(header) }
    }

    /// Makes room ahead: `bytes` of names and values together, `lines` headers.
    public mutating func reserve(bytes: Int, lines: Int) {
        block.reserveCapacity(bytes)
        fields.reserveCapacity(lines)
    }

    /// Adds a line at the end.
    public mutating func append(_ header: Header) {
        append(name: header.name.span, value: header.value.span)
    }

    /// Adds a line at the end, from text.
    public mutating func append(_ name: String, _ value: String) {
        append(name: name.utf8Span.span, value: value.utf8Span.span)
    }

    /// Adds a line at the end. A line break or NUL, which would let a value forge further lines, becomes a space
    /// (RFC 9110 §5.5).
    public mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        let start = block.count
        appendChecked(name: name, value: value)
        for index in start..<block.count where block[index] <= ASCII.carriageReturn {
            let byte = block[index]
            if byte == 0 || byte == ASCII.carriageReturn || byte == ASCII.lineFeed { block[index] = ASCII.space }
        }
    }

    /// Adds a line whose bytes the parser has checked.
    mutating func appendChecked(name: Span<UInt8>, value: Span<UInt8>) {
        let start = UInt32(block.count)
        unsafe name.withUnsafeBufferPointer { bytes in unsafe block.append(contentsOf: bytes) }
        let middle = UInt32(block.count)
        unsafe value.withUnsafeBufferPointer { bytes in unsafe block.append(contentsOf: bytes) }
        fields.append(Field(nameStart: start, nameEnd: middle, valueStart: middle, valueEnd: UInt32(block.count)))
    }

    /// Adds to the last line's value what continued it on a line of its own: a space and these bytes.
    mutating func continueLast(_ more: Span<UInt8>) {
        guard let last = fields.indices.last, Int(fields[last].valueEnd) == block.count else { return }
        block.append(ASCII.space)
        block.append(copying: more)
        fields[last].valueEnd = UInt32(block.count)
    }

    /// The first value of that name as text, or nil.
    public subscript(_ name: String) -> String? {
        firstIndex(named: name).map { index in
            withField(at: index) { _, value in String(copying: value) }
        }
    }

    /// The first value of that name, byte for byte, or nil.
    public func bytes(of name: String) -> [UInt8]? {
        firstIndex(named: name).map { index in
            let field = fields[index]
            return Array(block[Int(field.valueStart)..<Int(field.valueEnd)])
        }
    }

    /// All values of that name as text, in order.
    public func values(of name: String) -> [String] {
        var values: [String] = []
        for index in fields.indices where isNamed(name, at: index) {
            values.append(withField(at: index) { _, value in String(copying: value) })
        }
        return values
    }

    /// Whether a line of that name is there.
    public func contains(_ name: String) -> Bool { firstIndex(named: name) != nil }

    /// The position of the first line of that name, or nil.
    public func firstIndex(named name: String) -> Int? {
        for index in fields.indices where isNamed(name, at: index) { return index }
        return nil
    }

    /// Whether the line at `index` has that name. Makes no copy.
    public func isNamed(_ name: String, at index: Int) -> Bool {
        let field = fields[index]
        let bytes = name.utf8Span.span
        guard Int(field.nameEnd - field.nameStart) == bytes.count else { return false }
        return block.span.extracting(Int(field.nameStart)..<Int(field.nameEnd)).equalsIgnoringCase(bytes)
    }

    /// Calls `body` with name and value of the line at `index`. Makes no copy.
    public func withField<Result>(at index: Int, _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Result) -> Result {
        let field = fields[index]
        let all = block.span
        return body(
            all.extracting(Int(field.nameStart)..<Int(field.nameEnd)), all.extracting(Int(field.valueStart)..<Int(field.valueEnd)))
    }

    /// Appends `Name: value` without a line end.
    public func appendField(at index: Int, to output: inout [UInt8]) {
        let field = fields[index]
        output.append(contentsOf: block[Int(field.nameStart)..<Int(field.nameEnd)])
        output.append(ASCII.colon)
        output.append(ASCII.space)
        output.append(contentsOf: block[Int(field.valueStart)..<Int(field.valueEnd)])
    }

    /// Appends the name of the line at `index`.
    func appendName(at index: Int, to output: inout [UInt8]) {
        let field = fields[index]
        output.append(contentsOf: block[Int(field.nameStart)..<Int(field.nameEnd)])
    }

    /// Removes every line of that name.
    public mutating func removeAll(named name: String) {
        removeAll { headers, index in headers.isNamed(name, at: index) }
    }

    /// Removes every line for which `shouldRemove(self, index)` holds. The bytes stay shared; only positions are filtered.
    public mutating func removeAll(where shouldRemove: (Headers, Int) -> Bool) {
        guard let first = fields.indices.first(where: { shouldRemove(self, $0) }) else { return }
        var kept = Array(fields[..<first])
        kept.reserveCapacity(fields.count - 1)
        for index in (first + 1)..<fields.count where !shouldRemove(self, index) { kept.append(fields[index]) }
        fields = kept
    }

    /// Replaces all lines of that name by one at the place of the first of them, or at the end.
    public mutating func set(_ name: String, _ value: String) {
        let place = firstIndex(named: name)
        removeAll(named: name)
        append(name, value)
        if let place { fields.insert(fields.removeLast(), at: place) }
    }
}

extension Headers {
    /// Whether `token` is a member of the comma-separated list that all lines of that name make together (RFC 9110 §5.6.1),
    /// without regard to case.
    public func hasToken(_ token: String, in name: String) -> Bool {
        let wanted = token.utf8Span.span
        var found = false
        forEachMember(of: name) { member in found = found || member.equalsIgnoringCase(wanted) }
        return found
    }

    /// The members of that comma-separated list in lower case; empty ones are left out.
    public func tokens(in name: String) -> [String] {
        var tokens: [String] = []
        forEachMember(of: name) { member in tokens.append(String(copying: member).lowercased()) }
        return tokens
    }

    /// Calls `body` with each member of the list, the white space around it taken off, empty members left out.
    func forEachMember(of name: String, _ body: (Span<UInt8>) -> Void) {
        for index in indices where isNamed(name, at: index) {
            withField(at: index) { _, value in
                var start = 0
                while start <= value.count {
                    var end = start
                    while end < value.count && value[end] != 0x2C { end += 1 }
                    let member = value.trimmingBlanks(start..<end)
                    if !member.isEmpty { body(value.extracting(member)) }
                    start = end + 1
                }
            }
        }
    }
}

extension Headers {
    /// What a line means to the connection that carries it.
    enum ConnectionRole {
        case endToEnd
        case contentLength
        case hop
    }

    /// The role of the line at `index`. The length is looked at first: nearly no end-to-end header has one of these.
    func connectionRole(at index: Int) -> ConnectionRole {
        withField(at: index) { name, _ in
            switch name.count {
            case 10:
                name.equalsIgnoringCase("connection".utf8Span.span) || name.equalsIgnoringCase("keep-alive".utf8Span.span)
                    ? .hop : .endToEnd
            case 14: name.equalsIgnoringCase("content-length".utf8Span.span) ? .contentLength : .endToEnd
            case 17: name.equalsIgnoringCase("transfer-encoding".utf8Span.span) ? .hop : .endToEnd
            default: .endToEnd
            }
        }
    }
}

extension Headers: RandomAccessCollection, ExpressibleByArrayLiteral {
    /// Headers written out, e.g. `[Header("Content-Type", "text/plain")]`.
    public init(arrayLiteral elements: Header...) { self.init(elements) }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of lines.
    public var endIndex: Int { fields.count }

    /// The line at `position`, copied out.
    public subscript(position: Int) -> Header {
        let field = fields[position]
        return Header(
            name: Array(block[Int(field.nameStart)..<Int(field.nameEnd)]), value: Array(block[Int(field.valueStart)..<Int(field.valueEnd)]))
    }
}

extension Headers: Equatable {
    /// The same lines in the same order, byte for byte.
    public static func == (left: Headers, right: Headers) -> Bool { left.elementsEqual(right) }
}

extension String {
    /// The bytes as text; those that are no UTF-8 become U+FFFD.
    init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }
}
