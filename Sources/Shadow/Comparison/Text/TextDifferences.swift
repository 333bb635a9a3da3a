import Traffic

/// Gathers the ways in which two answers differ, those that decide the mode first.
struct TextDifferences {
    /// chrF from which two answers with the same facts count as one meaning in another style: the least round value that answers to
    /// different questions hardly ever reach. Of 2,000 such pairs of worked solutions none does, of 4,000 of long open-ended answers 0.35 %
    /// (at 0.35 4.5 %, at 0.3 19 %), of 1,204 of short answers none; of solutions of one problem that come to the same number 66 % do.
    static let leastSimilarity = 0.4

    private let production: Delivery
    private let candidate: Delivery
    private let left: Prose
    private let right: Prose
    private var differences: [Difference] = []

    init(_ production: Delivery, _ candidate: Delivery) {
        self.production = production
        self.candidate = candidate
        left = Prose(production.shown)
        right = Prose(candidate.shown)
    }

    /// Whether the candidate refuses in prose where production answers.
    var isRefusedInProse: Bool { production.fault != .refused && ProseRefusal.isRefusal(right) && !ProseRefusal.isRefusal(left) }

    mutating func add(_ mode: FailureMode, _ rule: String, _ value: String?, _ other: String?) {
        differences.append(
            Difference(
                path: "", kind: mode.rawValue, productionValue: value.map(Difference.excerpt),
                candidateValue: other.map(Difference.excerpt),
                rule: rule))
    }

    /// The finding of all that has been added; the first difference gives the mode.
    var finding: Finding {
        Finding(
            agreement: .different, failureMode: differences.first.flatMap { FailureMode(rawValue: $0.kind) }, differences: differences)
    }

    /// Holds the texts themselves against each other.
    mutating func addSignals() {
        let (language, otherLanguage) = (TextLanguage(left), TextLanguage(right))
        let isSameLanguage = !language.differs(from: otherLanguage)
        if !isSameLanguage { add(.languageMismatch, "text.language", language.name, otherLanguage.name) }
        let statement = Contradictions.Statement(left, language: language.code ?? otherLanguage.code)
        let other = Contradictions.Statement(right, language: otherLanguage.code ?? language.code)
        let count = differences.count
        addFacts(statement, other, isSameLanguage)
        addSimilarity(isSameInFacts: differences.count == count && isSameLanguage)
        addLengths()
    }

    private mutating func addFacts(_ statement: Contradictions.Statement, _ other: Contradictions.Statement, _ isSameLanguage: Bool) {
        let contradictions = Contradictions(statement, other)
        for conflict in contradictions.conflicts.prefix(FactComparison.most) {
            add(.contradiction, "text.\(conflict.rule)", conflict.production, conflict.candidate)
        }
        addRest(.contradiction, contradictions.conflicts.count)
        let omitted = FactComparison(statement, in: other, told: contradictions.production, isSameLanguage: isSameLanguage)
        for fact in omitted.missing { add(.omission, "text.\(fact.rule)", fact.text, nil) }
        addRest(.omission, omitted.count)
        let added = FactComparison(other, in: statement, told: contradictions.candidate, isSameLanguage: isSameLanguage)
        for fact in added.missing { add(.addition, "text.\(fact.rule)", nil, fact.text) }
        addRest(.addition, added.count)
    }

    private mutating func addRest(_ mode: FailureMode, _ count: Int) {
        guard count > FactComparison.most else { return }
        let rest = "\(count - FactComparison.most) more"
        add(mode, "text.more", mode == .addition ? nil : rest, mode == .omission ? nil : rest)
    }

    /// Meaning or style. Other code is another meaning, and so is an answer where production refuses.
    private mutating func addSimilarity(isSameInFacts: Bool) {
        let similarity = CharacterFScore.score(right.scalars, reference: left.scalars)
        let areBlocksDifferent = FactComparison.areBlocksDifferent(left, right)
        let isRefusedByProduction =
            candidate.fault != .refused && (production.fault == .refused || ProseRefusal.isRefusal(left))
            && !ProseRefusal.isRefusal(right)
        let isSame = similarity >= TextDifferences.leastSimilarity && !areBlocksDifferent && !isRefusedByProduction
        let mode = isSame ? FailureMode.style : .meaningMismatch
        if isSameInFacts { add(mode, "text.similarity", production.shown, candidate.shown) }
        if areBlocksDifferent { add(mode, "text.code", left.text(left.codeBlocks[0]), right.text(right.codeBlocks[0])) }
        if isRefusedByProduction { add(mode, "text.refusal", production.shown, nil) }
        add(mode, "text.chrf", "1.00", TextDifferences.decimal(similarity))
    }

    private mutating func addLengths() {
        let (count, other) = (left.scalars.count, right.scalars.count)
        if max(count, other) >= 80, max(count, other) > 2 * min(count, other) {
            add(.style, "text.length", "\(count) characters", "\(other) characters")
        }
        if left.isCut || right.isCut {
            let bound = "only the first \(Prose.maximumScalars) characters are compared"
            add(.style, "text.bound", left.isCut ? bound : nil, right.isCut ? bound : nil)
        }
    }

    /// Two digits behind the point, rounded down: never more than there is.
    private static func decimal(_ value: Double) -> String {
        let hundredths = Int(value * 100)
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
