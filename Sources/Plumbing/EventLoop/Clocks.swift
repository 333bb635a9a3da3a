internal import Glibc

/// Time for measuring: never set back, counts on while no one looks, the same for all threads of a machine.
public enum MonotonicClock {
    /// CLOCK_MONOTONIC in nanoseconds.
    public static func nanoseconds() -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}

/// Time for dating; may jump when the machine's clock is set.
public enum WallClock {
    /// CLOCK_REALTIME in microseconds since 1970-01-01 00:00 UTC.
    public static func microseconds() -> Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }
}
