import Foundation
import JSON
import Report
import Testing
import Traffic
import Verdict

/// Seven whole reports in four forms, held to files beside this one. `UNDERSTUDY_REWRITE_GOLDEN=1` writes the files anew; read the
/// difference before committing it.
@Suite struct GoldenTests {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "Golden")

    struct Golden: Sendable, CustomTestStringConvertible {
        let name: String
        let verdict: Recommendation
        let trials: [SimulatedTrial]

        var testDescription: String { name }
        /// Looked at every day, as the worker does.
        var report: WorkloadReport {
            var models = trials.map { trial in
                var trial = trial
                trial.daily = true
                return trial.model()
            }
            if models.count == 2 {
                for (place, other) in [(0, models[1].trial), (1, models[0].trial)] {
                    models[place].rivals = [Golden.rival(other, isBetter: place == 1)]
                }
            }
            return WorkloadReport(models)
        }

        /// Made up: both candidates' answers to the same calls.
        private static func rival(_ other: ReportModel.Trial, isBetter: Bool) -> ReportModel.RivalRow {
            let examples = [(Correctness.productionOnly, "Is my card on its way?"), (.candidateOnly, "Undo what I just sent, please.")].map
            {
                correct, asked in
                ReportModel.Example(
                    pair: Identifier(at: other.asOf, random: (7, correct == .productionOnly ? 1 : 2)), calledAt: other.asOf,
                    segment: "chat", input: asked, productionOutput: correct == .productionOnly ? "card_arrival" : "transfer_failed",
                    candidateOutput: correct == .productionOnly ? "lost_or_stolen_card" : "cancel_transfer",
                    label: correct == .productionOnly ? "card_arrival" : "cancel_transfer", correct: correct)
            }
            return ReportModel.RivalRow(
                trial: other.id, candidate: other.candidate, pairs: 8391, onlyThis: isBetter ? 311 : 1046, onlyOther: isBetter ? 1046 : 311,
                examples: examples)
        }
    }

    static let all: [Golden] = [
        Golden(
            name: "not-yet-day-1", verdict: .keepShadowing,
            trials: [SimulatedTrial(simulated: true, days: 1, pairsPerDay: 340, onlyProductionRight: 0.05, onlyCandidateRight: 0.02)]),
        Golden(
            name: "not-yet-quality", verdict: .keepShadowing,
            trials: [
                SimulatedTrial(
                    days: 7, pairsPerDay: 400, onlyProductionRight: 0.05, onlyCandidateRight: 0.043, timeouts: 0, controlRate: 0.15,
                    pending: 0.15)
            ]),
        Golden(
            name: "not-yet-judge", verdict: .keepShadowing,
            trials: [SimulatedTrial(onlyProductionRight: 0.02, onlyCandidateRight: 0.02, timeouts: 0, adjudicateBy: .none, isJudged: true)]),
        Golden(
            name: "not-yet-audit", verdict: .keepShadowing,
            trials: [
                SimulatedTrial(
                    pairsPerDay: 900, onlyProductionRight: 0.02, onlyCandidateRight: 0.02, timeouts: 0, documents: true, tolerance: 0.2,
                    shedsLong: true)
            ]),
        Golden(name: "switch", verdict: .switch, trials: [SimulatedTrial(onlyProductionRight: 0.02, onlyCandidateRight: 0.02)]),
        Golden(
            name: "dont-switch", verdict: .stay,
            trials: [
                SimulatedTrial(
                    onlyProductionRight: 0.12, onlyCandidateRight: 0.02, confidentFailures: 0.6, documents: true, dedicated: true)
            ]),
        Golden(
            name: "two-tier", verdict: .twoTier,
            trials: [
                SimulatedTrial(
                    source: .imported, simulated: true, pairsPerDay: 1200, onlyProductionRight: 0.06, onlyCandidateRight: 0.01,
                    confidentFailures: 0.05, candidateMs: 250, candidates: 2),
                SimulatedTrial(
                    candidate: "llama-3.1-8b", source: .imported, simulated: true, seed: 2, pairsPerDay: 1200,
                    onlyProductionRight: 0.15, onlyCandidateRight: 0.01, timeouts: 0.02, confidentFailures: 0.6, candidates: 2),
            ]),
    ]

    @Test(arguments: all, ReportFormat.allCases)
    func everyFormIsAsItWas(_ golden: Golden, _ format: ReportFormat) throws {
        let report = golden.report
        #expect(report.leading.look.decision.recommendation == golden.verdict)
        let text = report.rendered(as: format)
        let file = Self.folder.appending(path: "\(golden.name).\(format == .text ? "txt" : format.rawValue)")
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        if format == .json {
            let (now, then) = (try JSONValue.parse(Array(text.utf8)), try JSONValue.parse(Array(golden.utf8)))
            #expect(Self.differences(now, then, at: "").isEmpty)
        } else {
            #expect(text == golden, "\(file.lastPathComponent) differs")
        }
    }

    /// Where two values differ. Numbers may by a billionth: sums are rounded in the order in which they are taken.
    private static func differences(_ now: JSONValue, _ then: JSONValue, at pointer: String) -> [String] {
        if let (now, then) = now.arrayValue.flatMap({ now in then.arrayValue.map { (now, $0) } }), now.count == then.count {
            return zip(now, then).enumerated().flatMap { differences($1.0, $1.1, at: "\(pointer)/\($0)") }
        }
        if let (now, then) = now.objectValue.flatMap({ now in then.objectValue.map { (now, $0) } }), now.map(\.name) == then.map(\.name) {
            return zip(now, then).flatMap { differences($0.value, $1.value, at: JSONPointer.appending($0.name, to: pointer)) }
        }
        if let (now, then) = now.doubleValue.flatMap({ now in then.doubleValue.map { (now, $0) } }) {
            return abs(now - then) <= 1e-9 * max(1, abs(then)) ? [] : ["\(pointer): \(now), was \(then)"]
        }
        return now == then ? [] : ["\(pointer): \(now), was \(then)"]
    }
}
