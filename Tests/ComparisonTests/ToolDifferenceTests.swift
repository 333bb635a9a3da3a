import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `What is said about tool calls` {
    func differences(_ production: String, _ candidate: String, settings: CompareSettings = CompareSettings(kind: .tools)) -> [String] {
        toolsCompared(ToolCase.leg(production), ToolCase.leg(candidate), settings: settings).differences.map {
            "\($0.path) \($0.kind) \($0.rule) \($0.productionValue ?? "-") | \($0.candidateValue ?? "-")"
        }
    }

    @Test func `names the place in production's calls`() {
        #expect(
            differences(
                #"now {} & get_weather {"city":"A"} & search {"query":"x"}"#,
                #"search {"limit":10,"query":"x"} & get_weather {"city":"B"} & now {} & fly {}"#)
                == [
                    #"/1 arguments_mismatch tools.arguments get_weather({"city":"A"}) | get_weather({"city":"B"})"#,
                    #"/1/arguments/city value_mismatch tools.value "A" | "B""#,
                    "/3 extra_tool_call tools.extra_call - | fly({})", "/3/name extra_tool_call tools.not_offered - | fly",
                ])
    }

    @Test func `names what is different inside arguments, and how`() {
        #expect(
            differences(
                #"book_table {"restaurant":"r","people":2,"guests":[{"name":"a/b"},{"name":"c"}],"x~y":1}"#,
                #"book_table {"restaurant":"r","people":"2","guests":[{"name":"a/c"},{"child":true,"name":"c"}],"z":null}"#)
                == [
                    #"/0 arguments_mismatch tools.arguments book_table({"restaurant":"r","people":2,"guests":[{"name":"a/b"},{"name":"c"}],"x~y":1}) | book_table({"restaurant":"r","people":"2","guests":[{"name":"a/c"},{"child":true,"name":"c"}],"z":null})"#,
                    #"/0/arguments/people type_mismatch tools.type 2 | "2""#,
                    #"/0/arguments/guests/0/name value_mismatch tools.value "a/b" | "a/c""#,
                    "/0/arguments/guests/1/child extra_field tools.extra - | true",
                    "/0/arguments/x~0y missing_field tools.missing 1 | -", "/0/arguments/z extra_field tools.extra - | null",
                    #"/0/arguments/people schema_violation tools.schema.type - | "2""#,
                ])
    }

    @Test func `names a broken schema`() {
        let found = differences(#"get_weather {"city":"A"}"#, #"get_weather {"unit":"kelvin","days":1.5,"place":"A"}"#).filter {
            $0.contains("schema")
        }
        #expect(
            found == [
                "/0/arguments/city schema_violation tools.schema.required - | (missing)",
                #"/0/arguments/unit schema_violation tools.schema.enum - | "kelvin""#,
                "/0/arguments/days schema_violation tools.schema.type - | 1.5",
                #"/0/arguments/place schema_violation tools.schema.additionalProperties - | "A""#,
            ])
        #expect(
            differences("get_weather {}", #"get_weather {"days":2}"#).contains(
                "/0/arguments/city schema_violation tools.schema.required (missing) | (missing)"))
        #expect(differences("now {}", "get_weather {}").contains("/0/arguments/city schema_violation tools.schema.required - | (missing)"))
    }

    @Test func `says what came instead`() {
        #expect(differences("now {}", "~Noon.") == ["/0 missing_tool_call tools.missing_call now({}) | Noon."])
        #expect(differences("~Noon.", "now {}") == ["/0 extra_tool_call tools.extra_call Noon. | now({})"])
        #expect(
            differences("now {}", "time {}") == [
                "/0 tool_mismatch tools.name now({}) | time({})", "/0/name tool_mismatch tools.not_offered - | time",
            ])
        #expect(
            differences(#"search {"query":"a"}"#, #"search {"query":'a'}"#)
                == [#"/0/arguments invalid_json tools.invalid_json {"query":"a"} | line 1, column 10: \#(reason): {"query":'a'}"#])
        #expect(
            differences(#"search {"query":'a'}"#, #"search {"query":"a"}"#).contains(
                #"/0/arguments invalid_json tools.invalid_json line 1, column 10: \#(reason): {"query":'a'} | {"query":"a"}"#))
    }

    /// What the parser says about a single quotation mark.
    var reason: String {
        do throws(JSONError) {
            _ = try JSONValue.parse("'")
            return ""
        } catch { return error.message }
    }

    @Test func `says by what rule calls agree`() {
        #expect(differences("now {}", "now { }") == ["/0/arguments whitespace tools.whitespace {} | { }"])
        #expect(
            differences(#"search {"query":"x"} & now {}"#, #"now {} & search {"limit":10,"query":"x"}"#) == [
                "/0/arguments/limit default_argument tools.default_argument - | 10",
                " item_order tools.item_order search({\"query\":\"x\"})\nnow({}) | now({})\nsearch({\"limit\":10,\"query\":\"x\"})",
            ])
        #expect(
            differences(#"search {"a":1,"b":2.0}"#, #"search {"b":2,"a":1}"#) == [
                "/0/arguments/b number_format tools.number_format 2.0 | 2",
                #"/0/arguments key_order tools.key_order ["a","b"] | ["b","a"]"#,
            ])
        let tolerant = CompareSettings(kind: .tools, tolerance: ["/amount": 1])
        #expect(
            differences(#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":6,"to":"a","fee":0}"#, settings: tolerant).first
                == "/0/arguments/amount within_tolerance tools.within_tolerance 5 | 6")
    }

    @Test(arguments: [
        (#"~<tool_call>{"name":"now","arguments":{}}</tool_call>"#, "tools.in_tag"),
        ("~[TOOL_CALLS][{\"name\":\"now\",\"arguments\":{}}]", "tools.after_mark"), ("~```\nnow()\n```", "tools.code_fence"),
        ("~{\"name\":\"now\",\"arguments\":{}}", "tools.in_json"), ("~now()", "tools.in_python"),
        ("~So: {\"name\":\"now\",\"arguments\":{}}", "tools.in_prose"),
    ])
    func `says how calls are written as text`(_ text: String, _ rule: String) {
        #expect(toolsCompared(ToolCase.leg("now {}"), ToolCase.leg(text)).differences.map(\.rule) == [rule])
        let other = toolsCompared(ToolCase.leg(#"search {"query":"x"}"#), ToolCase.leg(text))
        #expect(other.failureMode == .toolMismatch && other.differences.map(\.rule) == ["tools.name", rule])
    }

    @Test func `says when Python's writing is what a reader of JSON does not take`() {
        let finding = toolsCompared(ToolCase.leg(#"~{"name":"now","arguments":{}}"#), ToolCase.leg("~{'name':'now','arguments':{}}"))
        #expect(finding.failureMode == .wrappedJSON && finding.differences.map(\.rule) == ["tools.python_literals"])
    }

    @Test(arguments: [
        (answer("Half a sent", finish: "length"), FailureMode.truncated), (Leg(status: 200, refusal: "No."), .refused),
        (answer("", finish: "content_filter"), .contentFiltered), (answer(""), .empty),
        (toolAnswer(("search", #"{"query":"h"#), finish: "length"), .truncated), (toolAnswer(("now", "{}"), finish: "length"), .truncated),
        (answer("[search(query='x')]", finish: "length"), .truncated),
    ])
    func `begins with how the answer came`(_ leg: Leg, _ mode: FailureMode) {
        let finding = toolsCompared(ToolCase.leg(#"search {"query":"x"}"#), leg, gold: [["name": "search", "arguments": ["query": "x"]]])
        #expect(finding.failureMode == mode && finding.differences.first?.rule == "delivery.\(mode.rawValue)")
        #expect(finding.differences.count > 1 && finding.correct == .productionOnly)
    }

    @Test func `is nothing where the calls came whole all the same`() {
        let whole = toolAnswer(("search", #"{"query":"x"}"#))
        for finish in ["length", "content_filter"] {
            #expect(toolsCompared(whole, toolAnswer(("search", #"{"query":"x"}"#), finish: finish)).agreement == .identical)
        }
        // Text beside calls is no part of the answer.
        #expect(toolsCompared(whole, toolAnswer(("search", #"{"query":"x"}"#), text: "Let me look.")).agreement == .identical)
    }

    @Test func `counts arguments that are no JSON as failures`() {
        let (broken, whole) = (ToolCase.leg("now {"), ToolCase.leg("now {}"))
        let finding = toolsCompared(whole, broken)
        #expect(finding.candidateFailed && !finding.productionFailed)
        #expect(toolsCompared(broken, broken).productionFailed && toolsCompared(broken, broken).candidateFailed)
        #expect(!toolsCompared(whole, whole).candidateFailed && toolsCompared(whole, Leg(status: 500)).candidateFailed)
        #expect(toolsCompared(whole, Leg(status: 500)).failureMode == .serverError)
    }
}
