import JSON
import Traffic

/// What a walk through two documents has found, with bounds.
struct JSONLog {
    /// Differences kept at most; of a kind that shows up later, the first one is kept all the same.
    static let maximumDifferences = 100

    /// In the order of production's document.
    private(set) var differences: [Difference] = []
    private(set) var modes: Set<FailureMode> = []
    private(set) var rules: Set<EquivalenceRule> = []
    /// Values of the candidate's that production has not, as far as differences are kept.
    private(set) var changes: [JSONValue] = []

    /// Whether the documents agree, by rules or without any.
    var isAgreement: Bool { modes.isEmpty }

    /// The rule that leaves out most of those that were needed, by the order in which `EquivalenceRule` names them.
    var coarsestRule: EquivalenceRule? { EquivalenceRule.allCases.last { rules.contains($0) } }

    /// The first mode that applies: value, missing, type, length, extra.
    var mode: FailureMode? {
        [.valueMismatch, .missingField, .typeMismatch, .lengthMismatch, .extraField].first { modes.contains($0) }
    }

    mutating func add(_ mode: FailureMode, _ path: String, _ left: JSONValue?, _ right: JSONValue?, _ rule: String) {
        let isNew = modes.insert(mode).inserted
        if let right, changes.count < JSONLog.maximumDifferences { changes.append(right) }
        keep(isNew, mode.rawValue, path, left, right, rule)
    }

    mutating func add(_ equivalence: EquivalenceRule, _ path: String, _ left: JSONValue?, _ right: JSONValue?, _ rule: String) {
        let isNew = rules.insert(equivalence).inserted
        keep(isNew, equivalence.rawValue, path, left, right, rule)
    }

    /// Whether one more difference would still be kept: what is not kept need not be put together.
    func keeps(_ mode: FailureMode) -> Bool { differences.count < JSONLog.maximumDifferences || !modes.contains(mode) }

    func keeps(_ rule: EquivalenceRule) -> Bool { differences.count < JSONLog.maximumDifferences || !rules.contains(rule) }

    private mutating func keep(
        _ isNew: Bool, _ kind: String, _ path: String, _ left: JSONValue?, _ right: JSONValue?, _ rule: String
    ) {
        guard isNew || differences.count < JSONLog.maximumDifferences else { return }
        differences.append(
            Difference(
                path: path, kind: kind, productionValue: left.map(Difference.excerpt), candidateValue: right.map(Difference.excerpt),
                rule: rule))
    }
}

extension Difference {
    /// A value as it is stored with a difference: a string's text, everything else as JSON, cut.
    static func excerpt(_ value: JSONValue) -> String {
        if case .string(let text) = value { return excerpt(text) }
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return excerpt(String(decoding: bytes, as: UTF8.self))
    }

    /// Compact JSON that breaks off where an excerpt ends in any case.
    private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        // 2,000 characters of four bytes, and the sign that shows the cut.
        let enough = 8100
        switch value {
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() where bytes.count < enough {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() where bytes.count < enough {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(.string(member.name), to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                append(member.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .string(let text) where text.utf8.count > enough:
            JSONValue.string(String(text.unicodeScalars.prefix(enough))).append(to: &bytes)
        default: value.append(to: &bytes)
        }
    }
}
