internal import JSON
internal import Postgres
internal import Traffic

/// The pairs that some lines mean.
struct LabelTargets {
    struct Target {
        var pair: Identifier
        var call: Identifier
        var trial: Identifier
    }

    private var targets: [String: [Target]] = [:]

    init(_ lines: ArraySlice<LabelLine>, of workload: String, on connection: PostgresConnection) throws {
        let names = Dictionary(lines.map { ($0.key, $0) }) { first, _ in first }.values
        let rows = try connection.query(
            ImportQueries.findTargets,
            [
                .text(workload), .textArray(names.map(\.key)),
                .textArray(names.map { $0.isRequestID ? nil : Identifier($0.name)?.description }),
                .textArray(names.map { $0.isRequestID ? nil : ContentHash.of($0.name.utf8).description }),
                .textArray(names.map { StorableText.escaped($0.name) }),
            ])
        for row in rows {
            targets[try row.text("named"), default: []].append(
                Target(pair: try row.id("pair_id"), call: try row.id("call_id"), trial: try row.id("trial")))
        }
    }

    /// By id; empty when nothing stored has that name.
    func of(_ line: LabelLine) -> [Target] { targets[line.key] ?? [] }

    var all: [Target] { targets.values.flatMap { $0 } }
}

/// Stores what lines say, inside the caller's transaction.
struct LabelStoring {
    private(set) var outcome = Labels.LabelsOutcome()
    private(set) var faults: [LineFault] = []
    private let connection: PostgresConnection
    private let origin: String
    private let moment: Timestamp
    /// The pairs to be compared again, by what was said about them.
    private var labelled: [Identifier: Identifier] = [:]
    private var judged: [Identifier: Identifier] = [:]

    init(_ connection: PostgresConnection, origin: String, at moment: Timestamp) {
        self.connection = connection
        self.origin = origin
        self.moment = moment
    }

    /// Stores the words of some lines in their order.
    mutating func add(_ lines: ArraySlice<LabelLine>, targets: LabelTargets) throws {
        var newest = try NewestWords(targets.all, on: connection)
        var labels: [(call: Identifier, label: JSONValue)] = []
        var judgements: [Adjudications.Judgement] = []
        for line in lines {
            let meant = targets.of(line)
            guard let first = meant.first else {
                outcome.unmatched.append(line.name)
                continue
            }
            var isNew = false
            switch line.word {
            case .label(let label):
                for call in Set(meant.map(\.call)).sorted() where newest.learn(label, of: call) {
                    isNew = true
                    labels.append((call, label))
                    for target in meant where target.call == call { labelled[target.pair] = target.trial }
                }
            case .correct(let correct, let who):
                guard meant.count == 1 else {
                    faults.append(
                        LineFault(
                            line: line.number, field: line.isRequestID ? "request_id" : "id",
                            message: "\(meant.count) pairs have this name: name the one that was judged by its pair id"))
                    continue
                }
                isNew = newest.learn(correct, who, of: first.pair)
                if isNew {
                    judgements.append(Adjudications.Judgement(pair: first.pair, correct: correct, who: who))
                    judged[first.pair] = first.trial
                }
            }
            if isNew { outcome.stored += 1 } else { outcome.unchanged += 1 }
        }
        if !labels.isEmpty {
            try connection.execute(
                ImportQueries.insertLabels,
                [
                    .ids(labels.map(\.call)), .textArray(labels.map { $0.label.serialisedString() }),
                    .text(StorableText.escaped(origin)), .moment(moment),
                ])
        }
        if !judgements.isEmpty { try Adjudications(connection).insert(judgements, at: moment) }
    }

    /// Has the pairs compared again.
    func finish() throws {
        guard !labelled.isEmpty || !judged.isEmpty else { return }
        let batches = BatchWriter(connection)
        try batches.enqueue(labelled.map { (id: $0.key, trial: $0.value) }, reason: .label)
        let rest = judged.filter { labelled[$0.key] == nil }
        try batches.enqueue(rest.map { (id: $0.key, trial: $0.value) }, reason: .adjudication)
        try connection.notify(ComparisonQueue.channel)
    }
}

/// What was said last about some calls and pairs.
private struct NewestWords {
    private var labels: [Identifier: JSONValue] = [:]
    private var judgements: [Identifier: String] = [:]

    init(_ targets: [LabelTargets.Target], on connection: PostgresConnection) throws {
        for row in try connection.query(ImportQueries.newestLabels, [.ids(Set(targets.map(\.call)))]) {
            labels[try row.id("call_id")] = try row.json("label").canonical()
        }
        for row in try connection.query(ImportQueries.newestAdjudications, [.ids(Set(targets.map(\.pair)))]) {
            judgements[try row.id("pair_id")] = NewestWords.text(try row.word("correct"), row.textOrNull("who"))
        }
    }

    /// Whether that is news.
    mutating func learn(_ label: JSONValue, of call: Identifier) -> Bool {
        let label = label.canonical()
        return labels.updateValue(label, forKey: call) != label
    }

    /// Whether that is news.
    mutating func learn(_ correct: Correctness, _ who: String?, of pair: Identifier) -> Bool {
        let word = NewestWords.text(correct, StorableText.escaped(who))
        return judgements.updateValue(word, forKey: pair) != word
    }

    private static func text(_ correct: Correctness, _ who: String?) -> String { "\(correct.rawValue) \(who ?? "")" }
}
