/// The statements that a session keeps prepared on the server (PostgreSQL manual, "PREPARE").
///
/// A statement is prepared when it comes for the second time, so that one that comes once costs nothing more. At most `limit` are
/// kept; what comes beyond them runs as it would without.
struct PreparedStatements {
    static let limit = 100

    /// A statement together with the types of its binds: with others it is another one to the server.
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]
    }

    /// The server's name for each statement that came; nil for one that came once.
    private var names: [Key: String?] = [:]
    private var lastNumber = 0

    /// What to do with a statement that is about to run.
    enum Step {
        case runAsIs
        case prepare(name: String)
        case runPrepared(name: String)
    }

    /// Counts the statement and says how to run it. After `prepare` succeeded, `keep` it.
    mutating func step(_ key: Key) -> Step {
        switch names[key] {
        case .some(.some(let name)): return .runPrepared(name: name)
        case .some(.none):
            lastNumber += 1
            return .prepare(name: "understudy_\(lastNumber)")
        case .none:
            if names.count < PreparedStatements.limit { names[key] = .some(nil) }
            return .runAsIs
        }
    }

    mutating func keep(_ key: Key, name: String) { names[key] = name }

    /// Forgets a statement whose plan no longer fits the tables; it is prepared anew under another name.
    mutating func forget(_ key: Key) { names[key] = .some(nil) }
}
