internal import CSystem
internal import Glibc

/// The terminal on standard input and output, in raw mode from its making to its end: each key comes by itself, unechoed.
///
/// However the process ends, a signal or a trap included, the terminal is put back as it was; only SIGKILL leaves no time for it. One at a
/// time.
public final class RawTerminal {
    /// What came from the keyboard.
    public enum Key: Sendable, Equatable {
        case character(Character)
        /// Ctrl-C or Ctrl-D.
        case interrupt
        /// The window's size has changed, or the screen must be drawn again after a stop.
        case redraw
        /// An arrow, a function key, a letter beyond ASCII: one press, whatever bytes it sent.
        case other
        /// The terminal is gone.
        case end
    }

    /// How long the rest of a key's bytes may take.
    private static let restMilliseconds = 40
    /// How often the window's size is looked at while nothing comes.
    private static let idleMilliseconds = 500

    private var lastSize = (columns: 0, rows: 0)

    /// Takes the terminal.
    ///
    /// - Throws: `system` where standard input is none.
    public init() throws(ProcessError) {
        let code = cs_terminal_raw()
        guard code == 0 else { throw ProcessError(attempt: "cannot read single keys from this terminal", errno: -code) }
        lastSize = RawTerminal.size
    }

    deinit { cs_terminal_restore() }

    /// Whether standard input and output are a terminal.
    public static var isThere: Bool { isatty(0) == 1 && isatty(1) == 1 }

    /// The window's size; 80 × 24 where the terminal does not say.
    public static var size: (columns: Int, rows: Int) {
        var (columns, rows): (Int32, Int32) = (0, 0)
        guard unsafe cs_terminal_size(&columns, &rows) == 0, columns > 0, rows > 0 else { return (80, 24) }
        return (Int(columns), Int(rows))
    }

    /// Waits for a key.
    public func key() -> Key {
        while true {
            guard waitReadable(0, timeoutMilliseconds: Self.idleMilliseconds) else {
                let renewed = cs_terminal_renew() == 1
                let size = Self.size
                if renewed || size != lastSize {
                    lastSize = size
                    return .redraw
                }
                continue
            }
            guard let byte = byte() else { return .end }
            switch byte {
            case 0x03, 0x04: return .interrupt
            case 0x1A:
                stop()
                return .redraw
            case 0x1B:
                skipEscapeSequence()
                return .other
            case 0x20...0x7E: return .character(Character(UnicodeScalar(byte)))
            case 0x80...:
                while waitReadable(0, timeoutMilliseconds: 0), let next = self.byte(), next & 0xC0 == 0x80 {}
                return .other
            default: return .other
            }
        }
    }

    /// Forgets what was typed and not read: nobody means what was not yet shown.
    public func discardTyped() { _ = tcflush(0, TCIFLUSH) }

    /// Writes to the terminal, all of it. False when it is gone.
    @discardableResult
    public func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(1, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }

    /// Ctrl-Z: gives the terminal back, stops, and takes it again when continued.
    private func stop() {
        cs_terminal_restore()
        _ = raise(SIGTSTP)
        _ = cs_terminal_raw()
    }

    /// nil at the end.
    private func byte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(0, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }

    /// ESC [ … letter, ESC O letter, or ESC with one more key: none of its characters is a key of its own.
    private func skipEscapeSequence() {
        guard waitReadable(0, timeoutMilliseconds: Self.restMilliseconds), let first = byte() else { return }
        guard first == UInt8(ascii: "[") || first == UInt8(ascii: "O") else { return }
        while waitReadable(0, timeoutMilliseconds: Self.restMilliseconds), let next = byte() {
            if (0x40...0x7E).contains(next) { return }
        }
    }
}
