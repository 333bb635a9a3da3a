internal import Glibc

/// Listening sockets that whoever started this process holds and hands over: systemd's socket activation, sd_listen_fds(3).
///
/// `LISTEN_PID` says whom they are meant for, `LISTEN_FDS` how many there are from descriptor 3 on, `LISTEN_FDNAMES` their names with
/// colons between.
public struct InheritedSockets: Sendable {
    /// Each with its name; `unknown` where none was given.
    public let sockets: [(name: String, socket: ListeningSocket)]

    /// First of the descriptors that are handed over.
    private static let first: Int32 = 3

    /// Takes them, once in a process and before anything else is opened or any thread started; none where none were meant for this
    /// process. The variables are removed, so that no child takes what is not meant for it.
    ///
    /// Throws `cannotListen` where one of them is no listening stream socket: to listen elsewhere instead would lose calls unseen.
    public static func take() throws(EventLoopError) -> InheritedSockets {
        let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
        let values = variables.map { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
        for name in variables { unsafe unsetenv(name) }
        guard let process = values[0].flatMap({ Int32($0) }), process == getpid(), let count = values[1].flatMap({ Int32($0) }), count > 0
        else { return InheritedSockets(sockets: []) }
        let names = values[2]?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        var sockets: [(String, ListeningSocket)] = []
        for place in 0..<Int(min(count, 4096)) {
            let socket = try ListeningSocket(adopting: first + Int32(place))
            sockets.append((place < names.count ? names[place] : "unknown", socket))
        }
        return InheritedSockets(sockets: sockets)
    }

    /// Those of one name, in their order.
    public func named(_ name: String) -> [ListeningSocket] { sockets.filter { $0.name == name }.map(\.socket) }

    /// Those of every other name, in their order.
    public func notNamed(_ name: String) -> [ListeningSocket] { sockets.filter { $0.name != name }.map(\.socket) }
}
