import Foundation
import Glibc
import Testing

/// What people bring, and take away: review, explain, export, feedback, each as its user runs it.
@Suite(.serialized) struct PeopleTests {
    /// A stage with a running `up` and a recorded trial in which every second pair differs.
    private struct Recorded {
        let stage: Stage
        let up: RunningProgram
        static let count = 12

        init(candidate: (Int) -> String = { $0.isMultiple(of: 2) ? "no" : "yes" }) throws {
            stage = try Stage()
            up = try stage.startUp()
            _ = try up.ready()
            let settings = stage.folder.appending(path: "w.yaml")
            try
                "workload: tickets\ncompare: { as: label, labels: [\"yes\", \"no\"] }\nproduction: { url: http://a.test }\ncandidate: { url: http://b.test, model: small }\n"
                .write(to: settings, atomically: true, encoding: .utf8)
            let lines = (0..<Self.count).map { number -> String in
                let request: [String: Any] = ["model": "big", "messages": [["role": "user", "content": "case \(number)"]]]
                let line: [String: Any] = [
                    "id": "t\(number)", "called_at": "2026-11-16T08:\(10 + number):00Z", "request": request,
                    "production": ["output": "yes", "model": "big", "request_id": "req-\(number)"],
                    "candidate": ["output": candidate(number), "model": "small"],
                ]
                return String(decoding: (try? JSONSerialization.data(withJSONObject: line)) ?? Data(), as: UTF8.self)
            }
            let pairs = stage.folder.appending(path: "pairs.jsonl")
            try lines.joined(separator: "\n").write(to: pairs, atomically: true, encoding: .utf8)
            let imported = try stage.run(["import", "-f", settings.path, pairs.path])
            guard imported.status == 0 else { throw Unexpected(imported.errors) }
            _ = try eventually(within: 60, "all pairs compared") { try status()["compared"] as? Int == Self.count ? true : nil }
        }

        func status() throws -> [String: Any] { try json(stage.run(["status", "tickets", "--json"]).output) }

        func sql(_ query: String) throws -> [String] {
            try stage.run(["sql", "--csv", query]).output.split(separator: "\n").dropFirst().map(String.init)
        }

        /// Runs a review that reads these lines; its events.
        func review(_ lines: [String], who: String, more: [String] = []) throws -> [[String: Any]] {
            let result = try Program.run(
                ["review", "tickets", "--json", "--who", who, "--data", stage.data] + more, input: lines.joined(separator: "\n") + "\n")
            guard result.status == 0 else { throw Unexpected(result.errors) }
            return try result.output.split(separator: "\n").map { try json(String($0)) }
        }
    }

    private static func output(_ side: Any?) -> String? { (side as? [String: Any])?["output"] as? String }

    @Test func aReviewIsDrivenByAProgramAndEveryWordLandsOnTheModelThatSaidIt() throws {
        let trial = try Recorded()
        let events = try trial.review(["left", "2", "nonsense", "b", "neither", "undo", "s", "q"], who: "bot")
        #expect(
            events.map { $0["event"] as? String } == [
                "pair", "judged", "pair", "judged", "pair", "not_understood", "judged", "pair", "judged", "pair", "undone", "pair",
                "skipped",
                "pair", "end",
            ])
        let shown = events.filter { $0["event"] as? String == "pair" }
        #expect(shown.allSatisfy { ($0["request"] as? [String: Any])?["model"] == nil && $0["counts"] as? Bool == true })
        #expect(
            shown.prefix(4).map { (($0["request"] as? [String: Any])?["messages"] as? [[String: Any]])?[0]["content"] as? String }
                == ["case 0", "case 2", "case 4", "case 6"])
        // Whose side it was follows from what stood there: production says yes everywhere.
        let first = Self.output(shown[0]["left"]) == "yes" ? "production_only" : "candidate_only"
        let second = Self.output(shown[1]["right"]) == "yes" ? "production_only" : "candidate_only"
        #expect(try trial.sql("select correct from adjudications order by at") == [first, second, "both", "neither", "unknown"])
        #expect(events.last?["judged_now"] as? Int == 3 && events.last?["waiting"] as? Int == 3)
        _ = try eventually(within: 60, "the worker to take it in") {
            try trial.sql("select correct from pairs where external_id = 't6'") == ["unknown"] ? true : nil
        }
        // The sides are drawn: of six pairs not all stand alike for these two reviewers, and they stand alike again.
        let sides = try ["bot", "ana"].map { who in
            try trial.review(["s", "s", "s", "s", "s", "s"], who: who).compactMap {
                $0["event"] as? String == "pair" ? Self.output($0["left"]) : nil
            }
        }
        #expect(sides[0].count == 3)
        #expect(try trial.review(["s", "s", "s"], who: "bot").compactMap { Self.output($0["left"]) } == sides[0])
        // What was said of one pair can be said again.
        let pair = try #require(try trial.sql("select pair_id from pairs where external_id = 't4'").first)
        #expect(try trial.review(["neither"], who: "ana", more: ["--pair", pair]).last?["reason"] as? String == "done")
        #expect(try trial.sql("select correct from adjudications where pair_id = '\(pair)' order by at") == ["both", "neither"])
        let stranger = try trial.stage.run(["review", "tickets", "--pair", "01a20a55-4a6d-75bf-91d7-b7bd3f528415", "--json"])
        #expect(stranger.status == 1 && stranger.errors.split(separator: "\n").count == 1)
    }

    @Test func aReviewAtATerminalTakesSingleKeysAndPutsTheTerminalBack() throws {
        let trial = try Recorded(candidate: { $0.isMultiple(of: 2) ? "\u{1B}[2J\u{1B}]0;owned\u{7}no" : "yes" })
        let terminal = try PseudoTerminal(["review", "tickets", "--who", "maria", "--data", trial.stage.data])
        let first = try terminal.expect("q quit")
        #expect(first.contains("0 of 6 judged · you are maria") && first.contains("case 0") && first.contains("LEFT"))
        #expect(first.contains("␛[2J␛]0;owned␇no") && !first.contains("owned\u{7}"), "a model's control sequences are shown, not sent")
        #expect(!first.contains("small") && !first.contains("big"), "which model is which is hidden")
        #expect(!terminal.isCooked)
        terminal.type("\u{1B}[1~")
        try terminal.expect("That key means nothing here")
        terminal.type("é")
        try terminal.expect("That key means nothing here")
        terminal.type("i")
        try terminal.expect("i goes back")
        terminal.type("i")
        try terminal.expect("RIGHT")
        terminal.type("1")
        #expect(try terminal.expect("Stored: only left is right").contains("1 of 6 judged"))
        terminal.type("u")
        #expect(try terminal.expect("Taken back").contains("0 of 6 judged"))
        terminal.type("n")
        try terminal.expect("Stored: neither")
        // One key that comes with others is one answer: the rest was typed before the next pair was shown.
        terminal.type("bbbb")
        try terminal.expect("Stored: both")
        terminal.type("q")
        try terminal.expect("2 judged now; of those drawn for judging 2 are judged, 4 wait.")
        #expect(try terminal.waitForEnd() == 0)
        #expect(terminal.isCooked)
        #expect(try trial.sql("select who, count(*) from adjudications group by 1") == ["maria,4"])

        for (keys, number) in [("\u{3}", Int32(0)), ("", SIGTERM), ("", SIGHUP), ("", SIGSEGV)] {
            let ended = try PseudoTerminal(["review", "tickets", "--data", trial.stage.data], environment: ["USER": "tom"])
            try ended.expect("q quit")
            #expect(!ended.isCooked)
            if number == 0 { ended.type(keys) } else { ended.signal(number) }
            #expect(try ended.waitForEnd() == -number)
            #expect(ended.isCooked, "after signal \(number)")
        }
    }

    @Test func twoReviewersNeverHaveTheSamePairBeforeThem() throws {
        let trial = try Recorded()
        let terminals = try ["maria", "tom"].map { who in
            try PseudoTerminal(["review", "tickets", "--who", who, "--data", trial.stage.data])
        }
        var cases: [String] = []
        for terminal in terminals {
            let screen = try terminal.expect("q quit")
            cases.append(try #require((0..<Recorded.count).map { "case \($0)" }.last { screen.contains($0) }))
        }
        #expect(Set(cases).count == 2, "\(cases)")
        for terminal in terminals { terminal.type("b") }
        for terminal in terminals {
            try terminal.expect("Stored: both")
            terminal.type("q")
            #expect(try terminal.waitForEnd() == 0)
        }
        #expect(try trial.sql("select count(distinct pair_id) from adjudications") == ["2"])
    }

    @Test func explainTellsAllAboutAPairByAnyOfItsNames() throws {
        let trial = try Recorded()
        let pair = try #require(try trial.sql("select pair_id from pairs where external_id = 't2'").first)
        for name in [pair, "t2", "req-2"] {
            let result = try trial.stage.run(["explain", name])
            #expect(result.status == 0)
            for part in [
                "pair \(pair)", "label_mismatch", "label.declared", "case 2", "PRODUCTION big", "yes", "≠ no",
                "review tickets --pair \(pair)",
            ] { #expect(result.output.contains(part), "\(part)\n\(result.output)") }
            #expect(!result.output.contains("\u{1B}"))
        }
        let account = try json(try trial.stage.run(["explain", "t2", "--json"]).output)
        #expect(account["pair_id"] as? String == pair && account["agreement"] as? String == "different")
        #expect((account["differences"] as? [[String: Any]])?.first?["rule"] as? String == "label.declared")
        #expect(try trial.sql("select request_hash from pairs where external_id = 't2'").first == account["request_hash"] as? String)
        let missing = try trial.stage.run(["explain", "nobody"])
        #expect(missing.status == 1 && missing.errors.split(separator: "\n").count == 1)
        #expect(try trial.stage.run(["explain"]).status == 2)
    }

    @Test func exportsAreWholeFilesForTheirOwnerAlone() throws {
        let trial = try Recorded()
        let labels = trial.stage.folder.appending(path: "labels.jsonl")
        try (0..<6).map { #"{"id":"t\#($0)","label":"\#($0 == 4 ? "no" : "yes")"}"# }.joined(separator: "\n").write(
            to: labels, atomically: true, encoding: .utf8)
        #expect(try trial.stage.run(["labels", "import", "tickets", labels.path]).status == 0)
        _ = try eventually(within: 60, "the labels taken in") {
            try trial.sql("select count(*) from pairs where correct_by = 'label'") == ["6"] ? true : nil
        }
        let file = trial.stage.folder.appending(path: "train.jsonl")
        let training = try trial.stage.run(["export", "tickets", "--for", "fine-tuning", "-o", file.path])
        #expect(training.status == 0 && training.output.contains("gold one in 6"), "\(training)")
        let heldOut = trial.stage.folder.appending(path: "train.held-out.jsonl")
        var examples: [[String: Any]] = []
        for part in [file, heldOut] {
            #expect(try FileManager.default.attributesOfItem(atPath: part.path)[.posixPermissions] as? Int == 0o600)
            examples += try String(contentsOf: part, encoding: .utf8).split(separator: "\n").map { try json(String($0)) }
        }
        #expect(examples.count == Recorded.count)
        for example in examples {
            let messages = try #require(example["messages"] as? [[String: Any]])
            #expect(Set(example.keys) == ["messages"] && messages.count == 2 && messages[1]["role"] as? String == "assistant")
            #expect(messages[1]["content"] as? String == (messages[0]["content"] as? String == "case 4" ? "no" : "yes"))
        }
        let cases = trial.stage.folder.appending(path: "cases.jsonl")
        let evals = try json(
            try trial.stage.run(["export", "tickets", "--for", "evals", "-o", cases.path, "--limit", "4", "--json"]).output)
        #expect(evals["written"] as? Int == 4 && evals["gold"] as? Int == 4)
        #expect((evals["failure_modes"] as? [String: Int]) == ["label_mismatch": 2, "agreement": 2])
        let again = try trial.stage.run(["labels", "import", "tickets", cases.path])
        #expect(again.output.contains("Stored 0 labels for tickets, 4 were known."), "\(again)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: trial.stage.folder.path).filter { $0.contains("part-") }.isEmpty)
        for (arguments, status) in [
            (["export", "tickets", "--for", "evals", "-o", "/nowhere/x"], Int32(1)), (["export", "tickets", "--for", "all", "-o", "x"], 2),
            (["export", "tickets", "--for", "evals"], 2), (["export", "nobody", "--for", "evals", "-o", cases.path], 1),
            (["export", "tickets", "--for", "evals", "-o", cases.path, "--limit", "0"], 2),
        ] {
            let result = try trial.stage.run(arguments)
            #expect(result.status == status && result.errors.split(separator: "\n").count == 1, "\(arguments) \(result)")
        }
    }

    @Test func feedbackThatComesBeforeItsPairIsAppliedWhenThePairArrives() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let ready = try up.ready()
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        try stage.awaitRoute(ready["mirror"] ?? "")
        let token = try String(contentsOfFile: "\(stage.data)/web-token", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        // The courier stands still: pairs are written and not shipped.
        let courier = try stage.process(below: up.processID, named: " courier ")
        kill(courier, SIGSTOP)
        let answer = try HttpConnection(ready["mirror"] ?? "").request(
            "POST", "/crash/v1/chat/completions", body: #"{"model":"m","messages":[{"role":"user","content":"late"}]}"#)
        let id = try #require(try json(answer.text)["id"] as? String)
        let sent = try HttpConnection(ready["web"] ?? "").request(
            "POST", "/crash/feedback", headers: ["Authorization": "Bearer \(token)"], body: #"{"request_id":"\#(id)","label":"no"}"#)
        #expect(sent.status == 202 && sent.text.contains("kept_until"))
        #expect((try stage.status()["feedback"] as? [String: Any])?["waiting"] as? Int == 1)
        kill(courier, SIGCONT)
        _ = try eventually(within: 60, "the label to find its call") {
            (try stage.status()["feedback"] as? [String: Any])?["applied"] as? Int == 1 ? true : nil
        }
        let found = try stage.run(["sql", "--csv", "select label, correct from pairs where production_request_id = '\(id)'"])
        _ = try eventually(within: 60, "the worker to take it in") {
            try stage.run(["sql", "--csv", "select correct from pairs where production_request_id = '\(id)'"]).output.contains("neither")
                ? true : nil
        }
        #expect(found.status == 0)
    }
}

func json(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}
