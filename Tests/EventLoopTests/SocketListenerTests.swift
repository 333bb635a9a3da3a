import EventLoop
import Glibc
import Testing

@Suite struct SocketListenerTests {
    private func temporaryPath() -> String { "/tmp/understudy-listener-\(getpid())-\(UInt32.random(in: 0 ... .max))" }

    @Test(arguments: [
        ("127.0.0.1:8080", SocketAddress.tcp(host: "127.0.0.1", port: 8080)), ("[::1]:0", .tcp(host: "::1", port: 0)),
        ("localhost:65535", .tcp(host: "localhost", port: 65535)), (":80", .tcp(host: "", port: 80)),
        ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
    ])
    func readsAddressesAndWritesThemBack(_ text: String, _ address: SocketAddress) throws {
        #expect(try SocketAddress(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: ["", "8080", "host", "host:", "host:x", "host:65536", "host:-1", "host:+1", "::1:80", "[]:80", "[::1]", "unix:"])
    func refusesWhatIsNoAddress(_ text: String) {
        #expect {
            try SocketAddress(parsing: text)
        } throws: { error in
            (error as? EventLoopError)?.code == .invalidAddress && "\(error)".contains("127.0.0.1:8080")
        }
    }

    @Test func choosesAPortAndRefusesOneThatIsTaken() throws {
        let loop = try EventLoop()
        let listener = try SocketListener(loop: loop, .tcp(host: "127.0.0.1", port: 0), reusePort: false) { close($0) }
        guard case .tcp(_, let port) = listener.address else { return }
        #expect(port > 0)
        #expect {
            try SocketListener(loop: loop, .tcp(host: "127.0.0.1", port: port), reusePort: false) { close($0) }
        } throws: { error in
            "\(error)".hasPrefix("cannot listen on 127.0.0.1:\(port): another process has it")
        }
    }

    @Test func sharesAPortWhereAsked() throws {
        let loop = try EventLoop()
        let first = try SocketListener(loop: loop, .tcp(host: "127.0.0.1", port: 0), reusePort: true) { close($0) }
        let second = try SocketListener(loop: loop, first.address, reusePort: true) { close($0) }
        #expect(second.address == first.address)
    }

    @Test func replacesASocketFileLeftBehindButNoLiveOne() throws {
        let loop = try EventLoop()
        let path = temporaryPath()
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
        }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(stale, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(stale)  // the file stays, as after a crash

        let listener = try SocketListener(loop: loop, .unix(path: path), reusePort: false) { close($0) }
        #expect(throws: EventLoopError.self) {
            try SocketListener(loop: loop, .unix(path: path), reusePort: false) { close($0) }
        }
        listener.close()
        #expect(unsafe access(path, F_OK) != 0, "close removes the file")
    }

    @Test func saysWhatIsWrongWithAPath() throws {
        let loop = try EventLoop()
        #expect {
            try SocketListener(loop: loop, .unix(path: "/" + String(repeating: "x", count: 120)), reusePort: false) { close($0) }
        } throws: { "\($0)".contains("longer than 107 bytes") }
        #expect {
            try SocketListener(loop: loop, .unix(path: "/nowhere-at-all/x"), reusePort: false) { close($0) }
        } throws: { "\($0)".contains("the folder does not exist") }
        #expect {
            try SocketListener(loop: loop, .tcp(host: "host.invalid", port: 0), reusePort: false) { close($0) }
        } throws: { "\($0)".contains("no such host") }
    }
}
