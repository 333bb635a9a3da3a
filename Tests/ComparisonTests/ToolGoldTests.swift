import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Who called the right tool` {
    static let paris = #"get_weather {"city":"Paris"}"#
    static let lyon = #"get_weather {"city":"Lyon"}"#

    @Test(arguments: [
        #"[{"name":"get_weather","arguments":{"city":"Paris"}}]"#, #"{"name":"get_weather","arguments":{"city":"Paris"}}"#,
        #"{"calls":[{"name":"get_weather","arguments":{"city":"Paris"}}]}"#,
        #"{"tool_calls":[{"id":"c","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Paris\"}"}}]}"#,
        #"[{"name":"get_weather","parameters":{"city":"Paris","unit":"celsius"}}]"#,
        #"{"name":"get_weather","arguments_accepted":{"city":["Rome","Paris"],"unit":["celsius",""]}}"#,
        #"{"expect_no_call":false,"calls":[{"name":"get_weather","arguments_accepted":{"city":["PA.RIS"]}}]}"#,
    ])
    func `is said in several forms`(_ gold: String) throws {
        let gold = try JSONValue.parse(gold)
        #expect(toolsCompared(ToolCase.leg(Self.paris), ToolCase.leg(Self.lyon), gold: gold).correct == .productionOnly)
        #expect(toolsCompared(ToolCase.leg(Self.lyon), ToolCase.leg(Self.paris), gold: gold).correct == .candidateOnly)
        #expect(toolsCompared(ToolCase.leg(Self.paris), ToolCase.leg(Self.paris), gold: gold).correct == .both)
        #expect(toolsCompared(ToolCase.leg(Self.lyon), ToolCase.leg("~Paris?"), gold: gold).correct == .neither)
        #expect(toolsCompared(ToolCase.leg(Self.paris), ToolCase.leg(Self.paris + " & now {}"), gold: gold).correct == .productionOnly)
        #expect(toolsCompared(ToolCase.leg(Self.paris), Leg(status: 500), gold: gold).correct == .productionOnly)
        #expect(toolsCompared(ToolCase.leg(Self.paris), ToolCase.leg(Self.lyon), gold: gold).correctBy == .label)
    }

    @Test(arguments: ["[]", #"{"calls":[]}"#, #"{"tool_calls":[]}"#, #"{"expect_no_call":true}"#, #"{"expect_no_call":true,"calls":[]}"#])
    func `may be nobody who called one`(_ gold: String) throws {
        let gold = try JSONValue.parse(gold)
        let correct = { (production: Leg, candidate: Leg) in toolsCompared(production, candidate, gold: gold).correct }
        #expect(correct(ToolCase.leg("~Hello."), ToolCase.leg("now {}")) == .productionOnly)
        #expect(correct(ToolCase.leg("now {}"), ToolCase.leg("~Hello.")) == .candidateOnly)
        #expect(correct(ToolCase.leg("~Hello."), ToolCase.leg("~[]")) == .both)
        #expect(correct(ToolCase.leg("now {}"), ToolCase.leg("now {}")) == .neither)
        // A call that is meant is no answer, even where no program reads it; talk about one is.
        #expect(correct(ToolCase.leg("now {}"), ToolCase.leg(#"~<tool_call>{"name":"now","arguments":{}}</tool_call>"#)) == .neither)
        #expect(
            correct(ToolCase.leg("now {}"), ToolCase.leg("~Say ```json\n{\"name\":\"now\",\"arguments\":{}}\n``` for it."))
                == .candidateOnly)
        #expect(correct(ToolCase.leg("now {}"), Leg(status: 200, refusal: "No.")) == .neither)
        #expect(correct(ToolCase.leg("now {}"), answer("")) == .neither)
        #expect(correct(ToolCase.leg("now {}"), Leg(status: 500)) == .neither)
    }

    /// Production, candidate, gold.
    @Test(arguments: [
        // The rules of agreement hold against the gold answer.
        (
            #"get_weather {"unit":"celsius","city":"Paris"}"#, #"get_weather {"city":"paris"}"#,
            #"[{"name":"get_weather","arguments":{"city":"Paris"}}]"#, Correctness.productionOnly
        ),
        (
            #"transfer {"amount":5.0,"to":"a"}"#, #"transfer {"amount":"5","to":"a"}"#,
            #"[{"name":"transfer","arguments":{"to":"a","amount":5}}]"#, .productionOnly
        ),
        ("now {} & time {}", "time {} & now {}", #"[{"name":"now","arguments":{}},{"name":"time","arguments":{}}]"#, .both),
        ("now {} & now {}", "now {}", #"[{"name":"now","arguments":{}},{"name":"now","arguments":{}}]"#, .productionOnly),
        (
            #"search {"query":"a"} & search {"query":"b"}"#, #"search {"query":"b"} & search {"query":"b"}"#,
            #"[{"name":"search","arguments":{"query":"b"}},{"name":"search","arguments":{"query":"a"}}]"#, .productionOnly
        ),
        (#"search {"query":"a"#, #"search {"query":"a"}"#, #"[{"name":"search","arguments":{"query":"a"}}]"#, .candidateOnly),
        // Each of several calls takes what leaves enough for the others.
        (
            #"search {"query":"a"} & search {"query":"b"}"#, #"search {"query":"b"} & search {"query":"a"}"#,
            #"[{"name":"search","arguments_accepted":{"query":["a","b"]}},{"name":"search","arguments_accepted":{"query":["a"]}}]"#, .both
        ),
        // What is accepted.
        (#"f {"n":3}"#, #"f {"n":3.0}"#, #"[{"name":"f","arguments_accepted":{"n":[3.0]}}]"#, .both),
        (#"f {"n":[3.0]}"#, #"f {"n":[3]}"#, #"[{"name":"f","arguments_accepted":{"n":[[3.0]]}}]"#, .productionOnly),
        (#"f {"n":"3"}"#, #"f {"n":3}"#, #"[{"name":"f","arguments_accepted":{"n":[3]}}]"#, .candidateOnly),
        (#"f {"b":true}"#, #"f {"b":1}"#, #"[{"name":"f","arguments_accepted":{"b":[true]}}]"#, .productionOnly),
        (
            #"f {"d":"April 1, 2024"}"#, #"f {"d":"april 1 2025"}"#, #"[{"name":"f","arguments_accepted":{"d":["April 1 2024"]}}]"#,
            .productionOnly
        ),
        (
            #"f {"a":["New York","LA"]}"#, #"f {"a":["LA","New York"]}"#,
            #"[{"name":"f","arguments_accepted":{"a":[["new york","l.a"]]}}]"#, .productionOnly
        ),
        (
            #"f {"o":{"x":1}}"#, #"f {"o":{"x":1,"y":2}}"#, #"[{"name":"f","arguments_accepted":{"o":[{"x":[1,2],"z":[3,""]}]}}]"#,
            .productionOnly
        ),
        (#"f {}"#, #"f {"x":2}"#, #"[{"name":"f","arguments_accepted":{"x":[1,""]}}]"#, .productionOnly),
        ("f {}", "g {}", #"[{"name":"f","arguments_accepted":{"x":[1]}}]"#, .neither),
        (#"f {"x":1,"y":1}"#, #"f {"x":1}"#, #"[{"name":"f","arguments_accepted":{"x":[1]}}]"#, .candidateOnly),
        (#"f {"x":1,"x":1}"#, #"f [1]"#, #"[{"name":"f","arguments_accepted":{"x":[1]}}]"#, .neither),
        (#"f {"x":"東京"}"#, #"f {"x":"大阪"}"#, #"[{"name":"f","arguments_accepted":{"x":["東京","とうきょう"]}}]"#, .productionOnly),
        // The form that the program reads is production's, unless the candidate shows the API's own.
        ("now {}", "~[now()]", #"[{"name":"now","arguments":{}}]"#, .productionOnly),
        ("~[now()]", "~now()", #"[{"name":"now","arguments":{}}]"#, .both),
        ("~[now()]", "now {}", #"[{"name":"now","arguments":{}}]"#, .candidateOnly),
        ("~[now()]", "~Hello.", #"[{"name":"now","arguments":{}}]"#, .productionOnly),
        ("~[now()]", #"~{"name":"now","arguments":{}}"#, #"[{"name":"now","arguments":{}}]"#, .productionOnly),
        ("~Hello.", "~[now()]", #"[{"name":"now","arguments":{}}]"#, .neither),
        ("~[now()]", "time {}", #"[{"name":"now","arguments":{}}]"#, .neither),
    ])
    func `is told by the gold answer`(_ production: String, _ candidate: String, _ gold: String, _ correct: Correctness) throws {
        let finding = toolsCompared(ToolCase.leg(production), ToolCase.leg(candidate), gold: try JSONValue.parse(gold))
        #expect(finding.correct == correct, "\(finding)")
    }

    @Test func `is told by the settings too`() throws {
        let calls = try JSONValue.parse(#"[{"name":"now","arguments":{}},{"name":"time","arguments":{"request_id":"0"}}]"#)
        let settings = CompareSettings(kind: .tools, ignoreArguments: ["request_id"], orderedCalls: true)
        let inOrder = ToolCase.leg(#"now {} & time {"request_id":"1"}"#)
        #expect(toolsCompared(inOrder, ToolCase.leg("time {} & now {}"), settings: settings, gold: calls).correct == .productionOnly)
        let accepted = try JSONValue.parse(
            #"{"calls":[{"name":"now","arguments_accepted":{}},{"name":"time","arguments_accepted":{"request_id":["0"]}}]}"#)
        #expect(toolsCompared(inOrder, ToolCase.leg("now {} & time {}"), settings: settings, gold: accepted).correct == .both)
    }

    @Test func `is nobody where a gold text cannot be judged, nor who calls a tool instead`() {
        let finding = toolsCompared(ToolCase.leg("now {}"), ToolCase.leg("time {}"), gold: "Hello.")
        #expect(finding.correct == .neither && finding.failureMode == .toolMismatch)
    }
}
