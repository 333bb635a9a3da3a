internal import JSON

/// Encodable values as JSON in which every bit of a number stands.
struct StoredEncoder: Encoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    fileprivate let node: Node

    fileprivate init(_ node: Node) { self.node = node }

    /// The JSON of a value.
    static func json(_ value: some Encodable) throws -> JSONValue {
        let node = Node()
        try value.encode(to: StoredEncoder(node))
        return node.json
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(Members(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return Elements(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }

    /// A place in the JSON that is being filled.
    fileprivate final class Node {
        private var value = JSONValue.null
        private var members: [(name: String, node: Node)]?
        private var elements: [Node]?

        var count: Int { elements?.count ?? 0 }

        var json: JSONValue {
            if let members { return .object(members.map { JSONMember($0.name, $0.node.json) }) }
            if let elements { return .array(elements.map(\.json)) }
            return value
        }

        func becomeObject() { if members == nil { members = [] } }
        func becomeArray() { if elements == nil { elements = [] } }
        func set(_ value: JSONValue) { self.value = value }

        func member(_ name: String) -> Node {
            let node = Node()
            members?.append((name, node))
            return node
        }

        func element() -> Node {
            let node = Node()
            elements?.append(node)
            return node
        }

        func encode(_ value: some Encodable) throws {
            switch value {
            case let value as Bool: set(.bool(value))
            case let value as String: set(.string(value))
            // JSON knows no infinity.
            case let value as Double: set(value.isFinite ? JSONValue(value) : .string("\(value)"))
            case let value as any BinaryInteger: set(JSONValue(Int(value)))
            default: try value.encode(to: StoredEncoder(self))
            }
        }
    }

    private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: Node
        let codingPath: [any CodingKey] = []

        func encodeNil(forKey key: Key) { node.member(key.stringValue).set(.null) }
        func encode(_ value: some Encodable, forKey key: Key) throws { try node.member(key.stringValue).encode(value) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            StoredEncoder(node.member(key.stringValue)).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            StoredEncoder(node.member(key.stringValue)).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { StoredEncoder(node.member("super")) }
        func superEncoder(forKey key: Key) -> any Encoder { StoredEncoder(node.member(key.stringValue)) }
    }

    private struct Elements: UnkeyedEncodingContainer {
        let node: Node
        let codingPath: [any CodingKey] = []
        var count: Int { node.count }

        func encodeNil() { node.element().set(.null) }
        func encode(_ value: some Encodable) throws { try node.element().encode(value) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            StoredEncoder(node.element()).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { StoredEncoder(node.element()).unkeyedContainer() }
        func superEncoder() -> any Encoder { StoredEncoder(node.element()) }
    }

    private struct Single: SingleValueEncodingContainer {
        let node: Node
        let codingPath: [any CodingKey] = []

        func encodeNil() { node.set(.null) }
        func encode(_ value: some Encodable) throws { try node.encode(value) }
    }
}
