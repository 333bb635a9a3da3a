internal import JSON

/// A part of a stored JSON value, read with errors that name it.
struct StoredValue {
    let json: JSONValue
    private let name: String

    init(_ json: JSONValue, _ name: String) {
        self.json = json
        self.name = name
    }

    /// What to throw when the value is not what this version writes.
    var damaged: StorageError { StorageError(.unreadable, "a stored \(name) cannot be read: it was not written by this program") }

    func value(_ key: String) throws(StorageError) -> StoredValue {
        guard let value = json[key] else { throw StoredValue(.null, "\(name).\(key)").damaged }
        return StoredValue(value, "\(name).\(key)")
    }

    func array(_ key: String) throws(StorageError) -> [StoredValue] {
        guard let elements = json[key]?.arrayValue else { throw StoredValue(.null, "\(name).\(key)").damaged }
        return elements.map { StoredValue($0, "\(name).\(key)") }
    }

    func int(_ key: String) throws(StorageError) -> Int {
        guard let number = json[key]?.intValue else { throw StoredValue(.null, "\(name).\(key)").damaged }
        return number
    }

    func double(_ key: String) throws(StorageError) -> Double {
        guard let number = json[key]?.doubleValue else { throw StoredValue(.null, "\(name).\(key)").damaged }
        return number
    }

    func doubleOrNull(_ key: String) -> Double? { json[key]?.doubleValue }

    func doubles(_ key: String) throws(StorageError) -> [Double] {
        let elements = try array(key)
        var numbers: [Double] = []
        for element in elements {
            guard let number = element.json.doubleValue else { throw element.damaged }
            numbers.append(number)
        }
        return numbers
    }

    func element(_ place: Int) -> StoredValue? { json[place].map { StoredValue($0, name) } }

    func int(at place: Int) -> Int? { json[place]?.intValue }

    func text(at place: Int) -> String? { json[place]?.stringValue }

    func count(at place: Int) throws(StorageError) -> Int {
        guard let number = json[place]?.intValue else { throw damaged }
        return number
    }

    func double(at place: Int) throws(StorageError) -> Double {
        guard let number = json[place]?.doubleValue else { throw damaged }
        return number
    }
}
