import Foundation
import Traffic

/// What a settled crash run came to.
struct CrashOutcome: CustomStringConvertible {
    /// Calls that a client got a whole answer to.
    var answered = 0
    /// Pairs that stood whole in a spool, whatever died then.
    var spooled = 0
    /// Pairs that no death came near, by the ledgers and the clock.
    var untroubled = 0
    var stored = 0
    var lost: [String] = []
    var doubled: [String] = []
    var changed: [String] = []

    var description: String {
        "\(answered) calls answered, \(spooled) pairs seen in the spool, \(untroubled) far from any death, \(stored) stored, "
            + "\(lost.count) lost, \(doubled.count) doubled, \(changed.count) changed"
    }
}

/// A row of the view `pairs`.
struct StoredPair {
    let id: String
    let input: String
    let production: String?
    let candidate: String?

    /// From a line of `StoredPair.columns`.
    init?(_ line: Substring) {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4 else { return nil }
        id = fields[0]
        input = fields[1]
        production = fields[2] == "-" ? nil : fields[2]
        candidate = fields[3] == "-" ? nil : fields[3]
    }

    static let columns = "pair_id, input, coalesce(production_output, '-'), coalesce(candidate_output, '-')"
}

/// What a model says it answered.
struct LedgerEntry {
    let at: Date
    let answer: String
    let requestID: String

    /// A ledger by the calls' ids; what the control arm asked is left out.
    static func read(_ file: URL) throws -> [String: LedgerEntry] {
        var answered: [String: LedgerEntry] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            guard let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let id = entry["last_user"] as? String, let at = entry["at_us"] as? Double, let answer = entry["answer"] as? String,
                let request = entry["request_id"] as? String, entry["leg"] as? String != "control"
            else { continue }
            answered[id] = LedgerEntry(at: Date(timeIntervalSince1970: at / 1e6), answer: answer, requestID: request)
        }
        return answered
    }
}

/// Holds the database against what clients, models and spools saw.
struct CrashReckoning {
    var rows: [StoredPair]
    var production: [String: LedgerEntry]
    var candidate: [String: LedgerEntry]
    var calls: [CallLoad.Result]
    /// Pairs that stood whole in a spool.
    var spooled: [SpoolWitness.SeenPair]
    /// When processes died that may have held a pair which was not in the spool yet.
    var mirrorDeaths: [Date]

    /// A pair is written within 50 ms of its last leg's end; a machine that is busy with other things may take its time.
    private static let margin = 2.0

    func outcome() -> CrashOutcome {
        var outcome = CrashOutcome()
        var byInput: [String: StoredPair] = [:]
        for row in rows where byInput.updateValue(row, forKey: row.input) != nil { outcome.doubled.append(row.input) }
        outcome.stored = byInput.count
        holdSpools(&outcome)
        holdLedgers(byInput, &outcome)
        return outcome
    }

    /// What was whole in a spool is stored as it was.
    private func holdSpools(_ outcome: inout CrashOutcome) {
        let byID = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
        outcome.spooled = spooled.count
        for pair in spooled {
            guard let row = byID["\(pair.id)"] else {
                outcome.lost.append("\(pair.id) of a spool")
                continue
            }
            if row.candidate != pair.candidate || row.production != pair.production { outcome.changed.append("\(pair.id) of a spool") }
        }
    }

    /// What clients and models agree on is stored, unless a death came near; and nothing is stored that they did not say.
    private func holdLedgers(_ byInput: [String: StoredPair], _ outcome: inout CrashOutcome) {
        for call in calls where call.status == 200 {
            outcome.answered += 1
            guard let asked = production[call.id] else {
                outcome.changed.append("\(call.id) was never answered by production")
                continue
            }
            if call.content != asked.answer || !call.text.contains(asked.requestID) {
                outcome.changed.append("\(call.id) as its client saw it: \(call.text)")
            }
            guard let shadow = candidate[call.id] else { continue }
            let last = max(shadow.at, call.ended).addingTimeInterval(Self.margin)
            if mirrorDeaths.contains(where: { $0 >= call.started.addingTimeInterval(-0.05) && $0 <= last }) { continue }
            outcome.untroubled += 1
            if byInput[call.id] == nil { outcome.lost.append(call.id) }
        }
        for (id, row) in byInput {
            if let said = row.production, said != production[id]?.answer { outcome.changed.append("\(id): production said \(said)") }
            if let said = row.candidate, said != candidate[id]?.answer { outcome.changed.append("\(id): the candidate said \(said)") }
        }
    }
}
