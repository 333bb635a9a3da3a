internal import HTTPWire
internal import Traffic

/// Keeps calls that production refuses from being paid for at the candidate: whoever reaches the mirror with a wrong key gets 401 or
/// 403 from production, while the candidate is asked with a key of ours.
///
/// A caller that production has refused is left out for a pause, then tried with one call a pause until production takes it again.
/// Callers that production never took share an allowance, so that a new wrong key with every call gains nothing. Pure; moments are
/// nanoseconds of one monotonic clock.
struct CallerBreaker {
    static let pause: UInt64 = 60_000_000_000
    /// Refusals of callers that were never accepted, in one pause, before all such callers are left out.
    static let strangersAllowed = 20
    /// Callers remembered on either side.
    static let capacity = 4096

    /// When each may be tried again.
    private var refused: [UInt64: UInt64] = [:]
    private var accepted: Set<UInt64> = []
    private var strangersRefused = 0
    private var strangersSince: UInt64 = 0

    /// Callers that are remembered.
    var remembered: Int { refused.count + accepted.count }

    /// Whether a call of that caller may be shadowed.
    mutating func admits(_ caller: UInt64, at now: UInt64) -> Bool {
        if let until = refused[caller] {
            guard now >= until else { return false }
            refused[caller] = now + CallerBreaker.pause
        }
        return accepted.contains(caller) || strangersRefused < CallerBreaker.strangersAllowed
            || now - strangersSince >= CallerBreaker.pause
    }

    /// Production has answered a call of that caller.
    mutating func answered(_ caller: UInt64, status: Int, at now: UInt64) {
        switch status {
        case 200..<300:
            refused[caller] = nil
            if accepted.count >= CallerBreaker.capacity, !accepted.contains(caller) { accepted = [] }
            accepted.insert(caller)
        case 401, 403:
            if accepted.remove(caller) == nil { countStranger(at: now) }
            if refused.count >= CallerBreaker.capacity { refused = refused.filter { $0.value > now } }
            if refused.count >= CallerBreaker.capacity { refused = [:] }
            refused[caller] = now + CallerBreaker.pause
        default: break
        }
    }

    /// Whether production's answer means that it does not take the caller.
    static func isRefusal(_ status: Int?) -> Bool { status == 401 || status == 403 }

    /// A caller as a number that says nothing about the credentials without the installation's key.
    static func caller(_ headers: Headers, target: [UInt8], key: KeyedHash) -> UInt64 {
        var credentials: [UInt8] = []
        for name in ["Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key"] {
            credentials += headers.bytes(of: name) ?? []
            credentials.append(0)
        }
        // Some APIs take the key in the query.
        if credentials.allSatisfy({ $0 == 0 }) { credentials += target.drop { $0 != UInt8(ascii: "?") } }
        return key.hash(credentials)
    }

    private mutating func countStranger(at now: UInt64) {
        if now - strangersSince >= CallerBreaker.pause {
            strangersSince = now
            strangersRefused = 0
        }
        strangersRefused += 1
    }
}
