internal import Glibc

/// Folders and files with exact owners and modes, whatever the process's umask.
public enum FileSystem {
    /// Makes a folder, and those above it (mode 0755), or brings an existing one to `mode` where that is allowed.
    ///
    /// - Parameter owner: whom it is to belong to; needs root. nil: whoever makes it.
    /// - Throws: `notPermitted`, `readOnly`, or `system` (a file stands in the way, the disk is full).
    public static func makeFolder(_ path: String, mode: UInt32, owner: SystemUser? = nil) throws(ProcessError) {
        if unsafe mkdir(path, mode) != 0 {
            var code = errno
            if code == ENOENT, let parent = parent(of: path) {
                try makeFolder(parent, mode: 0o755)
                code = unsafe mkdir(path, mode) == 0 ? 0 : errno
            }
            if code == EEXIST, isFolder(path) { code = 0 }
            guard code == 0 else { throw ProcessError(attempt: "cannot make the folder \(path)", errno: code) }
        }
        if let owner, unsafe chown(path, owner.userID, owner.groupID) != 0 {
            throw ProcessError(attempt: "cannot give \(path) to the user \(owner.name)", errno: errno)
        }
        guard let state = state(path), state.st_mode & 0o7777 != mode else { return }
        guard unsafe chmod(path, mode) == 0 else { throw ProcessError(attempt: "cannot set the mode of \(path)", errno: errno) }
    }

    /// Makes a folder (mode 0700) of its own name under `parent` and gives its path.
    ///
    /// - Throws: as `makeFolder`.
    public static func makeUniqueFolder(in parent: String, prefix: String) throws(ProcessError) -> String {
        let template = "\(parent)/\(prefix)XXXXXX"
        var bytes = template.utf8CString
        let made = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw ProcessError(attempt: "cannot make the folder \(template)", errno: errno) }
        return made
    }

    /// Renames a file or folder within its file system, replacing a file (or an empty folder) of the new name.
    ///
    /// - Throws: `notFound`, `notPermitted`, `readOnly`, `system`.
    public static func rename(_ path: String, to newPath: String) throws(ProcessError) {
        guard unsafe Glibc.rename(path, newPath) == 0 else {
            throw ProcessError(attempt: "cannot rename \(path) to \(newPath)", errno: errno)
        }
    }

    /// Removes a file, or a folder with all that is in it, without following links. What is not there is no error.
    ///
    /// - Throws: `notPermitted`, `readOnly`, `system`.
    public static func remove(_ path: String) throws(ProcessError) {
        guard unsafe unlink(path) != 0, errno != ENOENT else { return }
        guard errno == EISDIR || errno == EPERM else { throw ProcessError(attempt: "cannot remove \(path)", errno: errno) }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        guard unsafe rmdir(path) == 0 else { throw ProcessError(attempt: "cannot remove \(path)", errno: errno) }
    }

    /// True if `path` is a folder.
    public static func isFolder(_ path: String) -> Bool { state(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// True if something is there.
    public static func exists(_ path: String) -> Bool { state(path) != nil }

    /// Whom the file or folder belongs to; nil if it is not there.
    public static func owner(of path: String) -> SystemUser? {
        guard let state = state(path) else { return nil }
        return SystemUser(userID: state.st_uid) ?? SystemUser(name: "\(state.st_uid)", userID: state.st_uid, groupID: state.st_gid)
    }

    /// The names in a folder, sorted, without `.` and `..`.
    ///
    /// - Throws: `notFound`, `notPermitted`.
    public static func names(in folder: String) throws(ProcessError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw ProcessError(attempt: "cannot read the folder \(folder)", errno: errno) }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The first folder on the way to `path` (itself included) that `user` may not enter; nil if all are open. Looks at modes only,
    /// not at access lists.
    public static func barrier(to path: String, for user: SystemUser) -> String? {
        var folder: String? = path
        var barrier: String?
        while let place = folder {
            guard let state = state(place) else { return place }
            let mine = state.st_uid == user.userID ? S_IXUSR : (state.st_gid == user.groupID ? S_IXGRP : S_IXOTH)
            if !user.isRoot && state.st_mode & mine == 0 { barrier = place }
            folder = parent(of: place)
        }
        return barrier
    }

    /// The absolute path with every link followed; nil if it does not lead anywhere.
    public static func realPath(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// What a symbolic link says, wherever that leads; nil where there is none.
    public static func target(ofLink path: String) -> String? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe target.withUnsafeMutableBytes { unsafe readlink(path, $0.baseAddress!, $0.count) }
        return count >= 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
    }

    /// The program called `name` in the folders of PATH; nil if there is none.
    public static func executable(_ name: String) -> String? {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 && !isFolder($0) }
    }

    /// The whole of a small text file (64 KiB at most); nil if it cannot be read.
    public static func smallText(_ path: String) -> String? { readSmallFile(path).map { String(decoding: $0, as: UTF8.self) } }

    /// Adds text to the end of a file, which is created with mode 0600 if it is absent.
    ///
    /// - Throws: `notFound` (the folder), `notPermitted`, `readOnly`, `system` (the disk is full).
    public static func append(_ text: String, to path: String) throws(ProcessError) {
        let file = try Descriptor(opening: path, O_WRONLY | O_APPEND | O_CREAT)
        let bytes = Array(text.utf8)
        guard unsafe write(file.number, bytes, bytes.count) == bytes.count else {
            throw ProcessError(attempt: "cannot write to \(path)", errno: errno)
        }
    }

    /// Writes a file so that readers see the old or the new one whole, also after a power cut.
    ///
    /// - Throws: `notFound` (the folder), `notPermitted`, `readOnly`, `system` (the disk is full).
    public static func replace(_ path: String, with text: String, mode: UInt32) throws(ProcessError) {
        let unfinished = "\(path).\(getpid()).tmp"
        do throws(ProcessError) {
            let file = try Descriptor(opening: unfinished, O_WRONLY | O_CREAT | O_TRUNC)
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let written = unsafe bytes.withUnsafeBytes { unsafe write(file.number, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw ProcessError(attempt: "cannot write to \(path)", errno: written < 0 ? errno : EIO) }
                bytes = bytes.dropFirst(written)
            }
            guard fchmod(file.number, mode) == 0, fsync(file.number) == 0 else {
                throw ProcessError(attempt: "cannot write to \(path)", errno: errno)
            }
            try rename(unfinished, to: path)
            if let folder = parent(of: path), let opened = try? Descriptor(opening: folder, O_RDONLY | O_DIRECTORY) {
                fsync(opened.number)
            }
        } catch {
            unsafe unlink(unfinished)
            throw error
        }
    }

    private static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), path != "/" else { return path == "." || path == "/" ? nil : "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func state(_ path: String) -> stat? {
        var state = stat()
        return unsafe stat(path, &state) == 0 ? state : nil
    }
}
