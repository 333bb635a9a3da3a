import Foundation
import Glibc
import Synchronization

/// The built binary at a terminal: what it writes can be awaited, and keys typed.
final class PseudoTerminal: @unchecked Sendable {
    // @unchecked: `process` is only started, signalled and awaited; the descriptors are only read and written.
    private let master: Int32
    private let slave: Int32
    private let process = Process()
    private let written = Mutex<String>("")

    /// Starts a command with the terminal as its standard input, output and errors.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // TIOCSPTLCK, TIOCGPTN and TIOCSWINSZ: Swift's view of glibc knows neither these nor posix_openpt.
        var (locked, number): (Int32, Int32) = (0, 0)
        guard master >= 0, unsafe ioctl(master, 0x4004_5431, &locked) == 0, unsafe ioctl(master, 0x8004_5430, &number) == 0 else {
            throw Unexpected("no pseudo-terminal")
        }
        slave = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        guard slave >= 0, unsafe ioctl(master, 0x5414, &size) == 0 else {
            throw Unexpected("no end of the pseudo-terminal for the program")
        }
        process.executableURL = URL(filePath: Program.path)
        process.arguments = arguments
        process.environment = Program.merged(environment)
        let end = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        (process.standardInput, process.standardOutput, process.standardError) = (end, end, end)
        try process.run()
        Thread.detachNewThread { [master, weak self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe read(master, &buffer, buffer.count)
                guard count > 0, let self else { return }
                self.written.withLock { $0 += String(decoding: buffer[..<count], as: UTF8.self) }
            }
        }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(slave)
        close(master)
    }

    /// All that was written so far.
    var output: String { written.withLock { $0 } }

    /// Waits until something is written after the last `type`, or since the start.
    @discardableResult
    func expect(_ text: String, within seconds: Double = 90) throws -> String {
        try eventually(within: seconds, "“\(text)” on the terminal; there is: \(output.suffix(1500))") {
            let fresh = String(output.dropFirst(seen))
            return fresh.contains(text) ? fresh : nil
        }
    }

    private var seen = 0

    /// Types, when what lies on the screen has settled: keys typed before are thrown away on purpose.
    func type(_ keys: String) {
        var last = output.count
        repeat {
            last = output.count
            usleep(150_000)
        } while output.count != last
        seen = last
        let bytes = Array(keys.utf8)
        _ = unsafe write(master, bytes, bytes.count)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end; the exit code, or minus the signal that ended it.
    func waitForEnd() throws -> Int32 {
        _ = try eventually(within: 60, "the end of the program") { process.isRunning ? nil : true }
        return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }

    /// Whether lines are edited and echoed, as a shell leaves a terminal.
    var isCooked: Bool {
        var modes = termios()
        guard unsafe tcgetattr(slave, &modes) == 0 else { return false }
        return modes.c_lflag & tcflag_t(ICANON) != 0 && modes.c_lflag & tcflag_t(ECHO) != 0
    }
}
