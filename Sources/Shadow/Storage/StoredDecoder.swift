internal import JSON

/// Decodable values from the JSON that `StoredEncoder` made.
struct StoredDecoder: Decoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private let json: JSONValue

    private init(_ json: JSONValue) { self.json = json }

    /// The value of a JSON. Throws `StorageError` when it says something else.
    static func value<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        switch type {
        case is Bool.Type: if let value = json.boolValue as? Value { return value }
        case is String.Type: if let value = json.stringValue as? Value { return value }
        case is Double.Type:
            if let value = (json.doubleValue ?? json.stringValue.flatMap { Double($0) }) as? Value { return value }
        case let integer as any FixedWidthInteger.Type:
            if let value = json.intValue.flatMap({ integer.init(exactly: $0) }) as? Value { return value }
        default: return try Value(from: StoredDecoder(json))
        }
        throw StorageError(.unreadable, "a stored look holds no \(type) where one is expected")
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = json.objectValue else { throw StorageError(.unreadable, "a stored look holds no object where one is expected") }
        return KeyedDecodingContainer(Members(members: Dictionary(members.map { ($0.name, $0.value) }) { $1 }))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = json.arrayValue else { throw StorageError(.unreadable, "a stored look holds no array where one is expected") }
        return Elements(elements: elements)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(json: json) }

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [String: JSONValue]
        let codingPath: [any CodingKey] = []

        var allKeys: [Key] { members.keys.sorted().compactMap { Key(stringValue: $0) } }
        func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
        func decodeNil(forKey key: Key) -> Bool { members[key.stringValue]?.isNull ?? true }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try StoredDecoder.value(type, from: member(key))
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            try StoredDecoder(member(key)).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try StoredDecoder(member(key)).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { StoredDecoder(members["super"] ?? .null) }
        func superDecoder(forKey key: Key) throws -> any Decoder { StoredDecoder(try member(key)) }

        private func member(_ key: Key) throws -> JSONValue {
            guard let member = members[key.stringValue] else {
                throw StorageError(.unreadable, "a stored look holds no \(key.stringValue)")
            }
            return member
        }
    }

    private struct Elements: UnkeyedDecodingContainer {
        let elements: [JSONValue]
        let codingPath: [any CodingKey] = []
        private(set) var currentIndex = 0

        init(elements: [JSONValue]) { self.elements = elements }

        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        mutating func decodeNil() throws -> Bool {
            guard !isAtEnd, elements[currentIndex].isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try StoredDecoder.value(type, from: next()) }

        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            try StoredDecoder(next()).container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try StoredDecoder(next()).unkeyedContainer() }
        mutating func superDecoder() throws -> any Decoder { StoredDecoder(try next()) }

        private mutating func next() throws -> JSONValue {
            guard !isAtEnd else { throw StorageError(.unreadable, "a stored look holds too short a list") }
            defer { currentIndex += 1 }
            return elements[currentIndex]
        }
    }

    private struct Single: SingleValueDecodingContainer {
        let json: JSONValue
        let codingPath: [any CodingKey] = []

        func decodeNil() -> Bool { json.isNull }
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try StoredDecoder.value(type, from: json) }
    }
}
