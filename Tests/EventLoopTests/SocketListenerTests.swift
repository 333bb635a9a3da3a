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
        let listener = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(_, let port) = listener.address else { return }
        #expect(port > 0)
        #expect {
            try ListeningSocket(.tcp(host: "127.0.0.1", port: port))
        } throws: { error in
            "\(error)".hasPrefix("cannot listen on 127.0.0.1:\(port): another process has it")
        }
    }

    @Test func sharesAPortWhereAsked() throws {
        let first = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0), reusePort: true)
        let second = try ListeningSocket(first.address, reusePort: true)
        #expect(second.address == first.address)
    }

    @Test func replacesASocketFileLeftBehindButNoLiveOne() throws {
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

        do {
            let live = try ListeningSocket(.unix(path: path))
            #expect(live.address == .unix(path: path))
            #expect(throws: EventLoopError.self) { try ListeningSocket(.unix(path: path)) }
        }
        #expect(unsafe access(path, F_OK) != 0, "its end removes the file")
    }

    @Test func saysWhatIsWrongWithAPath() throws {
        #expect {
            try ListeningSocket(.unix(path: "/" + String(repeating: "x", count: 120)))
        } throws: { "\($0)".contains("longer than 107 bytes") }
        #expect {
            try ListeningSocket(.unix(path: "/nowhere-at-all/x"))
        } throws: { "\($0)".contains("the folder does not exist") }
        #expect {
            try ListeningSocket(.tcp(host: "host.invalid", port: 0))
        } throws: { "\($0)".contains("no such host") }
    }

    @Test func acceptsOnSeveralLoopsFromOneSocketThatOutlivesThem() throws {
        let socket = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
        let loop = try EventLoop()
        for _ in 0..<2 {
            var accepted = 0
            // It comes while nobody accepts, and waits.
            let client = try connect(to: socket.address)
            let listener = try SocketListener(loop: loop, socket) {
                close($0)
                accepted += 1
                loop.stop()
            }
            loop.run()
            #expect(accepted == 1)
            listener.close()
            close(client)
        }
    }

    @Test func aPortThatIsSharedMustBeNobodyElses() throws {
        let first = try ListeningSocket.shared(.tcp(host: "127.0.0.1", port: 0), by: 3)
        #expect(Set(first.map(\.address)).count == 1 && first.count == 3)
        #expect(throws: EventLoopError.self) { try ListeningSocket.shared(first[0].address, by: 3) }
    }

    private func connect(to address: SocketAddress) throws -> Int32 {
        guard case .tcp(_, let port) = address else { return -1 }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        unsafe inet_pton(AF_INET, "127.0.0.1", &target.sin_addr)
        let connected = unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        return descriptor
    }
}
