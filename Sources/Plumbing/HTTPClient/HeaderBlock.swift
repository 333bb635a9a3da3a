internal import CLibCurl
internal import HTTPWire

/// A request's header lines in the form that libcurl reads: a linked list of C strings, here in two blocks of memory that are
/// used again for the next request, instead of two allocations a line.
///
/// Owns both blocks. libcurl keeps only a pointer to the list, so the block must live, unchanged, until its transfer has
/// been taken off the multi handle.
@safe final class HeaderBlock {
    private var nodes: UnsafeMutablePointer<curl_slist>
    private var nodeCapacity: Int
    private var text: UnsafeMutablePointer<CChar>
    private var textCapacity: Int
    private var scratch: [UInt8] = []
    private var ends: [Int] = []

    init() {
        nodeCapacity = 32
        textCapacity = 2048
        unsafe nodes = .allocate(capacity: 32)
        unsafe text = .allocate(capacity: 2048)
    }

    deinit {
        unsafe nodes.deallocate()
        unsafe text.deallocate()
    }

    /// What libcurl is given; nil for an empty list.
    var list: UnsafeMutablePointer<curl_slist>? { ends.isEmpty ? nil : unsafe nodes }

    /// Fills the list anew. Beside the headers it says what libcurl would otherwise add of its own: `Accept:` and the like
    /// with nothing after the colon keep a default out, while a line that is to be sent with an empty value ends in `;`.
    func fill(_ headers: Headers, hasBody: Bool, isChunked: Bool) {
        scratch.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        for index in headers.indices where !headers.isNamed("content-length", at: index) && !headers.isNamed("transfer-encoding", at: index)
        {
            headers.withField(at: index) { name, value in
                append(name)
                if value.isEmpty {
                    scratch.append(UInt8(ascii: ";"))
                } else {
                    scratch.append(UInt8(ascii: ":"))
                    scratch.append(UInt8(ascii: " "))
                    append(value)
                }
            }
            endLine()
        }
        if !headers.contains("accept") { addLine("Accept:") }
        if hasBody {
            if !headers.contains("expect") { addLine("Expect:") }
            if !headers.contains("content-type") { addLine("Content-Type:") }
            if isChunked { addLine("Transfer-Encoding: chunked") }
        }
        copyOut()
    }

    private func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe scratch.append(contentsOf: $0) }
    }

    private func addLine(_ line: String) {
        scratch.append(contentsOf: line.utf8)
        endLine()
    }

    private func endLine() {
        scratch.append(0)
        ends.append(scratch.count)
    }

    /// Moves the lines to where libcurl may keep pointers to them.
    private func copyOut() {
        if ends.count > nodeCapacity {
            unsafe nodes.deallocate()
            nodeCapacity = ends.count * 2
            unsafe nodes = .allocate(capacity: nodeCapacity)
        }
        if scratch.count > textCapacity {
            unsafe text.deallocate()
            textCapacity = scratch.count * 2
            unsafe text = .allocate(capacity: textCapacity)
        }
        unsafe scratch.withUnsafeBytes { unsafe UnsafeMutableRawPointer(text).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        var start = 0
        for (index, end) in ends.enumerated() {
            let next = index + 1 < ends.count ? unsafe nodes + index + 1 : nil
            unsafe (nodes + index).initialize(to: curl_slist(data: text + start, next: next))
            start = end
        }
    }
}
