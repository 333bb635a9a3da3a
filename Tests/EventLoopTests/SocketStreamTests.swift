import EventLoop
import Glibc
import Testing

@Suite struct SocketStreamTests {
    /// Notes what happens and calls back.
    private final class Notes: SocketStreamDelegate {
        var received: [UInt8] = []
        var events: [String] = []
        var onEvent: (String, SocketStream) -> Void = { _, _ in }

        func streamReceived(_ stream: SocketStream, _ bytes: Span<UInt8>) {
            for index in bytes.indices { received.append(bytes[index]) }
            note("received", stream)
        }
        func streamEnded(_ stream: SocketStream) { note("ended", stream) }
        func streamFailed(_ stream: SocketStream, errno: Int32) { note("failed \(errno == EPIPE || errno == ECONNRESET)", stream) }
        func streamSent(_ stream: SocketStream, pending: Int) { note(pending == 0 ? "sent" : "waiting", stream) }

        private func note(_ event: String, _ stream: SocketStream) {
            if events.last != event { events.append(event) }
            onEvent(event, stream)
        }
    }

    @Test func sendsAllThatOneTurnWritesAtOnce() throws {
        let pair = try SocketPair(keepsRecords: true)
        let notes = Notes()
        try runLoop { loop in
            let stream = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            notes.onEvent = { event, stream in
                stream.close()
                loop.stop()
            }
            loop.schedule(after: 0) {
                stream.write([1, 2])
                stream.write([3])
                loop.afterEvents { stream.write([4]) }
            }
        }
        #expect(notes.events == ["sent"])
        #expect(pair.receiveAtFar() == [1, 2, 3, 4])
    }

    @Test func sendsWhatAStreamAnsweredBeforeTheNextIsAsked() throws {
        let pairs = try [SocketPair(keepsRecords: true), SocketPair(keepsRecords: true)]
        var seen: [[UInt8]] = []
        try runLoop { loop in
            var open = 0
            for pair in pairs {
                pair.sendFromFar([1])
                let notes = Notes()
                _ = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
                open += 1
                notes.onEvent = { event, stream in
                    if event == "received" {
                        // Both are ready in the same turn: the second finds at its peer's what the first wrote.
                        if open == 1 { seen = pairs.map { $0.receiveAtFar(waits: false) } }
                        stream.write([2])
                        stream.write([3])
                        open -= 1
                    } else {
                        stream.close()
                        if open == 0 { loop.stop() }
                    }
                }
            }
        }
        #expect(seen.contains([2, 3]) && seen.contains([]))
    }

    @Test func keepsWhatTheSocketDoesNotTakeAndSendsItLater() throws {
        let pair = try SocketPair()
        let notes = Notes()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 >> 8) }
        var received: [UInt8] = []
        try runLoop { loop in
            let stream = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            notes.onEvent = { event, stream in
                if event == "waiting" {
                    #expect(stream.pendingOutput > 0)
                    received += pair.receiveAtFar()
                } else {
                    stream.close()
                    loop.stop()
                }
            }
            stream.write(bytes)
        }
        while received.count < bytes.count {
            let more = pair.receiveAtFar()
            if more.isEmpty { break }
            received += more
        }
        #expect(received == bytes)
        #expect(notes.events == ["waiting", "sent"])
    }

    @Test func receivesAndSeesTheEnd() throws {
        let pair = try SocketPair()
        let notes = Notes()
        try runLoop { loop in
            _ = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            notes.onEvent = { event, stream in
                guard event == "ended" else { return pair.closeFar() }
                stream.close()
                loop.stop()
            }
            pair.sendFromFar([7, 8])
        }
        #expect(notes.events == ["received", "ended"])
        #expect(notes.received == [7, 8])
    }

    @Test func endsItsOutputAfterWhatWasWritten() throws {
        let pair = try SocketPair()
        let notes = Notes()
        var stream: SocketStream?
        try runLoop { loop in
            stream = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            notes.onEvent = { _, _ in loop.stop() }
            stream?.write([1])
            stream?.closeSending()
        }
        #expect(pair.receiveAtFar() == [1])
        #expect(pair.receiveAtFar() == [], "the end, while the stream is open")
        #expect(stream?.isOpen == true)
        stream?.close()
    }

    @Test func tellsOfALostConnectionOnceAndClosed() throws {
        let pair = try SocketPair()
        let notes = Notes()
        try runLoop { loop in
            _ = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            notes.onEvent = { event, stream in
                if event == "ended" { return stream.write([1]) }
                #expect(!stream.isOpen)
                stream.write([1])
                stream.close()
                loop.stop()
            }
            pair.closeFar()
        }
        #expect(notes.events == ["ended", "failed true"])
    }

    @Test(arguments: [false, true]) func tellsOnceOfAnEndThatIsNotRead(_ afterBytes: Bool) throws {
        let pair = try SocketPair()
        let notes = Notes()
        var stream: SocketStream?
        try runLoop { loop in
            stream = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            // Switched on and off again, it is still told.
            for isReading in [false, true, false] { stream?.isReading = isReading }
            if afterBytes { pair.sendFromFar([1, 2, 3]) }
            pair.closeFar()
            loop.schedule(after: 30_000_000) { loop.stop() }
        }
        #expect(notes.events == ["ended"])
        stream?.close()
    }

    @Test func readsNothingWhileReadingIsOff() throws {
        let pair = try SocketPair()
        let notes = Notes()
        try runLoop { loop in
            let stream = try SocketStream(loop: loop, descriptor: pair.giveNear(), delegate: notes)
            stream.isReading = false
            pair.sendFromFar([1])
            loop.schedule(after: 5_000_000) {
                #expect(notes.events.isEmpty)
                stream.isReading = true
            }
            notes.onEvent = { _, stream in
                stream.close()
                loop.stop()
            }
        }
        #expect(notes.received == [1])
    }
}
