import CLibPQ

/// Reads database URLs (`postgresql://user:password@host:port/database?option=value`, or libpq's `key=value` form)
/// the way libpq does, without ever repeating what could be a password.
public enum PostgresURL {
    private static let advice =
        "the database URL is not valid: expected postgresql://user:password@host:port/database, "
        + "with special characters in the password percent-encoded"

    /// Checks the form of `url` without connecting.
    ///
    /// - Throws: `invalidURL`. libpq's own message is left out on purpose: for a password with a stray `@` or `/` it quotes
    ///   a piece of that password as a host or a port.
    public static func check(_ url: String) throws(PostgresError) {
        _ = try parameters(of: url)
    }

    /// The environment variables (`PGHOST`, `PGPASSWORD`, …) that make `psql` and its kin connect as `url` says, so that
    /// no password stands on a command line.
    ///
    /// - Throws: `invalidURL`, also for an option which has no environment variable.
    public static func environment(for url: String) throws(PostgresError) -> [String: String] {
        var environment: [String: String] = [:]
        for parameter in try parameters(of: url) {
            guard let variable = parameter.variable else {
                throw PostgresError(
                    .invalidURL, "the option \(parameter.keyword) of the database URL cannot be handed to psql; leave it out")
            }
            environment[variable] = parameter.value
        }
        return environment
    }

    /// One setting that the URL makes.
    struct Parameter {
        let keyword: String
        let variable: String?
        let value: String
    }

    static func parameters(of url: String) throws(PostgresError) -> [Parameter] {
        // Only the first `@` ends the credentials: with a second one the rest of a password would become the host's name.
        let strays = url.contains("://") && url.prefix(while: { $0 != "?" }).count(where: { $0 == "@" }) > 1
        guard !url.isEmpty && !strays && !url.utf8.contains(0) else { throw PostgresError(.invalidURL, advice) }
        guard let options = unsafe PQconninfoParse(url, nil) else { throw PostgresError(.invalidURL, advice) }
        defer { unsafe PQconninfoFree(options) }
        var parameters: [Parameter] = []
        var next = unsafe options
        while let keyword = unsafe next.pointee.keyword {
            if let value = unsafe next.pointee.val {
                parameters.append(
                    Parameter(
                        keyword: unsafe String(cString: keyword), variable: unsafe next.pointee.envvar.map { unsafe String(cString: $0) },
                        value: unsafe String(cString: value)))
            }
            unsafe next += 1
        }
        // libpq reads the port only when it connects; what stands there may be a password with a `/` in it.
        let ports = parameters.first { $0.keyword == "port" }?.value.split(separator: ",", omittingEmptySubsequences: true) ?? []
        guard ports.allSatisfy({ UInt16($0) != nil }) else { throw PostgresError(.invalidURL, advice) }
        return parameters
    }

    /// Takes every secret of `url` out of a message about connecting.
    static func redact(_ message: String, _ parameters: [Parameter]) -> String {
        var redacted = message
        for parameter in parameters where parameter.keyword.contains("password") && !parameter.value.isEmpty {
            redacted = redacted.split(separator: parameter.value, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return redacted
    }
}
