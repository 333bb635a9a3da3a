internal import Glibc

/// A user of this machine.
public struct SystemUser: Sendable, Hashable {
    /// The login name; the number where it has none.
    public let name: String
    /// The user's number.
    public let userID: UInt32
    /// The number of the user's own group.
    public let groupID: UInt32

    /// The user whom this process acts as.
    public static var current: SystemUser {
        SystemUser(userID: geteuid()) ?? SystemUser(name: "\(geteuid())", userID: geteuid(), groupID: getegid())
    }

    /// True for the one who may do anything.
    public var isRoot: Bool { userID == 0 }

    /// For work that root must not do: `postgres` where it exists, else `nobody`.
    public static var unprivileged: SystemUser? { SystemUser(named: "postgres") ?? SystemUser(named: "nobody") }

    /// The user with this login name; nil if there is none.
    public init?(named name: String) {
        guard let user = unsafe Self.look({ unsafe getpwnam_r(name, $0, $1, $2, $3) }) else { return nil }
        self = user
    }

    /// The user with this number; nil if there is none.
    public init?(userID: UInt32) {
        guard let user = unsafe Self.look({ unsafe getpwuid_r(userID, $0, $1, $2, $3) }) else { return nil }
        self = user
    }

    init(name: String, userID: UInt32, groupID: UInt32) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
    }

    private static func look(
        _ find: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> SystemUser? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard unsafe find(&entry, start, buffer.count, &found) == 0, unsafe found != nil else { return nil }
            return unsafe SystemUser(name: String(cString: entry.pw_name), userID: entry.pw_uid, groupID: entry.pw_gid)
        }
    }
}
