import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// A request that asks for answers by a schema.
private func asking(_ format: String, _ content: String = "Extract.") -> String {
    #"{"messages":[{"role":"user","content":\#(JSONValue.string(content).serialisedString())}],"response_format":\#(format)}"#
}

@Suite struct `Differences between JSON answers` {
    private func paths(_ finding: Finding) -> [String] { finding.differences.map { "\($0.kind) \($0.path) \($0.rule)" } }

    @Test func `are named each, the mode's first`() {
        let finding = comparedJSON(
            #"{"no":"A-1","date":"2018-03-25","lines":[{"sku":"x","price":1},{"sku":"y","price":2}],"note":null,"paid":true}"#,
            #"{"date":"2018-03-26","no":"A-1","lines":[{"sku":"x","price":"1"}],"paid":true,"extra":[1]}"#)
        #expect(
            paths(finding) == [
                "value_mismatch /date json.value", "type_mismatch /lines/0/price json.type",
                "length_mismatch /lines/1 json.element_missing",
                "missing_field /note json.missing", "extra_field /extra json.extra", "key_order  json.key_order",
            ])
        #expect(finding.failureMode == .valueMismatch)
        #expect(finding.differences[0].productionValue == "2018-03-25" && finding.differences[0].candidateValue == "2018-03-26")
        #expect(finding.differences[2].productionValue == #"{"sku":"y","price":2}"# && finding.differences[2].candidateValue == nil)
        #expect(finding.differences[3].productionValue == "null")
        #expect(finding.differences[5].candidateValue == #"["date","no","lines","paid","extra"]"#)
    }

    @Test func `stay where an element was put in between`() {
        let lines = (1...20).map { #"{"n":\#($0),"text":"line \#($0)"}"# }
        var more = lines
        more.insert(#"{"n":99,"text":"another"}"#, at: 4)
        let finding = comparedJSON("[\(lines.joined(separator: ","))]", "[\(more.joined(separator: ","))]")
        #expect(paths(finding) == ["length_mismatch /4 json.element_extra"])
        more[10] = more[10].replacing("line", with: "Line")
        let changed = comparedJSON("[\(lines.joined(separator: ","))]", "[\(more.joined(separator: ","))]")
        #expect(paths(changed) == ["value_mismatch /9/text json.value", "length_mismatch /4 json.element_extra"])
    }

    @Test func `go by the best match in arrays that are sets`() {
        let settings = json(unordered: ["/lines"], tolerance: ["/lines/*/price": 0.01])
        let finding = comparedJSON(
            #"{"lines":[{"sku":"a","price":1.00,"n":1},{"sku":"b","price":2.00,"n":2},{"sku":"c","price":3.00,"n":3}]}"#,
            #"{"lines":[{"sku":"c","price":3.01,"n":3},{"sku":"a","price":1.00,"n":7},{"sku":"b","price":2.00,"n":2}]}"#, settings)
        #expect(
            paths(finding) == [
                "value_mismatch /lines/0/n json.value", "within_tolerance /lines/2/price json.tolerance",
                "item_order /lines json.item_order",
            ])
    }

    @Test func `of equivalent answers are named with their rules`() {
        let finding = comparedJSON(
            #"{"due":"2018-03-25","fee":"$5","set":[1,2]}"#, #"{"due":"25 March 2018","fee":"5.00 USD","set":[2,1]}"#,
            json(unordered: ["/set"], formats: ["/due": .date, "/fee": .currency]))
        #expect(finding.equivalence == .currencyFormat)
        #expect(
            paths(finding) == [
                "date_format /due json.format.date", "currency_format /fee json.format.currency", "item_order /set json.item_order",
            ])
    }

    @Test func `name violations of the schema by place and keyword`() {
        let settings = json(
            schema: #"{"properties":{"n":{"maximum":5},"s":{"enum":["a"]},"u":{"type":"string"}},"required":["t"]}"#, formats: ["/s": .text]
        )
        let finding = comparedJSON(#"{"t":1,"s":"a","n":7}"#, #"{"n":7,"s":"A"}"#, settings)
        #expect(
            paths(finding) == [
                "missing_field /t json.missing", "case /s json.format.text", "key_order  json.key_order",
                "schema_violation  schema.required",
                "schema_violation /n schema.maximum", "schema_violation /s schema.enum",
            ])
        #expect(finding.differences[3].candidateValue == #"lacks "t""# && finding.differences[3].productionValue == nil)
        #expect(
            finding.differences[4].candidateValue == "should be at most 5"
                && finding.differences[4].productionValue == "should be at most 5")
        #expect(finding.productionFailed && finding.candidateFailed)
    }

    @Test func `say where an answer stops being JSON`() {
        let broken = comparedJSON(#"{"a":1}"#, "{\n  \"a\": 1,\n  \"b\": tru\n}")
        #expect(paths(broken) == ["invalid_json  json.syntax"])
        #expect(broken.differences[0].candidateValue?.hasPrefix("line 3, column 11: a value should stand here: …") == true, "\(broken)")
        #expect(broken.candidateFailed && !broken.productionFailed)
        let fenced = comparedJSON(#"{"a":1}"#, "Sure!\n```json\n{\"a\": 1,}\n```")
        #expect(fenced.differences[0].candidateValue?.hasPrefix("line 3, column 9: ") == true)
        let inLine = comparedJSON(#"{"a":1}"#, "```json {\"a\" 1} ```")
        #expect(inLine.differences[0].candidateValue?.hasPrefix("line 1, column 14: ") == true)
    }

    @Test func `in production's JSON are no failure of the candidate's`() {
        let finding = comparedJSON(#"{"a":1"#, #"{"a":1}"#)
        #expect(finding.failureMode == .valueMismatch && paths(finding) == ["value_mismatch  json.production_unreadable"])
        #expect(finding.productionFailed && !finding.candidateFailed)
        #expect(finding.differences[0].productionValue?.contains("line 1, column 7") == true)
    }

    @Test func `are kept in bounded number, with the first of each kind`() {
        let left = (0..<500).map { #""k\#($0)":\#($0)"# } + [#""last":[1,2]"#, #""gone":1"#]
        let right = (0..<500).map { #""k\#($0)":\#($0 + 1)"# } + [#""last":[1]"#]
        let finding = comparedJSON("{\(left.joined(separator: ","))}", "{\(right.joined(separator: ","))}")
        #expect(finding.differences.count == 102)
        #expect(finding.differences.suffix(2).map(\.kind) == ["length_mismatch", "missing_field"])
        #expect(finding.differences.suffix(2).map(\.path) == ["/last/1", "/gone"])
    }

    @Test func `have excerpts of long values`() {
        let long = String(repeating: "語", count: 100_000)
        let finding = comparedJSON(#"{"a":"x","b":["\#(long)","\#(long)"]}"#, #"{"a":"\#(long)"}"#)
        #expect(finding.differences.allSatisfy { ($0.productionValue?.count ?? 0) <= 2001 && ($0.candidateValue?.count ?? 0) <= 2001 })
        #expect(finding.differences.map(\.path) == ["/a", "/b"])
    }
}

@Suite struct `The schema of JSON answers` {
    private let schema = #"{"type":"object","properties":{"a":{"enum":["x","y"]}},"required":["a"],"additionalProperties":false}"#

    @Test func `is the one that the call asks for`() {
        let request = asking(#"{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":\#(schema)}}"#)
        let same = comparedJSON(#"{"a":"x"}"#, #"{"a": "x"}"#, request: request)
        #expect(same.agreement == .identical && !same.candidateFailed && same.schemaUnsupported == [])
        let other = comparedJSON(#"{"a":"x"}"#, #"{"a":"z"}"#, request: request)
        #expect(other.failureMode == .valueMismatch && other.candidateFailed)
        #expect(other.differences.map(\.rule) == ["json.value", "schema.enum"])
        let both = comparedJSON(#"{"a":"z"}"#, #"{"a":"z"}"#, request: request)
        #expect(both.agreement == .identical && both.candidateFailed && both.productionFailed)
    }

    @Test func `is the workload's where that has one`() {
        let request = asking(#"{"type":"json_schema","json_schema":{"schema":{"type":"array"}}}"#)
        #expect(!comparedJSON(#"{"a":"x"}"#, #"{"a":"x"}"#, json(schema: schema), request: request).candidateFailed)
        #expect(comparedJSON(#"{"a":"z"}"#, #"{"a":"z"}"#, json(schema: schema), request: request).candidateFailed)
    }

    @Test(arguments: [#"{"type":"json_object"}"#, #"{"type":"text"}"#, "null", #"{"type":"json_schema"}"#, "7", "[]"])
    func `is none where the call asks for none`(_ format: String) {
        let finding = comparedJSON(#"{"a":1}"#, #"{ "a":1}"#, request: asking(format))
        #expect(finding == Finding(agreement: .identical))
    }

    @Test func `is taken from a json_object that brings one`() {
        #expect(comparedJSON("{}", "{ }", request: asking(#"{"type":"json_object","schema":\#(schema)}"#)).candidateFailed)
    }

    @Test func `that cannot be read or checked is named and fails nobody`() {
        for (format, unsupported) in [
            (#"{"type":"json_schema","json_schema":{"schema":{"type":"strin"}}}"#, ["response_format"]),
            (
                #"{"type":"json_schema","json_schema":{"schema":{"unevaluatedProperties":false,"properties":{"a":{"pattern":"(?=x)"}}}}}"#,
                ["pattern", "unevaluatedProperties"]
            ),
            (##"{"type":"json_schema","json_schema":{"schema":{"$ref":"#"}}}"##, ["$ref"]),
        ] {
            let finding = comparedJSON(#"{"a":1}"#, #"{"a":2}"#, request: asking(format))
            #expect(finding.schemaUnsupported == unsupported)
            #expect(finding.differences.map(\.rule) == ["json.value"] && !finding.candidateFailed && !finding.productionFailed)
        }
    }

    @Test func `is read once, however many calls ask for others in between`() {
        let comparator = Comparator(json())
        for number in 0..<200 {
            let format = #"{"type":"json_schema","json_schema":{"schema":{"properties":{"a":{"maximum":\#(number % 100)}}}}}"#
            let answers = ComparedAnswers(
                production: answer(#"{"a":50}"#), candidate: answer(#"{"a":50}"#), request: Array(asking(format).utf8))
            #expect(comparator.compare(answers).candidateFailed == (number % 100 < 50))
        }
    }
}

@Suite struct `Delivery of JSON answers` {
    private let right = answer(#"{"a":1}"#)

    @Test(arguments: [
        (Leg(status: 500), FailureMode.serverError), (Leg(error: .timeout), .timeout), (Leg(status: 429), .rateLimited),
        (Leg(status: 200, error: .streamBroken, output: #"{"a":"#), .streamBroken),
    ])
    func `fails with the failure's mode`(_ leg: Leg, _ mode: FailureMode) {
        let finding = comparedJSON(right, leg, gold: ["a": 1])
        #expect(finding.failureMode == mode && finding.candidateFailed && finding.correct == .productionOnly)
        #expect(finding.fields == [FieldScore(path: "/a", production: .right, candidate: .missing)])
        #expect(comparedJSON(leg, right, gold: ["a": 1]).agreement == .incomparable)
    }

    @Test(arguments: [
        (answer(#"{"a":1"#, finish: "length"), FailureMode.truncated), (answer("1", finish: "length"), .truncated),
        (Leg(status: 200, output: "{\"a\":", finishReason: "content_filter"), .contentFiltered),
        (Leg(status: 200, refusal: "I cannot."), .refused), (answer(""), .empty), (answer(" \n"), .empty),
        (answer("```json\n{\"a\":1}\n```", finish: "length"), .truncated),
    ])
    func `has its own modes, before JSON is asked for`(_ leg: Leg, _ mode: FailureMode) {
        let finding = comparedJSON(right, leg, gold: ["a": 1])
        #expect(finding.failureMode == mode && finding.correct == .productionOnly)
        #expect(finding.candidateFailed == (mode == .empty))
        #expect(finding.differences.first?.rule == "delivery.\(mode.rawValue)")
    }

    @Test(arguments: ["length", "content_filter"])
    func `at fault does no harm to a whole document`(_ finish: String) {
        let finding = comparedJSON(right, answer(#"{"a":1}"#, finish: finish), gold: ["a": 1])
        #expect(finding.agreement == .identical && finding.correct == .both)
    }

    @Test func `of the same refusal is agreement`() {
        let refusal = Leg(status: 200, refusal: "I cannot help with that.")
        #expect(comparedJSON(refusal, refusal).agreement == .identical)
        #expect(comparedJSON(refusal, Leg(status: 200, refusal: "I cannot help with that")).equivalence == .punctuation)
        let other = comparedJSON(refusal, Leg(status: 200, refusal: "Sorry, no."))
        #expect(other.failureMode == .refused && !other.candidateFailed)
        let answered = comparedJSON(refusal, right, gold: ["a": 1])
        #expect(answered.failureMode == .valueMismatch && answered.correct == .candidateOnly && !answered.productionFailed)
    }

    private func call(_ arguments: String, name: String = "extract", text: String? = nil) -> Leg {
        Leg(
            status: 200, output: text, toolCalls: [ToolCall(id: String(arguments.hashValue), name: name, arguments: arguments)],
            finishReason: "tool_calls")
    }

    @Test func `by a tool's arguments is a form like another`() {
        #expect(comparedJSON(call(#"{"a":1,"b":2}"#), call(#"{"b":2,"a":1}"#)).equivalence == .keyOrder)
        #expect(comparedJSON(call(#"{"a":1}"#), call(#"{"a": 1}"#), gold: ["a": 1]).correct == .both)
        #expect(comparedJSON(call(#"{"a":1}"#), call(#"{"a":2}"#)).failureMode == .valueMismatch)
        #expect(comparedJSON(call(#"{"a":1}"#), call(#"{"a":1"#)).failureMode == .invalidJSON)
        let plain = comparedJSON(right, call(#"{"a":1}"#), gold: ["a": 1])
        #expect(
            plain.failureMode == .wrappedJSON && plain.differences.map(\.rule) == ["json.tool_call"] && plain.correct == .productionOnly)
        #expect(comparedJSON(call(#"{"a":1}"#), right, gold: ["a": 1]).correct == .productionOnly)
        #expect(comparedJSON(call(#"{"a":1}"#), call(#"{"a":1}"#, name: "other")).failureMode == .wrappedJSON)
    }

    @Test func `with tool calls beside the document compares them too`() {
        #expect(comparedJSON(right, call("{}", text: #"{"a":1}"#)).failureMode == .extraToolCall)
        #expect(comparedJSON(call("{}", text: #"{"a":1}"#), right).failureMode == .missingToolCall)
        #expect(comparedJSON(call("{}", text: #"{"a":1}"#), call("{ }", text: #"{"a": 1}"#)).agreement == .identical)
        #expect(comparedJSON(call("{}", text: #"{"a":1}"#), call("[]", text: #"{"a":2}"#)).failureMode == .valueMismatch)
    }

    @Test func `of tool calls alone goes by them`() {
        func calls(_ names: String..., arguments: String = "{}") -> Leg {
            Leg(status: 200, toolCalls: names.map { ToolCall(name: $0, arguments: arguments) }, finishReason: "tool_calls")
        }
        #expect(comparedJSON(calls("f", "g"), calls("f", "g")).agreement == .identical)
        #expect(
            comparedJSON(calls("f", "g", arguments: #"{"a":1,"b":2}"#), calls("f", "g", arguments: #"{"b":2,"a":1}"#)).equivalence
                == .keyOrder)
        #expect(comparedJSON(calls("f", "g"), calls("f", "h")).failureMode == .toolMismatch)
        let lost = comparedJSON(calls("f", "g"), answer("no"))
        #expect(lost.failureMode == .missingToolCall && !lost.productionFailed)
        let unasked = comparedJSON(right, calls("f", "g"))
        #expect(unasked.failureMode == .invalidJSON && unasked.candidateFailed)
    }

    @Test func `of a control leg shows whether production is stable`() {
        #expect(comparedJSON(right, right, control: answer(#"{"a": 1.0}"#)).productionUnstable == false)
        #expect(comparedJSON(right, right, control: answer(#"{"a":2}"#)).productionUnstable == true)
        #expect(comparedJSON(right, right, control: answer(#"{"a""#)).productionUnstable == true)
        #expect(comparedJSON(right, right, control: Leg(status: 500)).productionUnstable == nil)
    }
}
