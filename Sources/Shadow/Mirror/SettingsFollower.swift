internal import Configuration
internal import Glibc

/// Looks at the settings file and reads it when it has changed. What is no good settings file changes nothing.
struct SettingsFollower {
    /// What a look brought.
    enum News {
        case unchanged
        case loaded(MirrorSettings)
        /// There is no file. Told once.
        case missing(SettingsFileError)
        /// There is one that cannot be used. Told once for each version of it.
        case unusable(SettingsFileError)
    }

    private struct Version: Equatable {
        var device: UInt
        var inode: UInt
        var seconds: Int
        var nanoseconds: Int
        /// Of the last change of its permissions or links: a file that could not be read may be readable now.
        var changeSeconds: Int
        var changeNanoseconds: Int
        var size: Int
    }

    private enum Seen: Equatable {
        case nothing
        case absence
        case version(Version)
    }

    private let file: String
    private var seen = Seen.nothing

    init(file: String) { self.file = file }

    /// Looks once; cheap when nothing has changed.
    mutating func look() -> News {
        var status = stat()
        let current: Seen
        if unsafe stat(file, &status) == 0 {
            current = .version(
                Version(
                    device: UInt(status.st_dev), inode: UInt(status.st_ino), seconds: status.st_mtim.tv_sec,
                    nanoseconds: status.st_mtim.tv_nsec, changeSeconds: status.st_ctim.tv_sec,
                    changeNanoseconds: status.st_ctim.tv_nsec, size: Int(status.st_size)))
        } else {
            current = .absence
        }
        guard current != seen else { return .unchanged }
        seen = current
        do throws(SettingsFileError) {
            return .loaded(try MirrorSettings.read(from: file))
        } catch {
            return error.code == .missing ? .missing(error) : .unusable(error)
        }
    }
}
