import Configuration
import JSON
import JSONSchema
import Traffic

/// Compares JSON documents: values, fields, types and lengths by path, with ignored and unordered paths, tolerances and
/// formats; the modes of the groups `unreadable`, `json` and `format only`.
///
/// Two answers are identical when they are the same document: the same members in the same order with the same values. White
/// space around them, escapes and the spelling of numbers (`1.0`, `1`) are not part of it. Everything else that agrees does so
/// by rules, of which the finding carries the last one that was needed in the order of `EquivalenceRule`.
struct JSONComparison: AnswerComparison {
    let readsRequest = true

    private let rules: JSONPathRules
    private let schemas: AnswerSchemas

    init(_ settings: CompareSettings) {
        rules = JSONPathRules(settings)
        schemas = AnswerSchemas(declared: settings.schema)
    }

    /// One answer with all that is known of it before it is held against another.
    private struct Side {
        let delivery: Delivery
        let reading: JSONReading
        let violations: [SchemaViolation]
        /// The keyword at which the validation broke off.
        let unchecked: String?

        var document: JSONValue? { reading.document }

        /// A failure in the sense of the reliability gate. What was refused, broke off or calls tools is not JSON for another reason.
        var isFailure: Bool {
            delivery.failure == nil && (document == nil ? delivery.fault == nil && delivery.leg.toolCalls.isEmpty : !violations.isEmpty)
        }
    }

    /// Agreement, mode, differences and, where a gold answer is known, who was right. Production has answered.
    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        let schema = schemas.schema(for: request)
        let left = side(production, schema)
        let isSame =
            production.text == candidate.text && production.shownCalls == candidate.shownCalls
            && production.leg.refusal == candidate.leg.refusal
        let right =
            isSame && production.fault == candidate.fault && candidate.failure == nil
            ? Side(delivery: candidate, reading: left.reading, violations: left.violations, unchecked: left.unchecked)
            : side(candidate, schema)
        var finding = candidate.failure.map { Finding.failed($0, production, candidate) } ?? agreement(left, right, request, isSame: isSame)
        finding.schemaUnsupported = Set(schema.unsupported + [left.unchecked, right.unchecked].compactMap { $0 }).sorted()
        finding.productionFailed = left.isFailure
        finding.candidateFailed = right.isFailure || finding.failureMode == .invalidJSON
        if let gold = gold.flatMap(JSONComparison.document) { judge(&finding, left, right, gold, schema) }
        return finding
    }

    private func side(_ delivery: Delivery, _ schema: AnswerSchemas.Answer) -> Side {
        let reading = JSONReading(delivery)
        let (violations, unchecked) = reading.document.map(schema.validate) ?? ([], nil)
        return Side(delivery: delivery, reading: reading, violations: violations, unchecked: unchecked)
    }

    // MARK: Agreement

    private func agreement(_ left: Side, _ right: Side, _ request: AskedRequest, isSame: Bool) -> Finding {
        guard let document = left.document, let other = right.document else { return unreadable(left, right, isSame: isSame) }
        if isSame { return Finding(agreement: .identical) }
        let log = JSONWalk.differences(document, other, rules)
        var differences = log.differences
        var mode = log.mode
        if let callMode = callMode(left, right) {
            mode = mode ?? callMode
            differences.append(JSONComparison.callDifference(callMode, left.delivery, right.delivery))
        }
        let violations = violationDifferences(left.violations, right.violations)
        differences += violations
        // What both do wrong alike is no difference between them.
        if JSONComparison.kinds(left.violations) != JSONComparison.kinds(right.violations) { mode = mode ?? .schemaViolation }
        if let fault = wrappingFault(left, right) {
            mode = mode ?? .wrappedJSON
            differences.append(fault)
        }
        if let mode {
            var finding = different(mode, differences)
            if !log.isAgreement { finding.ungrounded = JSONGrounding.isUngrounded(document, log.changes, request) }
            return finding
        }
        guard let rule = log.coarsestRule else { return Finding(agreement: .identical) }
        return Finding(agreement: .equivalent, equivalence: rule, differences: log.differences)
    }

    /// The mode's own differences come first.
    private func different(_ mode: FailureMode, _ differences: [Difference]) -> Finding {
        let own = differences.filter { $0.kind == mode.rawValue }
        let rest = differences.filter { $0.kind != mode.rawValue }
        return Finding(agreement: .different, failureMode: mode, differences: own + rest)
    }

    /// At least one answer is no JSON.
    private func unreadable(_ left: Side, _ right: Side, isSame: Bool) -> Finding {
        let (production, candidate) = (left.delivery, right.delivery)
        if left.document == nil, right.document == nil, production.fault == candidate.fault {
            if isSame { return Finding(agreement: .identical) }
            if let callMode = callMode(left, right) {
                return different(callMode, [JSONComparison.callDifference(callMode, production, candidate)])
            }
            let isByCalls = !production.leg.toolCalls.isEmpty && production.text == candidate.text
            let rule = isByCalls ? .keyOrder : production.leg.toolCalls.isEmpty ? TextForm.rule(production.shown, candidate.shown) : nil
            if let rule {
                let difference = Difference(
                    path: "", kind: rule.rawValue, productionValue: Difference.excerpt(production.shown),
                    candidateValue: Difference.excerpt(candidate.shown), rule: "json.text")
                return Finding(agreement: .equivalent, equivalence: rule, differences: [difference])
            }
        }
        guard right.document == nil else {
            // Production's answer is none, and the candidate's is one.
            let difference = Difference(
                path: "", kind: FailureMode.valueMismatch.rawValue, productionValue: JSONComparison.shown(left),
                candidateValue: right.document.map(Difference.excerpt), rule: "json.production_unreadable")
            return different(.valueMismatch, [difference] + [wrappingFault(left, right)].compactMap { $0 })
        }
        let mode = candidate.fault ?? .invalidJSON
        let difference = Difference(
            path: "", kind: mode.rawValue, productionValue: JSONComparison.shown(left), candidateValue: JSONComparison.shown(right),
            rule: mode == .invalidJSON ? "json.syntax" : "delivery.\(mode.rawValue)")
        return different(mode, [difference])
    }

    /// An answer in a difference: its document, or the place where it stops being one with the text there.
    private static func shown(_ side: Side) -> String {
        if let document = side.document { return Difference.excerpt(document) }
        guard side.delivery.fault == nil, let error = side.reading.error else { return Difference.excerpt(side.delivery.shown) }
        let bytes = Array(side.delivery.shown.utf8)
        let place = min(error.offset, bytes.count)
        let around = bytes[max(0, place - 60)..<min(bytes.count, place + 60)]
        return "\(error): …" + String(decoding: around, as: UTF8.self) + "…"
    }

    // MARK: Tool calls beside the document

    private func callMode(_ left: Side, _ right: Side) -> FailureMode? {
        // A call that is the document has been compared as that.
        func calls(_ side: Side) -> [ToolCall] { side.reading.isToolCall ? [] : side.delivery.leg.toolCalls }
        return FailureMode.between(calls(left), calls(right))
    }

    private static func callDifference(_ mode: FailureMode, _ production: Delivery, _ candidate: Delivery) -> Difference {
        Difference(
            path: "", kind: mode.rawValue, productionValue: Difference.excerpt(production.shownCalls),
            candidateValue: Difference.excerpt(candidate.shownCalls), rule: "json.tool_calls")
    }

    // MARK: Form

    /// The places and keywords of violations, which say what is wrong; how, their messages say.
    private static func kinds(_ violations: [SchemaViolation]) -> Set<[String]> { Set(violations.map { [$0.pointer, $0.keyword] }) }

    /// A difference for each place and keyword that an answer violates, with what is wrong in its column.
    private func violationDifferences(_ left: [SchemaViolation], _ right: [SchemaViolation]) -> [Difference] {
        var differences: [[String]: Difference] = [:]
        for (violations, column) in [(left, \Difference.productionValue), (right, \Difference.candidateValue)] {
            for violation in violations {
                let empty = Difference(
                    path: violation.pointer, kind: FailureMode.schemaViolation.rawValue, productionValue: nil, candidateValue: nil,
                    rule: "schema.\(violation.keyword)")
                let key = [violation.pointer, violation.keyword]
                let said = differences[key, default: empty][keyPath: column].map { "\($0); \(violation.message)" } ?? violation.message
                differences[key, default: empty][keyPath: column] = Difference.excerpt(said)
            }
        }
        return differences.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// Where both answers wrap their document alike, that is the form that the program reads; prose is never a form.
    private func isSameForm(_ left: Side, _ right: Side) -> Bool {
        left.reading.wrapping == right.reading.wrapping && left.reading.wrapping?.isProse != true
    }

    private func wrappingFault(_ left: Side, _ right: Side) -> Difference? {
        guard !isSameForm(left, right), let wrapping = right.reading.wrapping ?? left.reading.wrapping else { return nil }
        return Difference(
            path: "", kind: FailureMode.wrappedJSON.rawValue, productionValue: Difference.excerpt(left.delivery.shown),
            candidateValue: Difference.excerpt(right.delivery.shown), rule: wrapping.rule)
    }

    // MARK: Gold

    /// The gold document; a string may hold one. nil for nothing.
    private static func document(_ gold: JSONValue) -> JSONValue? {
        guard let text = gold.stringValue else { return gold.isNull ? nil : gold }
        return (try? JSONValue.parse(text)) ?? gold
    }

    private func judge(_ finding: inout Finding, _ left: Side, _ right: Side, _ gold: JSONValue, _ schema: AnswerSchemas.Answer) {
        func isRight(_ side: Side) -> Bool {
            guard side.delivery.failure == nil, let document = side.document else { return false }
            // A gold answer that violates the schema allows as much.
            let isInOrder =
                side.violations.isEmpty
                || JSONComparison.kinds(side.violations).isSubset(of: JSONComparison.kinds(schema.validate(gold).violations))
            return isInOrder && JSONWalk.differences(gold, document, rules).isAgreement
        }
        let hasCandidate = right.delivery.failure == nil && right.document != nil
        // The program reads production's form, whatever the candidate's is; prose is never a form.
        let isProductionReadable = left.reading.wrapping?.isProse != true
        // Who takes a document out of a code fence finds a bare one too; who reads it from a tool's arguments finds nothing in a text.
        let isCandidateReadable = isSameForm(left, right) || (right.reading.wrapping == nil && !left.reading.isToolCall)
        finding.correct = Correctness(
            production: isProductionReadable && isRight(left), candidate: isCandidateReadable && isRight(right))
        finding.fields = JSONFields.scores(
            gold: gold, production: left.document, candidate: hasCandidate ? right.document : nil, rules)
    }
}
