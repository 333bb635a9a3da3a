import Glibc
import Processes

/// A folder of a test's own (mode 0700), removed with all that is in it when the last reference goes.
public final class TemporaryFolder: Sendable {
    /// Its absolute path, without links.
    public let path: String

    /// Makes the folder under the system's temporary folder.
    public init() throws {
        path = try FileSystem.makeUniqueFolder(in: "/tmp", prefix: "understudy-test-")
    }

    deinit {
        // Nothing depends on it: the system clears its temporary folder.
        try? FileSystem.remove(path)
    }

    /// The path of something in the folder.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and gives its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try FileSystem.append(text, to: path(name))
        return path(name)
    }
}

/// The folder with data and vectors shared by the project's parts: `UNDERSTUDY_SHARED`, else `../shared` beside the repository.
/// nil where it is absent; tests that need it skip then, saying so.
public func sharedFolder() -> String? {
    if let named = unsafe getenv("UNDERSTUDY_SHARED").map({ unsafe String(cString: $0) }) {
        return FileSystem.isFolder(named) ? FileSystem.realPath(named) : nil
    }
    let shared = "\(repositoryFolder())/../shared"
    return FileSystem.isFolder(shared) ? FileSystem.realPath(shared) : nil
}

/// The repository's root, for tests that read its files.
public func repositoryFolder() -> String {
    // This file is Tests/TestSupport/TemporaryFolder.swift; the build may see the tree through links.
    guard let here = FileSystem.realPath(#filePath) else { preconditionFailure("the tests run without their sources") }
    return here.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
}
