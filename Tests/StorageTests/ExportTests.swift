import Configuration
import JSON
import Postgres
import Testing
import Traffic

@testable import Storage

@Suite("Exports")
struct ExportTests {
    let store: StoreFixture

    init() throws { store = try StoreFixture() }

    /// 60 conversations of three turns, some named and some not; each candidate's answer differs in every fourth call.
    private func recorded() throws -> StoredTrial {
        let lines = (0..<180).map { number -> JSONValue in
            let (conversation, turn) = (number / 3, number % 3)
            return RecordedLines.pair("\(number)", at: Moments.monday.adding(seconds: Double(number))) { line in
                var messages: [JSONValue] = []
                for earlier in 0...turn {
                    if earlier > 0 { messages.append(["role": "assistant", "content": "card_arrival"]) }
                    messages.append(["role": "user", "content": .string("conversation \(conversation), turn \(earlier)")])
                }
                line["request"] = ["model": "gpt-5", "messages": .array(messages)]
                if conversation.isMultiple(of: 2) { line["conversation"] = .string("named \(conversation)") }
                if number.isMultiple(of: 4) { line["candidate"] = ["output": "lost_card"] }
                if number.isMultiple(of: 12) { line["label"] = "card_arrival" }
                line["simulated"] = .bool(number == 5)
            }
        }
        let trial = try store.take(lines).trial
        try store.compareAll()
        return trial
    }

    private func export(
        _ purpose: ExportPurpose, _ trials: StoredTrial..., limit: Int? = nil
    ) throws -> (outcome: ExportOutcome, lines: [JSONValue], heldOut: [JSONValue]) {
        var (lines, heldOut): ([JSONValue], [JSONValue]) = ([], [])
        let outcome = try Exports(store.connection).write(purpose, trials: trials, limit: limit) { line in
            #expect(line.bytes.last == UInt8(ascii: "\n") && line.bytes.count { $0 == UInt8(ascii: "\n") } == 1)
            let json = try JSONValue.parse(line.bytes)
            if line.isHeldOut { heldOut.append(json) } else { lines.append(json) }
        }
        #expect(outcome.written == lines.count && outcome.heldOut == heldOut.count)
        return (outcome, lines, heldOut)
    }

    private func opening(_ line: JSONValue) -> String { line["messages"]?[0]?["content"]?.stringValue ?? "" }

    @Test("no conversation is on both sides, about a tenth is held out, and the same again gives the same")
    func split() throws {
        let trial = try recorded()
        let (outcome, lines, heldOut) = try export(.fineTuning, trial)
        #expect(lines.count + heldOut.count == 180 && outcome.leftOut.isEmpty)
        #expect(Set(lines.map(opening)).isDisjoint(with: heldOut.map(opening)))
        #expect(!heldOut.isEmpty && heldOut.count.isMultiple(of: 3) && heldOut.count < 54)
        #expect(outcome.gold == 15 && outcome.lost == 15 && outcome.simulated == 1)
        #expect(outcome.modes == ["label_mismatch": 45, "": 135])
        let again = try export(.fineTuning, trial)
        #expect(again.lines == lines && again.heldOut == heldOut)
    }

    @Test("over many conversations a tenth is held out")
    func share() {
        let heldOut = (0..<20_000).count { Exports.isHeldOut("conversation \($0)") }
        // Four standard deviations of 0.1 of 20,000.
        #expect((1830...2170).contains(heldOut))
    }

    @Test("what is withheld: production's own doubt, its refuted answers, failed ones, and what nobody has compared")
    func withheld() throws {
        let trial = try store.take([
            RecordedLines.pair("good"),
            RecordedLines.pair("unstable") {
                $0["request"] = ["messages": [["role": "user", "content": "u"]]]
                $0["control"] = ["output": "lost_card"]
            },
            RecordedLines.pair("refuted") {
                $0["request"] = ["messages": [["role": "user", "content": "r"]]]
                $0["candidate"] = ["output": "lost_card"]
                $0["correct"] = "candidate_only"
            },
            RecordedLines.pair("failed") {
                $0["request"] = ["messages": [["role": "user", "content": "f"]]]
                $0["production"] = ["status": 500, "output": "oops"]
            },
            RecordedLines.pair("cut") {
                $0["request"] = ["messages": [["role": "user", "content": "c"]]]
                $0["production"] = ["output": "card_arr", "finish_reason": "length"]
            },
            RecordedLines.pair("failed with gold") {
                $0["request"] = ["messages": [["role": "user", "content": "g"]]]
                $0["production"] = ["status": 500, "output": "oops"]
                $0["label"] = "lost_card"
            }, RecordedLines.pair("the same as good, later", at: Moments.monday.adding(seconds: 60)),
        ]).trial
        try store.compareAll()
        try store.take([RecordedLines.pair("not compared") { $0["request"] = ["messages": [["role": "user", "content": "n"]]] }])
        let (outcome, lines, heldOut) = try export(.fineTuning, trial)
        #expect(outcome.leftOut == [.unstable: 1, .refuted: 1, .noAnswer: 2, .duplicate: 1, .notCompared: 1])
        #expect(Set((lines + heldOut).map(opening)) == ["Where is my card?", "g"])
        #expect((lines + heldOut).contains { $0["messages"]?[1] == ["role": "assistant", "content": "lost_card"] })
    }

    @Test("an eval set brings its labels to every call that asked the same, in another installation too")
    func evalsTravel() throws {
        let trial = try recorded()
        let (outcome, lines, heldOut) = try export(.evals, trial, limit: 10)
        #expect(lines.count == 10 && heldOut.isEmpty)
        #expect(outcome.leftOut == [.unjudged: 165, .beyondLimit: 5])
        for line in lines {
            #expect(line["label"] == "card_arrival" && line["label_by"] == "label" && line["failure_mode"] == "label_mismatch")
        }
        let file = RecordedLines.file(lines)
        let here = try Labels(store.connection).store(lines: file, name: "evals.jsonl", workload: trial.workload, at: Moments.monday)
        #expect(here.unchanged == 10 && here.stored == 0)

        let elsewhere = try StoreFixture()
        try elsewhere.take([
            RecordedLines.pair("other id") { $0["request"] = lines[0]["request"] },
            RecordedLines.pair("another", at: Moments.monday.adding(seconds: 9)) { line in
                var request = lines[0]["request"] ?? [:]
                request["model"] = "gpt-6"
                line["request"] = request
            }, RecordedLines.pair("stranger"),
        ])
        let there = try Labels(elsewhere.connection).store(lines: file, name: "evals.jsonl", workload: trial.workload, at: Moments.monday)
        #expect(there.stored == 1 && there.unmatched.count == 9)
        #expect(try elsewhere.count("gold_label") == 2)
    }

    @Test("a person's word makes production's answer the label, before a worker has taken it in; taken back it does not")
    func people() throws {
        let trial = try recorded()
        let ids = try store.pairIDs()
        let adjudications = Adjudications(store.connection)
        try adjudications.record(pair: ids["4"]!, correct: .productionOnly, who: "maria", at: Moments.monday)
        try adjudications.record(pair: ids["8"]!, correct: .candidateOnly, who: "maria", at: Moments.monday)
        try adjudications.record(pair: ids["16"]!, correct: .both, who: "maria", at: Moments.monday)
        try adjudications.record(pair: ids["16"]!, correct: .unknown, who: "maria", at: Moments.monday)
        let lines = try export(.evals, trial).lines
        #expect(lines.count == 16)
        #expect(lines.filter { $0["label_by"] == "person" }.map { $0["id"] } == ["4"])
        #expect(try export(.fineTuning, trial).outcome.leftOut == [.refuted: 1])
    }

    @Test("the cases of several candidates' trials are one set")
    func severalTrials() throws {
        let first = try store.take([RecordedLines.pair("a")], settings: labelSettings { $0.trial.candidates = 2 }).trial
        let second = try store.take(
            [RecordedLines.pair("a") { $0["candidate"] = ["output": "lost_card"] }],
            settings: labelSettings(candidate: "mistral") { $0.trial.candidates = 2 }
        ).trial
        try store.compareAll()
        let (outcome, _, _) = try export(.fineTuning, first, second)
        #expect(outcome.written + outcome.heldOut == 1 && outcome.leftOut == [.duplicate: 1])
        #expect(outcome.modes == ["label_mismatch": 1])
    }
}
