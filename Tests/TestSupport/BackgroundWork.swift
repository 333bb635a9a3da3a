import Dispatch
import Synchronization

/// Blocking work on a thread of its own, begun at once. The tests' few pooled threads may all be blocked, so nothing that another
/// test waits for may depend on one of them.
public final class BackgroundWork<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let group = DispatchGroup()

    /// Begins the work.
    public init(_ work: @escaping @Sendable () throws -> Value) {
        DispatchQueue(label: "background work").async(group: group) {
            let outcome = Result { try work() }
            self.result.withLock { $0 = outcome }
        }
    }

    /// What the work gave or threw, when it is done.
    public func value() async throws -> Value {
        await withCheckedContinuation { continuation in
            group.notify(queue: DispatchQueue(label: "background work done")) { continuation.resume() }
        }
        guard let outcome = result.withLock({ $0 }) else { preconditionFailure("the work is done") }
        return try outcome.get()
    }
}
