internal import Traffic

/// How often production is asked a second time for one workload in a day, so that the control arm cannot run up a bill unseen.
/// Days are those of UTC.
struct ControlAllowance {
    private var day = Int64.min
    private var used = 0

    /// Whether a day's allowance of `limit` calls is used up.
    mutating func isUsed(of limit: Int, at moment: Timestamp) -> Bool {
        let today = moment.microseconds / 86_400_000_000
        if today != day {
            day = today
            used = 0
        }
        return used >= limit
    }

    /// One call is asked now.
    mutating func use() { used += 1 }
}
