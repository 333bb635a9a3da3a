import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Who was right about a JSON document` {
    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":1}"#, Correctness.both), (#"{"a":1}"#, #"{"a":2}"#, .productionOnly),
        (#"{"a":2}"#, #"{"a":1.0}"#, .candidateOnly),
        (#"{"a":2}"#, #"{"a":3}"#, .neither), (#"{"a":1}"#, "```json\n{\"a\":1}\n```", .productionOnly),
        ("```json\n{\"a\":1}\n```", #"{"a":1}"#, .both), ("```json\n{\"a\":1}\n```", "```\n{\"a\":1}\n```", .both),
        ("```json\n{\"a\":1}\n```", "garbage", .productionOnly), ("```json\n{\"a\":1}\n```", #"{"a":2}"#, .productionOnly),
        ("Sure:\n```json\n{\"a\":1}\n```", #"{"a":1}"#, .candidateOnly), ("Sure:\n```json\n{\"a\":1}\n```", "garbage", .neither),
        ("garbage", #"{"a":1}"#, .candidateOnly), (#"{"a":1,"b":null}"#, #"{"a":1}"#, .candidateOnly), (#"{"a":1"#, #"{"a":1,}"#, .neither),
    ])
    func `is said by the gold document, by the rules of agreement`(_ production: String, _ candidate: String, _ correct: Correctness) {
        for gold: JSONValue in [["a": 1], .string(#"{ "a" : 1 }"#)] {
            let finding = comparedJSON(production, candidate, gold: gold)
            #expect(finding.correct == correct && finding.correctBy == .label)
        }
    }

    @Test func `is said with the workload's rules`() {
        let settings = json(
            ignore: ["/note"], unordered: ["/tags"], tolerance: ["/total": 0.01], formats: ["/due": .date])
        let gold: JSONValue = ["total": 5, "due": "2018-03-25", "tags": ["a", "b"], "note": "x"]
        let finding = comparedJSON(
            #"{"total":5.01,"due":"25 March 2018","tags":["b","a"]}"#, #"{"total":5.02,"due":"2018-03-25","tags":["a","b"],"note":"x"}"#,
            settings,
            gold: gold)
        #expect(finding.correct == .productionOnly)
    }

    @Test func `is nobody with a value that the schema forbids, unless the gold document has it too`() {
        let settings = json(schema: #"{"properties":{"s":{"enum":["paid"]}}}"#, formats: ["/s": .text])
        #expect(comparedJSON(#"{"s":"paid"}"#, #"{"s":"Paid"}"#, settings, gold: ["s": "paid"]).correct == .productionOnly)
        #expect(comparedJSON(#"{"s":"late"}"#, #"{"s":"Late"}"#, settings, gold: ["s": "late"]).correct == .both)
    }

    @Test func `is not said by a null, and a text is a document only when it holds one`() {
        #expect(comparedJSON("1", "2", gold: .null).correct == .unknown)
        #expect(comparedJSON("\"x\"", "\"y\"", gold: "x").correct == .productionOnly)
        #expect(comparedJSON("[1]", "[2]", gold: [1]).correct == .productionOnly)
        #expect(comparedJSON("true", "false", gold: false).correct == .candidateOnly)
    }
}

@Suite struct `Fields of a JSON document` {
    private func scores(_ production: String, _ candidate: String, _ settings: CompareSettings = json(), gold: String) throws -> [String] {
        comparedJSON(production, candidate, settings, gold: try JSONValue.parse(gold)).fields.map {
            "\($0.path) \($0.production) \($0.candidate)"
        }
    }

    @Test func `are scored each, for both answers`() throws {
        #expect(
            try scores(
                #"{"a":1,"b":"x","c":null,"e":5,"f":null}"#, #"{"a":2,"b":"x","d":null,"c":"y"}"#,
                gold: #"{"a":1,"b":"x","c":null,"d":"z"}"#) == [
                    "/a right wrong", "/b right right", "/c absent extra", "/d missing missing", "/e extra absent", "/f absent absent",
                ])
    }

    @Test func `of arrays share a path and are held against their counterparts`() throws {
        let gold = #"{"l":[{"n":"a","p":1},{"n":"b","p":2}]}"#
        #expect(
            try scores(#"{"l":[{"n":"b","p":2}]}"#, #"{"l":[{"n":"a","p":1},{"n":"x","p":9},{"n":"b","p":3}]}"#, gold: gold) == [
                "/l/*/n missing right", "/l/*/p missing right", "/l/*/n right right", "/l/*/p right wrong", "/l/*/n absent extra",
                "/l/*/p absent extra",
            ])
        #expect(
            try scores(#"{"l":["b","a"]}"#, #"{"l":["a","b"]}"#, json(unordered: ["/l"]), gold: #"{"l":["a","b"]}"#) == [
                "/l/* right right", "/l/* right right",
            ])
        #expect(try scores(#"{"l":[]}"#, #"{"l":["x"]}"#, gold: #"{"l":[]}"#) == ["/l/* absent extra"])
    }

    @Test func `keep to the workload's rules`() throws {
        let settings = json(ignore: ["/note"], tolerance: ["/t": 0.1], formats: ["/d": .date])
        #expect(
            try scores(
                #"{"t":1.05,"d":"25 March 2018","note":1}"#, #"{"t":1.2,"d":"03/04/2018","note":2}"#, settings,
                gold: #"{"t":1,"d":"2018-03-25","note":3}"#) == ["/t right wrong", "/d right wrong"])
    }

    @Test func `of another kind are missing and too much`() throws {
        #expect(
            try scores(#"{"a":"x"}"#, #"{"a":{"b":1}}"#, gold: #"{"a":{"b":1,"c":2}}"#) == [
                "/a/b missing right", "/a/c missing missing", "/a extra absent",
            ])
        #expect(try scores(#"{"a":[1]}"#, #"{"a":"x"}"#, gold: #"{"a":"x"}"#) == ["/a missing right", "/a/* extra absent"])
        #expect(try scores("[]", #"{"a":[1]}"#, gold: #"{"a":1}"#) == ["/a missing missing", "/a/* absent extra"])
    }

    @Test func `of answers that cannot be read are missing, those inside a fence are not`() throws {
        #expect(try scores("garbage", "```json\n{\"a\":1}\n```", gold: #"{"a":1,"b":null}"#) == ["/a missing right", "/b absent absent"])
        #expect(comparedJSON("{}", "{}").fields.isEmpty)
    }

    @Test func `are counted in bounded number`() throws {
        let gold = "{" + (0..<2000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",") + "}"
        #expect(try scores(gold, gold, gold: gold).count == 500)
    }
}

@Suite struct `Values that stand nowhere in the input` {
    private let receipt =
        "ACME SDN BHD\nNo. 5, Jalan Satu,\n50000 Kuala Lumpur\nDate 25/03/2018\nItem 2 x 12.50\nTotal RM 1,025.00\nTax 6 %"

    private func ungrounded(_ production: String, _ candidate: String, content: JSONValue? = nil) -> Bool? {
        let request: JSONValue = ["messages": [["role": "user", "content": content ?? .string(receipt)]]]
        return comparedJSON(production, candidate, request: request.serialisedString()).ungrounded
    }

    @Test(arguments: [
        #"{"company":"GLOBEX","total":"1,025.00"}"#, #"{"company":"ACME SDN BHD","total":"1,026.00"}"#,
        #"{"company":"ACME SDN BHD","total":9999.5}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","date":"26/03/2018"}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","date":"2017-03-25"}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","names":["Ada Lovelace"]}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","address":{"street":"Jalan Dua"}}"#,
    ])
    func `are marked where production copies from it`(_ candidate: String) {
        #expect(ungrounded(#"{"company":"ACME SDN BHD","total":"1,025.00"}"#, candidate) == true)
    }

    @Test(arguments: [
        #"{"company":"acme sdn. bhd.","total":"1,025.00"}"#, #"{"company":"ACME SDN BHD","total":"1025"}"#,
        #"{"company":"ACME SDN BHD","total":"RM1025.0"}"#,
        #"{"company":"ACME SDN BHD","total":1025}"#, #"{"company":"ACME SDN BHD","total":25.0}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","date":"2018-03-25"}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","date":"25 March 2018"}"#, #"{"company":"ACME SND BHD","total":"12.50"}"#,
        #"{"company":"ACME SDN BHD","total":"1,025.00","address":"No 5 Jalan Satu, 50000 Kuala Lumpur"}"#,
        #"{"company":"ACME SDN BHD","tax":0.06}"#,
        #"{"company":"ACME SDN BHD","items":3}"#, #"{"company":"ACME SDN BHD","paid":true,"note":null,"memo":""}"#,
        #"{"company":"Jalann Satu"}"#,
    ])
    func `are not those that say it in another way`(_ candidate: String) {
        #expect(ungrounded(#"{"company":"ACME SDN BHD","total":"1,025.00"}"#, candidate) == (candidate.contains("SND") ? true : false))
    }

    @Test func `are not looked for where production does not copy, the answers agree or the input is not all text`() {
        #expect(ungrounded(#"{"category":"groceries"}"#, #"{"category":"travel"}"#) == nil)
        #expect(ungrounded(#"{"paid":true}"#, #"{"paid":false,"by":"Ada"}"#) == nil)
        #expect(ungrounded(#"{"a":"ACME"}"#, #"{"a": "ACME"}"#) == nil)
        #expect(ungrounded(#"{"a":"ACME"}"#, "no JSON") == nil)
        let image: JSONValue = [["type": "text", "text": "ACME"], ["type": "image_url", "image_url": ["url": "data:"]]]
        #expect(ungrounded(#"{"a":"ACME"}"#, #"{"a":"GLOBEX"}"#, content: image) == nil)
        #expect(ungrounded(#"{"a":"ACME"}"#, #"{"a":"GLOBEX"}"#, content: [["type": "text", "text": "ACME"]]) == true)
        #expect(comparedJSON(#"{"a":"ACME"}"#, #"{"a":"GLOBEX"}"#).ungrounded == nil)
    }
}
