import Comparison
import Configuration
import Postgres
import Storage
import Testing
import Traffic

extension StoreFixture {
    /// Compares all that waits, as a worker would.
    func compareAll() throws {
        while let batch = try queue.claim() {
            let comparator = Comparator(batch.trial.settings.compare)
            let compared = batch.pairs.map { claimed in
                let answers = ComparedAnswers(
                    production: claimed.call.production, candidate: claimed.pair.candidate, control: claimed.call.control,
                    request: claimed.call.request)
                let finding = comparator.compare(
                    answers, label: claimed.label, adjudication: claimed.adjudication,
                    adjudicateBy: batch.trial.settings.adjudicate.by)
                return ComparedPair(pair: claimed.pair.id, finding: finding)
            }
            #expect(try queue.store(batch, compared, comparatorVersion: Comparator.version, at: Moments.monday))
        }
    }

    /// The ids of imported pairs by their names in the file.
    func pairIDs() throws -> [String: Identifier] {
        try Dictionary(
            connection.query("SELECT external_id, pair_id FROM understudy.pairs").map { row in
                let id = try row.uuid("pair_id")
                return (try row.text("external_id"), Identifier(high: id.0, low: id.1))
            }, uniquingKeysWith: { first, _ in first })
    }
}
