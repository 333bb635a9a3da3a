internal import Glibc
internal import Postgres
internal import Processes

extension Command {
    /// `psql` as the read-only role.
    static let sql = Command(
        "sql", operands: "[QUERY]", summary: "Asks the database as the read-only role, through psql",
        details: """
            Without QUERY it opens psql (or reads statements from standard input). The role is understudy_analyst, the search path
            understudy, a statement ends after 30 s. Only the result goes to standard output.
            Example: understudy sql "select failure_mode, sum(pairs) from failure_modes group by 1 order by 2 desc"
            """,
        options: [.flag("csv", "print comma-separated values with a header line")]
    ) { arguments in
        guard arguments.operands.count <= 1 else {
            throw CommandError.usage("give one query, in quotes; what follows it is not understood: \(arguments.operands[1])")
        }
        guard let psql = FileSystem.executable("psql") else {
            throw CommandError.failed("no psql on PATH. Install PostgreSQL's client: apt-get install postgresql-client.")
        }
        try withDatabase(arguments) { url in
            var command = ChildCommand(psql, psqlArguments(arguments))
            var environment = currentEnvironment().merging(try PostgresURL.environment(for: url)) { $1 }
            environment["PGOPTIONS"] =
                "-c role=understudy_analyst -c search_path=understudy -c statement_timeout=30s -c default_transaction_read_only=on -c jit=off -c enable_partitionwise_join=on"
            environment["PGAPPNAME"] = "understudy sql"
            if isatty(1) == 0 { environment["PAGER"] = "cat" }
            command.environment = environment
            command.inheritsInput = true
            let status = try ChildProcess(command).wait()
            guard status.isSuccess else { throw CommandError.failed("psql ended with \(status).") }
        }
    }

    private static func psqlArguments(_ arguments: Arguments) -> [String] {
        // -X: the user's own psqlrc must not change what a program reads; -q: no chatter beside the result.
        var list = ["-X", "-q", "-v", "ON_ERROR_STOP=1"]
        if arguments.has("csv") { list.append("--csv") }
        if let query = arguments.operands.first { list += ["-c", query] }
        return list
    }
}
