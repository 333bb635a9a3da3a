/// What a server allows its clients. Times are nanoseconds, sizes bytes.
public struct ServerLimits: Sendable {
    /// The longest request head, request line included (431, or 414 for the line alone). Default 64 KiB.
    public var maxHeadBytes = 65_536
    /// The most header lines of a request (431). Default 256.
    public var maxHeaders = 256
    /// How long a head may take from its first byte to its last (408), and a handshake of TLS (closed). Default 15 s.
    public var headTimeout: UInt64 = 15_000_000_000
    /// How long a connection may lie idle between requests before it is closed. Default 75 s, longer than usual clients keep theirs.
    public var idleTimeout: UInt64 = 75_000_000_000
    /// How long a client may send nothing of a body that it owes (408), or take nothing of a response (closed). Default 60 s.
    public var stallTimeout: UInt64 = 60_000_000_000
    /// How long, after an answer that ends the connection early, input is still thrown away so that the client can read the answer. Default 2 s.
    public var lingerTimeout: UInt64 = 2_000_000_000
    /// Connections at once; further ones wait in the kernel's queue. Default 16,384.
    public var maxConnections = 16_384
    /// From this much unsent output on, `Exchange.write` asks its caller to wait. Default 256 KiB.
    public var outputHighWater = 262_144
    /// When unsent output has fallen to this, `responseDrained` says go on. Default 64 KiB.
    public var outputLowWater = 65_536

    /// The defaults.
    public init() {}
}
