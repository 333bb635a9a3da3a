internal import Configuration
internal import HTTPWire
internal import Synchronization
internal import Traffic

/// A piece of an answer and when it came, in nanoseconds of the monotonic clock.
struct CapturedChunk: Sendable {
    var bytes: [UInt8]
    var at: UInt64
}

/// How an upstream attempt ended, as its connection saw it.
enum AttemptEnd: Sendable, Equatable {
    case complete
    case connectionFailed
    case timeout
    /// The answer broke off.
    case broken
    /// The app went away first.
    case clientLeft
    /// A fault of ours: what came back is not known.
    case notKept
}

/// What came back from one upstream attempt: bytes and marks, nothing read yet.
struct AnswerCapture: Sendable {
    /// When the request was handed to the network; 0 if it never was.
    var sentAt: UInt64 = 0
    var endedAt: UInt64 = 0
    /// nil when no head came.
    var status: Int?
    var headers: Headers = []
    var chunks: [CapturedChunk] = []
    /// Bytes in `chunks`.
    var bytes = 0
    /// More came than is kept.
    var isTruncated = false
    var end = AttemptEnd.broken
}

/// Bytes held for captured calls, by all threads together.
final class CaptureMemory: Sendable {
    private let held = Atomic<Int>(0)
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes room; false when there is not enough.
    func take(_ bytes: Int) -> Bool {
        if held.add(bytes, ordering: .relaxed).newValue <= limit { return true }
        held.subtract(bytes, ordering: .relaxed)
        return false
    }

    /// Gives room back.
    func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }

    /// Bytes held now.
    var bytes: Int { held.load(ordering: .relaxed) }
}

extension AnswerCapture {
    /// Keeps a piece, up to `limit` bytes and as long as memory allows. False: it was not kept, nor will any later one be.
    mutating func keep(_ piece: [UInt8], at now: UInt64, limit: Int, memory: CaptureMemory) -> Bool {
        guard !isTruncated else { return false }
        let room = limit - bytes
        let kept = min(piece.count, room)
        guard memory.take(kept) else {
            isTruncated = true
            return false
        }
        bytes += kept
        if kept > 0 { chunks.append(CapturedChunk(bytes: kept == piece.count ? piece : Array(piece[..<kept]), at: now)) }
        isTruncated = kept < piece.count
        return !isTruncated
    }
}

/// A drawn call as it leaves the production loop for the shadow thread, when its request is complete.
struct SampledCall: Sendable {
    /// The settings that it was drawn under.
    var route: Route
    var draw: Draw
    /// Path and query after the workload's name.
    var rest: [UInt8]
    /// Path and query as production was asked.
    var target: [UInt8]
    /// End-to-end headers as production got them, credentials included: they go nowhere but to production.
    var headers: Headers
    var body: [UInt8]
    /// Bytes of `CaptureMemory` that the call's request holds.
    var heldBytes: Int
    /// What a gateway said of a call that it made itself; nil for a call that goes through the mirror.
    var tapped: TappedCall?
}

/// What a gateway says of a finished call besides its request.
struct TappedCall: Sendable {
    var externalID: String
    var segment: String?
    var production: Leg
}

/// What a considered call leaves behind while it passes: its request, and its answer once it has been drawn. Loop thread only.
///
/// Pieces are kept as they were passed on, without a copy.
final class CallCapture {
    let consideration: Consideration
    /// The route's position in `table`.
    let route: Int
    let table: RouteTable
    let rest: [UInt8]
    /// Set when the call has been drawn.
    var drawn: Identifier?
    var answer = AnswerCapture()
    /// Why the call cannot be shadowed though it may be drawn.
    private(set) var refusal: CoverageEvent?
    /// Bytes that the request holds of `memory`, until they are handed over.
    var heldBytes = 0
    private let memory: CaptureMemory
    private var pieces: [[UInt8]] = []
    private var bytes = 0

    init(_ consideration: Consideration, route: Int, table: RouteTable, rest: ArraySlice<UInt8>, memory: CaptureMemory) {
        self.consideration = consideration
        self.route = route
        self.table = table
        self.rest = Array(rest)
        self.memory = memory
    }

    /// Given up without being handed over: a call that was not drawn, or whose app left.
    deinit { memory.giveBack(heldBytes) }

    /// Keeps a piece of the request.
    func keepRequest(_ piece: [UInt8], limit: Int) {
        guard refusal == nil else { return }
        bytes += piece.count
        if bytes > limit {
            refuse(.shedTooLarge)
        } else if memory.take(piece.count) {
            heldBytes += piece.count
            pieces.append(piece)
        } else {
            refuse(.shedCaptureFull)
        }
    }

    /// The request in one piece, once.
    func takeRequest() -> [UInt8] {
        defer { pieces = [] }
        return pieces.count == 1 ? pieces[0] : Array(pieces.joined())
    }

    private func refuse(_ event: CoverageEvent) {
        refusal = event
        pieces = []
        memory.giveBack(heldBytes)
        heldBytes = 0
    }
}
