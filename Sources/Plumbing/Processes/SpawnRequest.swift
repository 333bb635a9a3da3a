internal import CSystem
internal import Glibc

/// A command in the form that the C door takes.
struct SpawnRequest {
    private let command: ChildCommand
    private let input: Descriptor?
    private let output: Descriptor?
    private let errors: Descriptor?

    init(_ command: ChildCommand, input: Descriptor?, output: Descriptor?, errors: Descriptor?) {
        self.command = command
        self.input = input
        self.output = output
        self.errors = errors
    }

    /// Starts it and gives the process id.
    func spawn() throws(ProcessError) -> Int32 {
        precondition(command.sockets.isEmpty || command.environment != nil, "sockets are handed over by the environment")
        let result = unsafe Self.withStrings([command.executable] + command.arguments) { arguments in
            guard let chosen = command.environment else { return unsafe spawn(arguments, environ, nil) }
            let entries = chosen.map { "\($0)=\($1)" } + handOver
            return unsafe Self.withStrings(entries) { environment in
                guard !command.sockets.isEmpty else { return unsafe spawn(arguments, environment, nil) }
                // The child alone knows its id, and writes it into the last entry.
                let last = unsafe environment[entries.count - 1]
                return unsafe spawn(arguments, environment, last.map { unsafe $0 + Self.ownID.utf8.count })
            }
        }
        guard result.code < 0 else { return result.code }
        throw ProcessError(attempt: attempt(result.step), errno: -result.code)
    }

    private func spawn(
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
        _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, _ processID: UnsafeMutablePointer<CChar>?
    ) -> (code: Int32, step: cs_step) {
        // The folder, like the others, must stay alive through the call.
        unsafe Self.withStrings([command.executable, command.folder ?? ""]) { texts in
            var child = unsafe cs_child()
            unsafe child.path = UnsafePointer(texts[0])
            unsafe child.arguments = UnsafePointer(arguments)
            unsafe child.environment = UnsafePointer(environment)
            unsafe child.folder = command.folder == nil ? nil : UnsafePointer(texts[1])
            unsafe child.user = command.user.map { Int32(bitPattern: $0.userID) } ?? -1
            unsafe child.group = command.user.map { Int32(bitPattern: $0.groupID) } ?? -1
            unsafe child.input = input?.number ?? -1
            unsafe child.output = output?.number ?? -1
            unsafe child.errors = errors?.number ?? -1
            unsafe child.death_signal = command.deathSignal ?? 0
            unsafe child.yields = command.yields ? 1 : 0
            unsafe child.own_group = command.hasOwnGroup ? 1 : 0
            unsafe child.process_id = processID
            let descriptors = command.sockets.map(\.descriptor)
            var step = CS_STEP_FORK
            let code = withExtendedLifetime((input, output, errors)) {
                unsafe descriptors.withUnsafeBufferPointer { handed in
                    unsafe child.handed = handed.baseAddress
                    unsafe child.handed_count = Int32(handed.count)
                    return unsafe cs_spawn(&child, &step)
                }
            }
            return (code, step)
        }
    }

    private static let ownID = "LISTEN_PID="

    /// The variables that hand sockets over; the child's id comes last.
    private var handOver: [String] {
        if command.sockets.isEmpty { return [] }
        let names = command.sockets.map(\.name).joined(separator: ":")
        return ["LISTEN_FDS=\(command.sockets.count)", "LISTEN_FDNAMES=\(names)", Self.ownID + "0000000000"]
    }

    private func attempt(_ step: cs_step) -> String {
        switch step {
        case CS_STEP_FOLDER: "cannot enter \(command.folder ?? "") to start \(command.executable)"
        case CS_STEP_USER: "cannot start \(command.executable) as the user \(command.user?.name ?? "")"
        default: "cannot start \(command.executable)"
        }
    }

    /// Gives `body` a C array of C strings, ended by null.
    private static func withStrings<Value>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var copies = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer {
            for place in texts.indices { unsafe free(copies[place]) }
        }
        return unsafe copies.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("the list holds at least its end") }
            return unsafe body(start)
        }
    }
}
