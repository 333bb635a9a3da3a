internal import Glibc

/// Whoever runs this process as a service and wants to know how it is: systemd's protocol, sd_notify(3).
public enum ServiceManager {
    /// The variable that names its socket. Children must not get it: they would speak for this process.
    public static let variable = "NOTIFY_SOCKET"

    /// Says that the process is ready, where somebody wants to know; says nothing else, and waits for nothing.
    public static func tellReady() {
        guard let path = unsafe getenv(variable).map({ unsafe String(cString: $0) }) else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A path, or with `@` for its first byte a name that is in no file system.
        guard path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        let bytes = path.hasPrefix("@") ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in unsafe room.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let message = Array("READY=1".utf8)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
