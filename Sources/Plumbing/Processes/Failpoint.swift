internal import Glibc
private import Synchronization

/// Places where a test may have the process killed, as a power cut would: `UNDERSTUDY_FAILPOINT=append.half:3,copy.before`
/// kills it with SIGKILL when `append.half` is reached for the third time, or `copy.before` for the first.
///
/// The variable is read once; without it a failpoint costs one comparison.
public enum Failpoint {
    /// Kills the process when the environment asks for it here.
    public static func reach(_ name: String) {
        guard isArmed(name) else { return }
        kill(getpid(), SIGKILL)
    }

    /// Whether the process is to die at this place now; counts the visit. For places that must do half of something first.
    public static func isArmed(_ name: String) -> Bool {
        if armed.isEmpty { return false }
        guard let visit = armed[name] else { return false }
        return visits.withLock { visits in
            visits[name, default: 0] += 1
            return visits[name] == visit
        }
    }

    /// Names and the visit that kills.
    private static let armed: [String: Int] = {
        guard let text = unsafe getenv("UNDERSTUDY_FAILPOINT") else { return [:] }
        var points: [String: Int] = [:]
        for entry in unsafe String(cString: text).split(separator: ",") {
            let parts = entry.split(separator: ":")
            if let name = parts.first { points[String(name)] = parts.count > 1 ? Int(parts[1]) ?? 1 : 1 }
        }
        return points
    }()

    private static let visits = Mutex<[String: Int]>([:])
}
