internal import JSON
internal import Postgres
internal import Traffic

/// The product's own types as binds and columns.
extension PostgresBind {
    static func id(_ identifier: Identifier) -> PostgresBind { .uuid(identifier.high, identifier.low) }

    static func id(_ identifier: Identifier?) -> PostgresBind { identifier.map { .uuid($0.high, $0.low) } ?? .null }

    static func moment(_ timestamp: Timestamp) -> PostgresBind { .timestamp(timestamp.microseconds) }

    static func moment(_ timestamp: Timestamp?) -> PostgresBind { timestamp.map { .timestamp($0.microseconds) } ?? .null }

    static func ids(_ identifiers: some Sequence<Identifier>) -> PostgresBind { .uuidArray(identifiers.map { ($0.high, $0.low) }) }

    static func text(_ text: String?) -> PostgresBind { text.map { PostgresBind.text($0) } ?? .null }

    static func int(_ number: Int?) -> PostgresBind { number.map { PostgresBind.int(Int64($0)) } ?? .null }

    static func json(_ value: JSONValue) -> PostgresBind { .json(value.serialisedString()) }
}

extension PostgresRow {
    func id(_ column: String) throws(PostgresError) -> Identifier {
        let words = try uuid(column)
        return Identifier(high: words.0, low: words.1)
    }

    func idOrNull(_ column: String) throws(PostgresError) -> Identifier? {
        try uuidOrNull(column).map { Identifier(high: $0.0, low: $0.1) }
    }

    func moment(_ column: String) throws(PostgresError) -> Timestamp { Timestamp(microseconds: try timestamp(column)) }

    func momentOrNull(_ column: String) throws(PostgresError) -> Timestamp? {
        try timestampOrNull(column).map { Timestamp(microseconds: $0) }
    }

    func json(_ column: String) throws -> JSONValue { try JSONValue.parse(try text(column)) }

    func jsonOrNull(_ column: String) throws -> JSONValue? { try textOrNull(column).map { try JSONValue.parse($0) } }

    /// A column that holds the raw value of an enumeration.
    func word<Word: RawRepresentable<String>>(_ column: String, as type: Word.Type = Word.self) throws -> Word {
        let text = try text(column)
        guard let word = Word(rawValue: text) else {
            throw StorageError(.unreadable, "column \(column) holds \(text), which this version does not know: use a newer one")
        }
        return word
    }

    func wordOrNull<Word: RawRepresentable<String>>(_ column: String, as type: Word.Type = Word.self) throws -> Word? {
        try isNull(column) ? nil : word(column, as: type)
    }
}
