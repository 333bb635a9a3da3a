import EventLoop
import Glibc
import Synchronization
import Testing

/// Makes a loop, sets it up on this thread, runs it here until something stops it.
func runLoop(_ body: (EventLoop) throws -> Void) throws {
    let loop = try EventLoop()
    try body(loop)
    // A test that waits for what never comes ends here.
    let limit = loop.schedule(after: 10_000_000_000) {
        Issue.record("the loop was not stopped within ten seconds")
        loop.stop()
    }
    loop.run()
    limit.cancel()
}

@Suite struct EventLoopTests {
    @Test func runsSubmittedWorkInOrderAndStopsAfterIt() throws {
        var seen: [Int] = []
        try runLoop { loop in
            nonisolated(unsafe) let note: (Int) -> Void = { seen.append($0) }
            for number in 0..<5 { loop.submit { unsafe note(number) } }
            loop.stop()
            loop.submit { unsafe note(5) }
        }
        #expect(seen == [0, 1, 2, 3, 4, 5])
    }

    @Test func takesWorkFromManyThreadsEachInItsOrder() throws {
        let receiver = try LoopThread(name: "receiver")
        let seen = Mutex<[[Int]]>([[], [], []])
        let senders = try (0..<3).map { _ in try LoopThread(name: "sender") }
        for (sender, thread) in senders.enumerated() {
            thread.loop.submit {
                for number in 0..<1000 {
                    receiver.loop.submit { seen.withLock { $0[sender].append(number) } }
                }
            }
        }
        for thread in senders { thread.stop() }
        receiver.stop()
        #expect(seen.withLock { $0 } == Array(repeating: Array(0..<1000), count: 3))
    }

    @Test func knowsItsThread() throws {
        let thread = try LoopThread(name: "named")
        #expect(!thread.loop.inLoop)
        let inside = Mutex(false)
        thread.loop.submit { inside.withLock { $0 = thread.loop.inLoop } }
        thread.stop()
        thread.stop()
        #expect(inside.withLock { $0 })
    }

    @Test func performsWorkElsewhereAndWaitsForIt() throws {
        let thread = try LoopThread(name: "worker")
        #expect(try thread.perform { thread.loop.inLoop })
        #expect(throws: CancellationError.self) { try thread.perform { throw CancellationError() } }
        thread.stop()
    }

    @Test func runsAgainAfterAStop() throws {
        let loop = try EventLoop()
        loop.stop()
        loop.run()
        let ran = Mutex(false)
        loop.submit { ran.withLock { $0 = true } }
        loop.stop()
        loop.run()
        #expect(ran.withLock { $0 })
    }

    @Test func firesTimersInOrderAndNeverEarly() throws {
        var fired: [Int] = []
        let start = MonotonicClock.nanoseconds()
        var elapsed: UInt64 = 0
        try runLoop { loop in
            loop.schedule(after: 30_000_000) {
                elapsed = MonotonicClock.nanoseconds() - start
                fired.append(3)
                loop.stop()
            }
            loop.schedule(after: 10_000_000) { fired.append(2) }
            loop.schedule(after: 0) { fired.append(1) }
            loop.schedule(after: 20_000_000) { fired.append(9) }.cancel()
        }
        #expect(fired == [1, 2, 3])
        #expect(elapsed >= 30_000_000)
    }

    @Test func reschedulesATimerThatIsArmedOrHasFired() throws {
        var count = 0
        let loop = try EventLoop()
        var timer: LoopTimer?
        timer = loop.schedule(after: 3_600_000_000_000) {
            count += 1
            if count < 3 { timer?.reschedule(after: 1000) } else { loop.stop() }
            #expect(timer?.isArmed == (count < 3))
        }
        timer?.reschedule(after: 1000)
        loop.run()
        #expect(count == 3)
        timer = nil
    }

    @Test func runsDeferredWorkBeforeItWaitsAgain() throws {
        var order: [String] = []
        try runLoop { loop in
            loop.schedule(after: 0) {
                loop.afterEvents {
                    order.append("deferred")
                    loop.afterEvents {
                        order.append("deferred again")
                        loop.stop()
                    }
                }
                order.append("event")
            }
        }
        #expect(order == ["event", "deferred", "deferred again"])
    }

    @Test func reportsSignals() throws {
        var count = 0
        try runLoop { loop in
            loop.onSignal(SIGUSR2) {
                count += 1
                loop.stop()
            }
            kill(getpid(), SIGUSR2)
        }
        #expect(count == 1)
    }

    @Test func watchesADescriptorUntilCancelled() throws {
        let pair = try SocketPair()
        var events: [String] = []
        try runLoop { loop in
            var watch: LoopWatch?
            watch = loop.watch(pair.near, .read) { interest in
                events.append(interest.contains(.read) ? "read" : "write")
                if events.count == 2 {
                    watch?.update(.write)
                } else if events.count == 3 {
                    watch?.cancel()
                    watch?.update(.read)
                    loop.schedule(after: 2_000_000) { loop.stop() }
                }
            }
            pair.sendFromFar([1])
        }
        #expect(events == ["read", "read", "write"], "level-triggered, then what update asked for, then nothing")
    }

    @Test func clocksCountInTheirUnits() {
        #expect(abs(WallClock.microseconds() / 1_000_000 - Int64(time(nil))) <= 1)
        let first = MonotonicClock.nanoseconds()
        #expect(MonotonicClock.nanoseconds() >= first)
    }
}
