import Foundation

/// A value of the reference vectors: JSON, numbers as doubles.
indirect enum VectorValue: Decodable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([VectorValue])
    case object([String: VectorValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([VectorValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: VectorValue].self))
        }
    }

    var double: Double {
        guard case .number(let value) = self else { fatalError("not a number: \(self)") }
        return value
    }
    var int: Int { Int(double) }
    var list: [VectorValue] {
        guard case .list(let values) = self else { fatalError("not a list: \(self)") }
        return values
    }
    var doubles: [Double] { list.map(\.double) }
    var ints: [Int] { list.map(\.int) }
    var text: String {
        guard case .text(let value) = self else { fatalError("not a string: \(self)") }
        return value
    }
    subscript(_ key: String) -> VectorValue {
        guard case .object(let members) = self else { fatalError("not an object: \(self)") }
        return members[key] ?? .null
    }
    subscript(_ index: Int) -> VectorValue { list[index] }

    var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// An optional number as a vector value.
    static func optional(_ value: Double?) -> VectorValue { value.map { .number($0) } ?? .null }
    /// An integer as a vector value.
    static func integer(_ value: Int) -> VectorValue { .number(Double(value)) }
    /// Several numbers as a vector value.
    static func numbers(_ values: [Double]) -> VectorValue { .list(values.map { .number($0) }) }

    /// Whether the value is as expected, numbers within the tolerance; nothing else may differ. Extra members are not compared.
    func matches(_ expected: VectorValue, absolute: Double, relative: Double) -> Bool {
        switch (self, expected) {
        case (.null, .null): true
        case (.bool(let got), .bool(let wanted)): got == wanted
        case (.text(let got), .text(let wanted)): got == wanted
        case (.number(let got), .number(let wanted)): got == wanted || abs(got - wanted) <= absolute + relative * abs(wanted)
        case (.list(let got), .list(let wanted)):
            got.count == wanted.count && zip(got, wanted).allSatisfy { $0.matches($1, absolute: absolute, relative: relative) }
        case (.object(let got), .object(let wanted)):
            wanted.allSatisfy { (got[$0.key] ?? .null).matches($0.value, absolute: absolute, relative: relative) }
        default: false
        }
    }
}

/// One file of reference vectors.
struct VectorFile: Decodable, Sendable {
    struct Tolerance: Decodable, Sendable {
        var abs: Double
        var rel: Double
    }
    struct Case: Decodable, Sendable {
        var id: String
        var fn: String
        var input: VectorValue
        var expected: VectorValue
    }
    var suite: String
    var tolerance: Tolerance
    var cases: [Case]

    /// The folder of the vectors, beside the repository or where `UNDERSTUDY_SHARED` says; nil where there is none.
    static let folder: String? = {
        let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["UNDERSTUDY_SHARED"] ?? repository.appendingPathComponent("../shared").path
        let folder = shared + "/vectors"
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }()

    /// The vectors of one suite.
    static func load(_ suite: String) throws -> VectorFile {
        let data = try Data(contentsOf: URL(fileURLWithPath: (folder ?? "") + "/\(suite).json"))
        return try JSONDecoder().decode(VectorFile.self, from: data)
    }
}
