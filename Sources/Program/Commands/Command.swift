internal import Glibc
internal import Processes

/// One subcommand of the program: what its help says and what it does.
struct Command: Sendable {
    let name: String
    /// Operands as the usage line shows them, e.g. `WORKLOAD`.
    let operands: String
    /// One line for the list of commands.
    let summary: String
    /// What else its user must know, below the options.
    let details: String
    let options: [Option]
    /// Shown in the list of commands; false for the parts that the program starts itself.
    let listed: Bool
    let run: @Sendable (Arguments) throws -> Void

    init(
        _ name: String, operands: String = "", summary: String, details: String = "", options: [Option] = [], listed: Bool = true,
        run: @escaping @Sendable (Arguments) throws -> Void
    ) {
        self.name = name
        self.operands = operands
        self.summary = summary
        self.details = details
        self.options = options
        self.listed = listed
        self.run = run
    }

    /// All options, with those that every command takes.
    var allOptions: [Option] { options + DatabaseOptions.options + [.flag("help", short: "h", "show this help")] }

    /// The text of `--help`.
    var help: String {
        var lines = ["usage: understudy \(name)\(operands.isEmpty ? "" : " " + operands) [options]", "", summary]
        if !details.isEmpty { lines += ["", details] }
        lines += ["", "Options:"]
        let names = allOptions.map { option in
            "  " + (option.short.map { "-\($0), " } ?? "") + "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
        }
        let width = (names.map(\.count).max() ?? 0) + 2
        for (name, option) in zip(names, allOptions) {
            lines.append(name + String(repeating: " ", count: width - name.count) + option.help)
        }
        return lines.joined(separator: "\n")
    }
}

/// The program: finds the subcommand, runs it, and turns errors into one line and an exit code.
public enum UnderstudyProgram {
    /// The version that `--version` prints and the changelog names.
    public static let version = "0.1.0"

    static let commands: [Command] = [
        .demo, .up, .mirror, .worker, .web, .migrate, .enable, .disable, .list, .status, .route, .import, .replay, .labels, .review,
        .report,
        .explain, .export, .sql, .standIn,
        .courier,
    ]

    /// Announced, and not built yet.
    private static let laterCommands: Set<String> = ["promote", "rollback", "doctor"]

    /// Runs the program with its arguments (without the program's name) and returns the exit code:
    /// 0, 1 (failed) or 2 (wrong use).
    public static func main(_ words: [String]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        unblockSignals()
        do {
            try dispatch(words)
            return 0
        } catch let error as CommandError {
            complain("\(error)")
            return error.exitCode
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private static func dispatch(_ words: [String]) throws {
        guard let position = commandPosition(in: words) else {
            if words.contains("--version") {
                print("understudy \(version)")
            } else if words.isEmpty || words.contains("--help") || words.contains("-h") {
                print(overview)
            } else {
                throw CommandError.usage("no command given; see understudy --help.")
            }
            return
        }
        let name = words[position]
        var rest = words
        rest.remove(at: position)
        if name == "help" {
            print(commands.first { $0.name == rest.first }?.help ?? overview)
            return
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            if laterCommands.contains(name) {
                throw CommandError.failed("\(name): not yet, it comes with a later release. See understudy --help.")
            }
            let near = commands.filter(\.listed).map(\.name).min { distance($0, name) < distance($1, name) }
            let hint = near.map { distance($0, name) <= 2 ? " Did you mean \($0)?" : "" } ?? ""
            throw CommandError.usage("there is no command \(name).\(hint) See understudy --help.")
        }
        if rest.contains("--help") || rest.contains("-h") {
            print(command.help)
            return
        }
        try command.run(Arguments(rest, options: command.allOptions))
    }

    /// The command is the first word that is neither an option nor the value of one that may stand before it.
    private static func commandPosition(in words: [String]) -> Int? {
        var index = 0
        while index < words.count {
            let word = words[index]
            if !word.hasPrefix("-") { return index }
            let takesValue = DatabaseOptions.options.contains { word == "--\($0.name)" && $0.value != nil }
            index += takesValue ? 2 : 1
        }
        return nil
    }

    static var overview: String {
        let listed = commands.filter(\.listed)
        let width = (listed.map { $0.name.count + $0.operands.count + 1 }.max() ?? 0) + 2
        let rows = listed.map { command in
            let left = command.operands.isEmpty ? command.name : "\(command.name) \(command.operands)"
            return "  " + left + String(repeating: " ", count: max(1, width - left.count)) + command.summary
        }
        return """
            Understudy proves on your own traffic whether a small model can replace the one in production.

            usage: understudy COMMAND [options]

            \(rows.joined(separator: "\n"))

            understudy COMMAND --help tells the rest. Start with: understudy demo
            """
    }

    private static func complain(_ message: String) { writeToStandardError("understudy: \(message)\n") }
}

/// Writes to standard error, unbuffered and whole.
func writeToStandardError(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
        if written <= 0 { return }
        bytes = bytes.dropFirst(written)
    }
}

/// Prints a line that somebody waits for, such as `ready …`: it leaves at once, also into a pipe.
func announce(_ line: String) {
    print(line)
    fflush(nil)
    if line.hasPrefix("ready ") { ServiceManager.tellReady() }
}
