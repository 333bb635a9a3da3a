import Foundation
import Glibc
import Spool
import Synchronization
import Traffic

/// Sees every record that mirrors bring into their spools, whoever dies and whatever the courier removes: it links each segment into a
/// folder of its own as soon as it appears, and reads it there. What it has seen whole was finished, and must be in the database.
final class SpoolWitness: @unchecked Sendable {
    // @unchecked: everything mutable is behind the lock.
    /// A pair as it was written.
    struct SeenPair: Sendable {
        let id: Identifier
        let candidate: String?
        var production: String?
        var hasCall = false
    }

    private struct State {
        var pairs: [Identifier: SeenPair] = [:]
        var calls: [Identifier: String?] = [:]
        var pairOfCall: [Identifier: Identifier] = [:]
        var positions: [Identifier: SpoolPosition] = [:]
        /// Every record with its spool, in the order of writing.
        var entries: [(spool: Identifier, entry: SpoolEntry)] = []
    }

    private let live: String
    private let kept: String
    private let state = Mutex(State())
    private let stopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - live: the mirrors' folder of spools; need not exist yet.
    ///   - kept: where the links go; on the same disk.
    init(_ live: String, keeping kept: String) throws {
        self.live = live
        self.kept = kept
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
        Thread.detachNewThread { [self] in
            while !stopped.load(ordering: .relaxed) {
                look()
                usleep(3_000)
            }
            ended.signal()
        }
    }

    /// Looks a last time and ends; again is harmless.
    func stop() {
        guard !stopped.exchange(true, ordering: .relaxed) else { return }
        ended.wait()
        look()
    }

    /// Pairs seen whole so far, with their calls.
    var pairs: [SeenPair] { state.withLock { state in state.pairs.values.filter(\.hasCall) } }

    /// Everything seen of one spool.
    func entries(of spool: Identifier) -> [SpoolEntry] { state.withLock { $0.entries.filter { $0.spool == spool }.map(\.entry) } }

    private func look() {
        link()
        for spool in (try? SpoolFolder.all(in: kept)) ?? [] {
            while let batch = try? SpoolReader(spool).read(from: state.withLock { $0.positions[spool.id] ?? .start }),
                state.withLock({ !batch.isIdle(from: $0.positions[spool.id] ?? .start) })
            {
                take(batch, of: spool.id)
            }
        }
    }

    /// The lock is linked too: it tells a reader whether half a record may still become whole.
    private func link() {
        for spool in (try? FileManager.default.contentsOfDirectory(atPath: live)) ?? [] where !spool.hasPrefix(".") {
            let folder = "\(kept)/\(spool)"
            unsafe mkdir(folder, 0o700)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(live)/\(spool)")) ?? []
            for name in names.sorted(by: { $0 == "lock" || ($1 != "lock" && $0 < $1) }) {
                unsafe Glibc.link("\(live)/\(spool)/\(name)", "\(folder)/\(name)")
            }
        }
    }

    private func take(_ batch: SpoolBatch, of spool: Identifier) {
        state.withLock { state in
            for entry in batch.entries {
                state.entries.append((spool, entry))
                switch entry.record {
                case .call(let call):
                    state.calls[call.id] = call.production.output
                    if let pair = state.pairOfCall[call.id] {
                        state.pairs[pair]?.hasCall = true
                        state.pairs[pair]?.production = call.production.output
                    }
                case .pair(let pair):
                    state.pairOfCall[pair.callID] = pair.id
                    var seen = SeenPair(id: pair.id, candidate: pair.candidate.output)
                    if let production = state.calls[pair.callID] {
                        seen.hasCall = true
                        seen.production = production
                    }
                    state.pairs[pair.id] = seen
                case .coverage: break
                }
            }
            state.positions[spool] = batch.next
        }
    }
}
