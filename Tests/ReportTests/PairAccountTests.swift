import JSON
import Testing
import Traffic

@testable import Report

/// One pair for a terminal: whatever stands in the answers, nothing of it is obeyed, and no line is wider than the terminal.
@Suite("A pair at the terminal")
struct PairAccountTests {
    private static let moment = Timestamp("2026-11-16T08:00:00Z")!

    static func account(
        production: Leg, candidate: Leg, control: Leg? = nil, request: JSONValue? = nil, finding: Finding? = nil
    ) -> PairAccount {
        let asked: JSONValue =
            request ?? ["messages": [["role": "system", "content": "Name it."], ["role": "user", "content": "Where?"]]]
        let call = Call(
            id: Identifier(at: moment), workload: "support-intents", source: .mirror, calledAt: moment, segment: "mail", path: "",
            request: asked.serialised(), production: production, control: control, controlRate: 0.05)
        let pair = Pair(
            id: Identifier(at: moment), callID: call.id, trial: Identifier(at: moment), workload: "support-intents", candidate: candidate,
            samplingRate: 0.1)
        return PairAccount(candidateName: "phi-4", call: call, pair: pair, finding: finding, requestHash: Identifier(high: 7, low: 9))
    }

    static func said(_ output: String?) -> Leg { Leg(status: 200, output: output, model: "gpt-5") }

    private func columns(_ left: Leg, _ right: Leg, width: Int = 80, most: Int = .max, limit: Int = 4_000) -> [String] {
        PairAccount.columns(left: left, right: right, width: width, style: .plain, limit: limit, most: most)
    }

    private func columns(_ left: String, _ right: String, width: Int = 80, most: Int = .max) -> [String] {
        columns(Self.said(left), Self.said(right), width: width, most: most)
    }

    /// Texts that a model, or whoever made it say so, might write.
    static let hostile = [
        "\u{1B}[2J\u{1B}[H\u{1B}]0;owned\u{7}plain", "\u{9B}31m red \u{9D}0;title\u{9C}", "a\rb\r\nc", "\u{0}\u{0}", "\u{7F}\u{8}\u{8}",
        "\u{202E}gnp.exe", "\u{2066}x\u{2069}", "\u{200B}\u{FEFF}", "\u{1B}P1$r\u{1B}\\",
        String(repeating: "e\u{301}\u{302}\u{303}", count: 90),
        "Z" + String(repeating: "\u{300}", count: 5_000) + "algo", String(repeating: "漢", count: 500), "ﷺ ꧅ 𒐫",
        "👩‍👩‍👧‍👦🇩🇪🏳️‍🌈" + String(repeating: "👍🏽", count: 60), "\tTabs\tin\tit", String(repeating: "x", count: 5_000),
        String(repeating: "word ", count: 2_000), String(repeating: "\n", count: 3_000), "", " ", "{\"a\":\"\\u001b[31m\"}",
        String(repeating: "[", count: 10_000), String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
        "{\"a\":1,\"a\":2}", "\u{2028}\u{2029}\u{85}", "क्षि नमस्ते ক্ষ ไทยกำลัง",
    ]

    private func expectSafe(_ text: String, _ place: String) {
        for scalar in text.unicodeScalars where scalar != "\n" {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let turns = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            #expect(
                !isControl && !turns && scalar.value != 0x2028 && scalar.value != 0x2029, "\(place): U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test("no control sequence comes through, and every line fits", arguments: hostile.indices, [40, 80, 133])
    func hostileAnswers(_ place: Int, _ width: Int) {
        let text = Self.hostile[place]
        let call = Leg(status: 200, toolCalls: [ToolCall(name: text, arguments: text)], finishReason: text, model: text)
        for (left, right) in [(Self.said(text), Self.said("plain")), (Self.said("plain"), Self.said(text)), (call, Self.said(text))] {
            for line in columns(left, right, width: width) {
                expectSafe(line, "columns")
                #expect(TextLayout.columns(line) <= width, "\(line)")
            }
        }
        let finding = Finding(
            agreement: .different, failureMode: .labelMismatch,
            differences: [Difference(path: text, kind: text, productionValue: text, candidateValue: text, rule: text)])
        var account = Self.account(
            production: call, candidate: Self.said(text), control: Self.said(text),
            request: ["messages": [["role": .string(text), "content": .string(text)]], "tools": [["function": ["name": .string(text)]]]],
            finding: finding)
        account.call.segment = text
        account.call.conversation = text
        account.call.externalID = text
        account.goldAnswers = [PairAccount.GoldAnswer(label: .string(text), origin: text, saidAt: Self.moment)]
        account.judgements = [PairAccount.Judgement(correct: .both, who: text, saidAt: Self.moment)]
        expectSafe(account.explanation(width: width), "explanation")
        expectSafe(TerminalLayout.json(account.json()), "JSON")
        #expect(throws: Never.self) { try JSONValue.parse(TerminalLayout.json(account.json())) }
    }

    @Test("with colours only our own sequences are there")
    func colours() {
        let style = TerminalStyle(colours: true, positions: true)
        for text in Self.hostile {
            let shown = PairAccount.columns(left: Self.said(text), right: Self.said("x"), width: 80, style: style, limit: 4_000)
            for line in shown {
                let sequences = line.split(separator: "\u{1B}", omittingEmptySubsequences: false).dropFirst()
                for sequence in sequences {
                    #expect(["[0m", "[1m", "[2m", "[7m", "[39G"].contains { sequence.hasPrefix($0) }, "\(sequence.prefix(8))")
                }
            }
        }
    }

    @Test("five megabytes are shown in bounded lines and time, where they begin to differ")
    func huge() {
        let alike = String(repeating: "all the same, ", count: 380_000)
        let clock = ContinuousClock()
        let spent = clock.measure {
            let lines = columns(alike + "left end", alike + "right end")
            #expect(lines.count < 120)
            #expect(lines.contains { $0.contains("characters alike") })
            #expect(lines.contains { $0.contains("left end") && $0.contains("right end") })
            let unlike = columns(alike, String(alike.reversed()))
            #expect(unlike.count < 250 && unlike.contains { $0.contains("more characters") })
            let wide = "[" + (0..<400_000).map { "\($0)" }.joined(separator: ",") + "]"
            #expect(columns(wide, wide.replacing("399999", with: "0")).contains { $0.contains("399999") && $0.contains("≠") })
            let members = "{" + (0..<200_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
            #expect(columns(members, members).allSatisfy { !$0.contains("≠") })
        }
        #expect(spent < .seconds(60), "\(spent)")
    }

    @Test("lines that are the same stand beside each other, and the differing word is marked")
    func aligned() {
        let left = "one\ntwo\nthree\nfour"
        let right = "one\nthree\nfour and a half\nfive"
        #expect(
            columns(left, right, width: 43) == [
                "one                  │ one", "two                  ≠", "three                │ three",
                "four                 ≠ four and a half", "                     ≠ five",
            ])
        let marked = PairAccount.columns(
            left: Self.said("the red car"), right: Self.said("the blue car"), width: 43,
            style: TerminalStyle(colours: true, positions: false), limit: 100)
        #expect(marked.count == 1)
        #expect(marked[0].contains("the\u{1B}[7m red\u{1B}[0m car") && marked[0].contains("the\u{1B}[7m blue\u{1B}[0m car"))
    }

    @Test("JSON is laid out, the second answer's members in the order of the first's")
    func json() {
        let lines = columns(#"{"a":1,"b":{"c":[1,2]},"d":"x"}"#, #"{"d":"y","b":{"c":[1,2]},"a":1,"e":null}"#, width: 60)
        #expect(
            lines == [
                "{                            │ {", "  \"a\": 1,                    │   \"a\": 1,",
                "  \"b\": {                     │   \"b\": {",
                "    \"c\": [1,2]               │     \"c\": [1,2]", "  },                         │   },",
                "  \"d\": \"x\"                   ≠   \"d\": \"y\",", "                             ≠   \"e\": null",
                "}                            │ }",
            ])
    }

    @Test("of long answers the lines around the first difference are shown")
    func cut() {
        let lines = (0..<100).map { "line \($0)" }
        var other = lines
        other[60] = "another"
        let shown = columns(lines.joined(separator: "\n"), other.joined(separator: "\n"), most: 10)
        #expect(
            shown.map { TextLayout.trimmedRight(String($0.prefix(24))) } == [
                "line 0", "  … 58 lines alike", "line 59", "line 60", "line 61", "  … 37 lines alike", "line 99",
            ])
        #expect(shown.contains { $0.contains("another") })
        let apart = (0..<100).map { $0.isMultiple(of: 3) ? "other \($0)" : "line \($0)" }
        let window = columns(lines.joined(separator: "\n"), apart.joined(separator: "\n"), most: 10)
        #expect(window.count == 10 && window.last?.contains("lines below") == true && window.contains { $0.contains("other 0") })
        let end = columns(lines.joined(separator: "\n"), lines.dropLast().joined(separator: "\n") + "\nlast", most: 10)
        #expect(end.contains { $0.contains("last") } && end.count <= 10)
    }

    @Test("why there is no answer is said in words", arguments: LegError.allCases)
    func failures(_ error: LegError) {
        let lines = columns(Self.said("card_arrival"), Leg(status: error == .serverError ? 503 : nil, error: error))
        #expect(lines.joined().contains("(") && lines.joined().contains(")"))
        #expect(columns(Self.said(""), Leg(status: 200, refusal: "No.")).joined().contains("(it refused) No."))
    }

    @Test("the account says what differs, by which rule, who was right, what it cost and how to judge it")
    func explanation() {
        let finding = Finding(
            agreement: .different, failureMode: .verboseLabel,
            differences: [
                Difference(path: "", kind: "verbose_label", productionValue: "a", candidateValue: "It is a.", rule: "label.in_prose"),
                Difference(path: "/total", kind: "missing_field", productionValue: "3", candidateValue: nil, rule: "json.fields"),
            ], productionUnstable: true, correct: .productionOnly, correctBy: .label)
        var production = Self.said("a")
        (production.durationMs, production.ttftMs, production.requestID) = (812.4, 401, "chatcmpl-1")
        production.usage = TokenUsage(input: 512, output: 4)
        var account = Self.account(production: production, candidate: Self.said("It is a."), control: Self.said("b"), finding: finding)
        account.costs = PairAccount.Costs(production: 0.0016)
        account.consumed = .productionOnly
        account.judgements = [
            PairAccount.Judgement(correct: .unknown, who: "tom", saidAt: Self.moment),
            PairAccount.Judgement(correct: .both, who: "tom", saidAt: Self.moment),
        ]
        let text = account.explanation(width: 100)
        for part in [
            "pair \(account.pair.id)", "support-intents · phi-4 instead of gpt-5", "segment mail", "production's id chatcmpl-1",
            "Different (verbose_label): the candidate's label is buried in something else.", "Only production right, says the gold answer.",
            "Production disagreed with itself here", "· the whole answer:", "· /total: the candidate leaves the field out (missing_field)",
            "by rule     label.in_prose: the label stands in prose", "candidate   nothing", "CONTROL production, asked again", "812 ms",
            "401 ms",
            "512", "$0.0016", "tom: took that back", "tom: both right", "A look has counted it (only production right)",
            "Request hash 00000000-0000-0007-0000-000000000009", "understudy review support-intents --pair \(account.pair.id)",
        ] { #expect(text.contains(part), "\(part)\n\(text)") }
        #expect(!text.contains("\u{1B}"))
        #expect(Self.account(production: production, candidate: production).explanation().contains("Not compared yet"))
        #expect(
            Self.account(production: production, candidate: production, control: production).explanation()
                .contains("asked again, answered the same"))
    }

    @Test("every mode, rule and judgement has words of its own")
    func words() {
        let modes = FailureMode.allCases.map { DifferenceWords.kind($0.rawValue) }
        let rules = EquivalenceRule.allCases.map { DifferenceWords.kind($0.rawValue) }
        #expect(Set(modes + rules).count == FailureMode.allCases.count + EquivalenceRule.allCases.count)
        #expect((modes + rules).allSatisfy { !$0.contains("_") })
        #expect(DifferenceWords.kind("something_new") == "something new")
    }

    @Test(
        "columns are reckoned as terminals do",
        arguments: [
            ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("👍", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("कि", 2), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2),
            ("☎", 1),
            ("☎\u{FE0F}", 2), ("✅", 2), ("ﾊ", 1), ("Ａ", 2), ("", 0),
        ])
    func widths(_ text: String, _ columns: Int) { #expect(TextLayout.columns(text) == columns) }
}
