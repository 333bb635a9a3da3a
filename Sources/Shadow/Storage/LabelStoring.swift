internal import JSON
internal import Postgres
internal import Records
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
        let names = Dictionary(lines.map { ($0.key, $0.naming) }) { first, _ in first }.sorted { $0.key < $1.key }
        let rows = try connection.query(
            ImportQueries.findTargets,
            [
                .text(workload), .textArray(names.map(\.key)),
                .textArray(names.map { $0.value.anyID.flatMap { Identifier($0) }?.description }),
                .textArray(names.map { $0.value.anyID.map { ContentHash.of($0.utf8).description } }),
                .textArray(names.map { StorableText.escaped($0.value.requestID) }),
                .textArray(names.map { $0.value.requestHash?.description }),
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
    /// Lines that name no pair that is stored.
    private(set) var unmatched: [LabelLine] = []
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

    /// Stores the words of lines in their order. `progress` is told how many have been stored.
    mutating func add(_ lines: [LabelLine], of workload: String, progress: (Int) -> Void = { _ in }) throws {
        for start in stride(from: 0, to: lines.count, by: Labels.batch) {
            let part = lines[start..<min(start + Labels.batch, lines.count)]
            try add(part, targets: LabelTargets(part, of: workload, on: connection))
            progress(start + part.count)
        }
    }

    private mutating func add(_ lines: ArraySlice<LabelLine>, targets: LabelTargets) throws {
        var newest = try NewestWords(targets.all, on: connection)
        var labels: [(call: Identifier, label: JSONValue, saidAt: Timestamp)] = []
        var judgements: [Adjudications.Judgement] = []
        for line in lines {
            let meant = targets.of(line)
            guard let first = meant.first else {
                outcome.unmatched.append(line.name)
                unmatched.append(line)
                continue
            }
            var isNew = false
            switch line.word {
            case .label(let label):
                for call in Set(meant.map(\.call)).sorted() where newest.learn(label, of: call, saidAt: line.saidAt) {
                    isNew = true
                    outcome.labelledCalls += 1
                    labels.append((call, label, line.saidAt ?? moment))
                    for target in meant where target.call == call { labelled[target.pair] = target.trial }
                }
            case .correct(let correct, let who):
                guard meant.count == 1 else {
                    faults.append(
                        LineFault(
                            line: line.number, field: line.naming.field,
                            message: "\(meant.count) pairs have this name: name the one that was judged by its pair id"))
                    continue
                }
                isNew = newest.learn(correct, who, of: first.pair, saidAt: line.saidAt)
                if isNew {
                    judgements.append(
                        Adjudications.Judgement(pair: first.pair, correct: correct, who: who, saidAt: line.saidAt ?? moment))
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
                    .text(StorableText.escaped(origin)), .textArray(labels.map(\.saidAt.description)),
                ])
        }
        if !judgements.isEmpty { try Adjudications(connection).insert(judgements) }
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

/// What was said last about some calls and pairs, and when.
private struct NewestWords {
    private var labels: [Identifier: (label: JSONValue, saidAt: Timestamp)] = [:]
    private var judgements: [Identifier: (word: String, saidAt: Timestamp)] = [:]

    init(_ targets: [LabelTargets.Target], on connection: PostgresConnection) throws {
        for row in try connection.query(ImportQueries.newestLabels, [.ids(Set(targets.map(\.call)))]) {
            labels[try row.id("call_id")] = (try row.json("label").canonical(), try row.moment("said_at"))
        }
        for row in try connection.query(ImportQueries.newestAdjudications, [.ids(Set(targets.map(\.pair)))]) {
            judgements[try row.id("pair_id")] = (
                NewestWords.text(try row.word("correct"), row.textOrNull("who")), try row.moment("said_at")
            )
        }
    }

    /// Whether that is news. `saidAt` is given where it was said some time ago: a later word then stands.
    mutating func learn(_ label: JSONValue, of call: Identifier, saidAt: Timestamp?) -> Bool {
        let label = label.canonical()
        if let known = labels[call], known.label == label || NewestWords.isOlder(saidAt, than: known.saidAt) { return false }
        labels[call] = (label, saidAt ?? .distantFuture)
        return true
    }

    /// The same for a judgement.
    mutating func learn(_ correct: Correctness, _ who: String?, of pair: Identifier, saidAt: Timestamp?) -> Bool {
        let word = NewestWords.text(correct, StorableText.escaped(who))
        if let known = judgements[pair], known.word == word || NewestWords.isOlder(saidAt, than: known.saidAt) { return false }
        judgements[pair] = (word, saidAt ?? .distantFuture)
        return true
    }

    private static func isOlder(_ saidAt: Timestamp?, than known: Timestamp) -> Bool { saidAt.map { $0 < known } ?? false }

    private static func text(_ correct: Correctness, _ who: String?) -> String { "\(correct.rawValue) \(who ?? "")" }
}

extension Timestamp {
    /// Later than everything that has been said.
    fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
