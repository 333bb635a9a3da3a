internal import Configuration
internal import JSON
internal import Records
internal import Traffic

/// One line of a file of labels, or of feedback: what it is about, and what is said about it.
struct LabelLine {
    /// How a line calls the pairs that it means.
    enum Naming: Hashable {
        /// A pair's, a call's or an import's id, or a provider's.
        case anyID(String)
        /// A provider's id and nothing else.
        case requestID(String)
        /// Every call that asked the same.
        case requestHash(Identifier)
    }

    enum Word {
        case label(JSONValue)
        case correct(Correctness, who: String?)
    }

    var number: Int
    var naming: Naming
    /// What to call the line where it names nothing that is stored.
    var name: String
    var word: Word
    /// When it was said; nil: now.
    var saidAt: Timestamp?

    /// Keys of a case of `export --for evals`, which is a line of labels too; nothing is read from them.
    private static let caseKeys = ["called_at", "segment", "conversation", "turn", "failure_mode", "label_by", "simulated"]
    private static let keys = ["id", "request_id", "request_hash", "request", "label", "correct", "who"]

    /// Reads all lines and gathers their faults.
    static func all(of file: LineFile, comparedAs kind: ComparisonKind, _ faults: inout [LineFault]) -> [LabelLine] {
        var lines: [LabelLine] = []
        file.forEachLine { number, range in
            var decoder = LineDecoder(line: number)
            if let line = LabelLine(file.bytes[range], comparedAs: kind, &decoder) { lines.append(line) }
            faults += decoder.faults
        }
        return lines
    }

    /// Reads a line. nil when anything is wrong with it: `decoder` then has its faults.
    init?(_ bytes: ArraySlice<UInt8>, comparedAs kind: ComparisonKind, _ decoder: inout LineDecoder) {
        guard let line = decoder.parse(bytes, known: LabelLine.keys + LabelLine.caseKeys) else { return nil }
        let naming = LabelLine.naming(line, &decoder)
        if line.value("request") == nil {
            for key in LabelLine.caseKeys where line.has(key) {
                decoder.fault(key, "this key belongs to a case with its request; the keys are \(LabelLine.keys.joined(separator: ", "))")
            }
        }
        let word = LabelLine.word(line, comparedAs: kind, &decoder)
        guard decoder.faults.isEmpty, let naming, let word else { return nil }
        number = decoder.line
        (self.naming, self.word) = (naming, word)
        name = line.value("id")?.stringValue ?? naming.text
    }

    private static func naming(_ line: LineObject, _ decoder: inout LineDecoder) -> Naming? {
        let id = decoder.text(line, "id")
        let requestID = decoder.text(line, "request_id")
        let hash = requestHash(line, &decoder)
        let names = ["id", "request_id", "request_hash", "request"].filter { line.value($0) != nil }
        // Beside its request an id is the case's own name.
        if names.count > 1, names != ["id", "request"] {
            decoder.fault(names[1], "a line names its pair once: by id, request_id, request_hash or request")
        } else if id == nil, requestID == nil, hash == nil, decoder.faults.isEmpty {
            decoder.fault("id", "a line names its pair by id, request_id, request_hash or request")
        }
        return hash.map { .requestHash($0) } ?? requestID.map { .requestID($0) } ?? id.map { .anyID($0) }
    }

    private static func requestHash(_ line: LineObject, _ decoder: inout LineDecoder) -> Identifier? {
        if let text = decoder.text(line, "request_hash") {
            if let hash = Identifier(text) { return hash }
            decoder.fault("request_hash", "a hash as explain shows it is expected, not \"\(LineDecoder.short(text))\"")
        }
        guard let request = line.value("request") else { return nil }
        guard let hash = RequestHash.of(request) else {
            decoder.fault("request", "an object such as {\"messages\":[…]} is expected, not \(LineDecoder.article(request))")
            return nil
        }
        return hash
    }

    private static func word(_ line: LineObject, comparedAs kind: ComparisonKind, _ decoder: inout LineDecoder) -> Word? {
        let label = line.value("label")
        let correct = decoder.word(line, "correct", of: RecordedPair.judgements)
        let who = decoder.text(line, "who")
        switch (label, line.value("correct")) {
        case (_?, _?): decoder.fault("correct", "a line says either label or correct, not both")
        case (nil, nil): decoder.fault("label", "a line says label, the right answer, or correct, who was right")
        default: break
        }
        if kind == .label, let label, label.stringValue == nil {
            decoder.fault("label", "this workload compares labels: a text is expected, not \(LineDecoder.article(label))")
        }
        if label != nil, line.value("who") != nil { decoder.fault("who", "only correct is said by somebody; a label is the right answer") }
        return label.map { .label(StorableText.escaped($0)) } ?? correct.map { .correct($0, who: who) }
    }

    /// Tells a name of one kind from one of another that is spelled alike.
    var key: String {
        switch naming {
        case .anyID: "any " + StorableText.escaped(naming.text)
        case .requestID: "request " + StorableText.escaped(naming.text)
        case .requestHash: "hash " + naming.text
        }
    }

    /// The line again, as short as it can be said.
    var json: JSONValue {
        var line: JSONValue = [:]
        switch naming {
        case .anyID(let id): line["id"] = .string(id)
        case .requestID(let id): line["request_id"] = .string(id)
        case .requestHash(let hash): line["request_hash"] = .string(hash.description)
        }
        switch word {
        case .label(let label): line["label"] = label
        case .correct(let correct, let who):
            line["correct"] = .string(correct.rawValue)
            if let who { line["who"] = .string(who) }
        }
        return StorableText.escaped(line)
    }
}

extension LabelLine.Naming {
    /// The name itself.
    var text: String {
        switch self {
        case .anyID(let id), .requestID(let id): id
        case .requestHash(let hash): hash.description
        }
    }

    /// The key by which a line says it.
    var field: String {
        switch self {
        case .anyID: "id"
        case .requestID: "request_id"
        case .requestHash: "request_hash"
        }
    }

    /// The name where it may be any id.
    var anyID: String? { if case .anyID(let id) = self { id } else { nil } }
    /// The name where it may be a provider's.
    var requestID: String? { if case .requestHash = self { nil } else { text } }
    /// The hash where it is one.
    var requestHash: Identifier? { if case .requestHash(let hash) = self { hash } else { nil } }
}
