internal import JSON

/// Where the records of a file stand: a line each, or the elements of a list, be it the whole file or the `data` of an API's page.
struct RecordPieces {
    struct Piece {
        /// From 1.
        var line: Int
        var range: Range<Int>
    }

    private var pieces: [Piece] = []
    /// Why the file's list could not be followed to its end.
    private(set) var fault: LineFault?

    init(_ file: LineFile) {
        let start = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let first = file.bytes[start...].firstIndex(where: { $0 > 0x20 }) else { return }
        if file.bytes[first] == UInt8(ascii: "[") {
            takeElements(of: file.bytes, from: first)
            return
        }
        file.forEachLine { line, range in pieces.append(Piece(line: line, range: range)) }
        // One object over many lines is no file of lines: a page of an API, written for people to read.
        if pieces.count > 1, (try? JSONValue.parse(file.bytes[pieces[0].range])) == nil,
            (try? JSONValue.parse(file.bytes[first...])) != nil
        {
            pieces = [Piece(line: pieces[0].line, range: first..<file.bytes.count)]
        }
        guard pieces.count == 1 else { return }
        let whole = file.bytes[first...]
        if let list = JSONScanner.topLevelFields(in: whole.span, names: ["data"])[0], list.kind == .array {
            pieces = []
            takeElements(of: file.bytes, from: first + list.range.lowerBound)
        }
    }

    mutating func takeAll() -> [Piece] {
        defer { pieces = [] }
        return pieces
    }

    /// Finds the elements of the list that begins at `start`; what stands in them is looked at later.
    private mutating func takeElements(of bytes: [UInt8], from start: Int) {
        var line = 1 + bytes[..<start].count { $0 == 0x0A }
        var depth = 0
        var inString = false
        var begin: (index: Int, line: Int)?
        var index = start
        func end(_ at: Int) -> Piece? { begin.map { Piece(line: $0.line, range: $0.index..<at) } }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0A { line += 1 }
            if inString {
                if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { inString = false }
            } else {
                if depth == 1, begin == nil, byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") { begin = (index, line) }
                switch byte {
                case UInt8(ascii: "\""): inString = true
                case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"):
                    depth -= 1
                    if depth == 0 {
                        if let piece = end(index) { pieces.append(piece) }
                        return
                    }
                case UInt8(ascii: ",") where depth == 1:
                    if let piece = end(index) { pieces.append(piece) }
                    begin = nil
                default: break
                }
            }
            index += 1
        }
        fault = LineFault(line: begin?.line ?? line, field: "", message: "the list has no end: the file is cut off, or no JSON")
    }
}
