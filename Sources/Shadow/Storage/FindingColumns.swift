internal import JSON
internal import Postgres
internal import Traffic

/// Findings on their way to `FindingQueries`: an array a column, which the server takes apart in 4 µs a row where JSON takes it 11.
enum FindingColumns {
    /// A pair with its gold answer.
    typealias Row = (pair: ComparedPair, label: JSONValue?)

    private struct Column: Sendable {
        var name: String
        /// What the array is sent as, and what an element of it becomes.
        var sent: String
        var type: String
        var bind: @Sendable ([Row]) -> PostgresBind
    }

    private static let columns: [Column] = [
        text("language") { $0.pair.language },
        text("agreement") { $0.pair.finding.agreement.rawValue },
        text("equivalence") { $0.pair.finding.equivalence?.rawValue },
        text("failure_mode") { $0.pair.finding.failureMode?.rawValue },
        text("correct") { $0.pair.finding.correct.rawValue },
        text("correct_by") { $0.pair.finding.correctBy?.rawValue },
        text("production_label") { StorableText.escaped($0.pair.finding.productionLabel) },
        text("candidate_label") { StorableText.escaped($0.pair.finding.candidateLabel) },
        json("label") { $0.label },
        json("differences") { list($0.pair.finding.differences.map(\.json)) },
        json("fields") { list($0.pair.finding.fields.map(\.json)) },
        truth("production_unstable") { $0.pair.finding.productionUnstable },
        truth("ungrounded") { $0.pair.finding.ungrounded },
        truth("production_failed") { $0.pair.finding.productionFailed },
        truth("candidate_failed") { $0.pair.finding.candidateFailed },
        dollars("production_cost") { $0.costs.production },
        dollars("candidate_cost") { $0.costs.candidate },
        dollars("control_cost") { $0.costs.control },
    ]

    /// The findings as rows. `$1`: the pairs; the others' places follow from `first`.
    static func rows(first: Int) -> String {
        let parameters = columns.enumerated().map { "$\(first + $0.offset)::\($0.element.sent)[]" }
        let values = columns.map { $0.sent == $0.type ? $0.name : "\($0.name)::\($0.type) AS \($0.name)" }
        return """
            SELECT pair_id, \(values.joined(separator: ", "))
            FROM unnest($1::uuid[], \(parameters.joined(separator: ", "))) AS finding (pair_id, \(columns.map(\.name).joined(separator: ", ")))
            """
    }

    /// What is bound from that place on, in the order of the pairs at `$1`.
    static func binds(_ rows: [Row]) -> [PostgresBind] { columns.map { $0.bind(rows) } }

    private static func text(_ name: String, _ value: @escaping @Sendable (Row) -> String?) -> Column {
        Column(name: name, sent: "text", type: "text") { .textArray($0.map(value)) }
    }

    private static func json(_ name: String, _ value: @escaping @Sendable (Row) -> JSONValue?) -> Column {
        Column(name: name, sent: "text", type: "jsonb") {
            .textArray($0.map { row in value(row).map { StorableText.escaped($0).serialisedString() } })
        }
    }

    private static func truth(_ name: String, _ value: @escaping @Sendable (Row) -> Bool?) -> Column {
        Column(name: name, sent: "text", type: "boolean") { .textArray($0.map { row in value(row).map { $0 ? "t" : "f" } }) }
    }

    private static func dollars(_ name: String, _ value: @escaping @Sendable (ComparedPair) -> Double?) -> Column {
        Column(name: name, sent: "double precision", type: "double precision") { .doubleArray($0.map { value($0.pair) }) }
    }

    private static func list(_ elements: [JSONValue]) -> JSONValue? { elements.isEmpty ? nil : .array(elements) }
}

extension Difference {
    fileprivate var json: JSONValue {
        [
            "path": .string(path), "kind": .string(kind), "production_value": JSONValue(productionValue),
            "candidate_value": JSONValue(candidateValue), "rule": .string(rule),
        ]
    }
}

extension FieldScore {
    fileprivate var json: JSONValue {
        ["path": .string(path), "production": .string(production.rawValue), "candidate": .string(candidate.rawValue)]
    }
}
