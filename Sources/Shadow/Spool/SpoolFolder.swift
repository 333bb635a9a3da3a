internal import Glibc
internal import Processes
public import Traffic

/// The folder of one spool: one writer fills it, a courier empties it. Many lie beside each other in the root folder, also
/// those of writers that are gone.
public struct SpoolFolder: Sendable, Hashable {
    /// Names the spool for ever: with a position it names a record.
    public let id: Identifier
    public let path: String

    init(id: Identifier, path: String) {
        self.id = id
        self.path = path
    }

    /// The spools in a root folder, oldest first; none when there is no such folder.
    public static func all(in root: String) throws(SpoolError) -> [SpoolFolder] {
        try names(in: root).compactMap { name in Identifier(name).map { SpoolFolder(id: $0, path: root + "/" + name) } }.sorted {
            $0.id < $1.id
        }
    }

    /// Whether the writer is still there: it holds the kernel's lock on the folder's `lock` file for as long as it lives.
    public var isBeingWritten: Bool {
        let descriptor = unsafe open(path + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// The numbers of the segments that exist, ascending.
    public func segments() throws(SpoolError) -> [UInt64] {
        try SpoolFolder.names(in: path).compactMap(SpoolFolder.segmentNumber).sorted()
    }

    /// Bytes of all segments.
    public func size() -> UInt64 {
        guard let segments = try? segments() else { return 0 }
        return segments.reduce(0) { $0 + SpoolFolder.fileSize(file($1)) }
    }

    /// Bytes that may still be written on its disk; as many as there can be where the system does not say.
    func freeBytes() -> UInt64 {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return .max }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Removes the segments with smaller numbers: all of them are shipped.
    public func remove(segmentsBefore segment: UInt64) throws(SpoolError) {
        for number in try segments() where number < segment {
            Failpoint.reach("segment.remove")
            guard unsafe unlink(file(number)) == 0 || errno == ENOENT else { throw SpoolError(system: "remove", file(number)) }
        }
    }

    /// Removes the whole spool. Only for one whose writer is gone and whose records are shipped.
    public func remove() throws(SpoolError) {
        try remove(segmentsBefore: .max)
        Failpoint.reach("spool.remove")
        unsafe unlink(path + "/lock")
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw SpoolError(system: "remove", path) }
    }

    /// The file of a segment.
    func file(_ segment: UInt64) -> String {
        let digits = String(segment)
        return path + "/" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".seg"
    }

    private static func segmentNumber(_ name: String) -> UInt64? { name.hasSuffix(".seg") ? UInt64(name.dropLast(4)) : nil }

    /// Bytes of the segments of all spools in a root folder.
    static func totalSize(in root: String) -> UInt64 { ((try? all(in: root)) ?? []).reduce(0) { $0 + $1.size() } }

    static func fileSize(_ path: String) -> UInt64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? UInt64(max(0, status.st_size)) : 0
    }

    private static func names(in folder: String) throws(SpoolError) -> [String] {
        guard let stream = unsafe opendir(folder) else {
            if errno == ENOENT { return [] }
            throw SpoolError(system: "list", folder)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // The name is a C array of fixed size inside the entry; its address is read before the entry is replaced.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            names.append(name)
        }
        return names
    }
}
