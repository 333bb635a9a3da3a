import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// Two answers of a JSON workload and what their comparison must come to.
struct JSONCase: CustomTestStringConvertible {
    enum Outcome: Hashable {
        case identical
        case equivalent(EquivalenceRule)
        case different(FailureMode)
    }

    var production: String
    var candidate: String
    var outcome: Outcome
    var settings: CompareSettings

    var testDescription: String { "\(production.prefix(200)) | \(candidate.prefix(200))" }

    /// What a finding came to; nil for none.
    static func outcome(_ finding: Finding) -> Outcome? {
        switch finding.agreement {
        case .identical: .identical
        case .equivalent: finding.equivalence.map(Outcome.equivalent)
        case .different: finding.failureMode.map(Outcome.different)
        case .incomparable: nil
        }
    }

    /// Cases of one outcome, one a line: production's answer, ⟂, the candidate's. ⏎ is a new line, ␣ a space.
    static func lines(_ outcome: Outcome, _ text: String) -> [JSONCase] { lines(outcome, json(), text) }

    static func lines(_ outcome: Outcome, _ settings: CompareSettings, _ text: String) -> [JSONCase] {
        text.split(separator: "\n").map { line in
            let answers = line.split(separator: " ⟂ ").map { String($0).replacing("⏎", with: "\n").replacing("␣", with: " ") }
            precondition(answers.count == 2, "\(line)")
            return JSONCase(production: answers[0], candidate: answers[1], outcome: outcome, settings: settings)
        }
    }
}

/// Settings of a JSON workload.
func json(
    schema: String? = nil, ignore: [String] = [], unordered: [String] = [], tolerance: [String: Double] = [:],
    formats: [String: ValueFormat] = [:]
) -> CompareSettings {
    CompareSettings(
        kind: .json, schema: schema.flatMap { try? JSONValue.parse($0) }, ignore: ignore, unordered: unordered, tolerance: tolerance,
        formats: formats)
}

/// The finding of two answers of a JSON workload.
func comparedJSON(
    _ production: Leg, _ candidate: Leg, _ settings: CompareSettings = json(), request: String = "", control: Leg? = nil,
    gold: JSONValue? = nil
) -> Finding {
    Comparator(settings).compare(
        ComparedAnswers(production: production, candidate: candidate, control: control, request: Array(request.utf8)), label: gold)
}

func comparedJSON(
    _ production: String, _ candidate: String, _ settings: CompareSettings = json(), request: String = "", gold: JSONValue? = nil
) -> Finding {
    comparedJSON(answer(production), answer(candidate), settings, request: request, gold: gold)
}

/// Answers that agree, without rules and by rules.
enum AgreeingJSON {
    static let identical = JSONCase.lines(
        .identical,
        #"""
        {"a":1} ⟂ {"a":1}
        {"a":1,"b":[1,2]} ⟂ {⏎  "a": 1,⏎  "b": [1, 2]⏎}⏎
        {"a":1} ⟂ {"a":1.0}
        {"a":100} ⟂ {"a":1e2}
        {"a":-0} ⟂ {"a":0.0}
        {"a":"é"} ⟂ {"a":"\u00e9"}
        {"a":"é"} ⟂ {"a":"e\u0301"}
        {"a":"/"} ⟂ {"a":"\/"}
        {"a":"👍"} ⟂ {"a":"\ud83d\udc4d"}
        "text" ⟂ ␣"text"⏎
        [] ⟂ [ ]
        {} ⟂ ⏎{⏎}
        null ⟂ null
        7 ⟂ 7.0
        true ⟂ true
        {"数量":3,"名前":"田中"} ⟂ {"数量": 3, "名前": "田中"}
        {"नाम":"राम"} ⟂ {"नाम" : "राम"}
        {"مبلغ":"١٢"} ⟂ {"مبلغ": "١٢"}
        {"":0} ⟂ { "" : 0 }
        {"a":1,"a":2} ⟂ {"a":1, "a":2}
        {"a":[{"b":null}]} ⟂ {"a": [ {"b": null} ] }
        {"big":123456789012345678901234567890} ⟂ {"big":1.2345678901234567890123456789e29}
        {"a":"x\u0000y"} ⟂ {"a": "x\u0000y"}
        {"a/b":1,"c~d":2} ⟂ {"a/b": 1, "c~d": 2}
        {"a":{"b":{"c":{"d":[[],[{}]]}}}} ⟂ {"a":{"b":{"c":{"d":[[],[{}] ]}}}}
        {"a":0.1} ⟂ {"a":1E-1}
        [[1],[2]] ⟂ [[1], [2]]
        ```json⏎{"a":1}⏎``` ⟂ ```⏎{"a": 1}⏎```⏎
        no JSON at all ⟂ no JSON at all
        Sure: ```json⏎{"a":1}⏎``` ⟂ Sure: ```json⏎{"a":1}⏎```
        """#)

    static let keyOrder = JSONCase.lines(
        .equivalent(.keyOrder),
        #"""
        {"a":1,"b":2} ⟂ {"b":2,"a":1}
        {"x":{"a":1,"b":2}} ⟂ {"x":{"b":2,"a":1}}
        [{"a":1,"b":2}] ⟂ [{"b":2,"a":1}]
        {"a":1,"b":2,"c":3} ⟂ {"a":1,"c":3,"b":2}
        {"日付":"x","金額":1} ⟂ {"金額":1,"日付":"x"}
        {"a":1,"b":null} ⟂ {"b":null,"a":1.0}
        {"a":[],"b":{}} ⟂ {"b":{},"a":[]}
        {"city":"Köln","plz":"50667"} ⟂ {"plz":"50667","city":"Köln"}
        ```json⏎{"a":1,"b":2}⏎``` ⟂ ```json⏎{"b":2,"a":1}⏎```
        {"a":{"x":1,"y":[{"p":1,"q":2}]}} ⟂ {"a":{"y":[{"q":2,"p":1}],"x":1}}
        """#)

    static let itemOrder = JSONCase.lines(
        .equivalent(.itemOrder), json(unordered: ["/lines", "/tags", "/orders/*/items"]),
        #"""
        {"tags":["a","b"]} ⟂ {"tags":["b","a"]}
        {"tags":[1,2,3]} ⟂ {"tags":[3,1,2.0]}
        {"lines":[{"n":1},{"n":2}]} ⟂ {"lines":[{"n":2},{"n":1}]}
        {"lines":[{"n":1,"p":2},{"n":3}]} ⟂ {"lines":[{"n":3},{"p":2,"n":1}]}
        {"tags":["a","a","b"]} ⟂ {"tags":["a","b","a"]}
        {"orders":[{"items":[1,2]}]} ⟂ {"orders":[{"items":[2,1]}]}
        {"tags":["赤","青"]} ⟂ {"tags":["青","赤"]}
        {"lines":[[1],[2]]} ⟂ {"lines":[[2],[1]]}
        {"tags":[null,true]} ⟂ {"tags":[true,null]}
        {"lines":[{"t":[1,2]},{"t":[]}]} ⟂ {"lines":[{"t":[]},{"t":[1,2]}]}
        """#)

    /// A workload that says what its values mean.
    static let valued = json(
        unordered: ["/set"], tolerance: ["/total": 0.01, "/lines/*/price": 0.5, "/count": 0, "/set/*/p": 0.01],
        formats: [
            "/due": .date, "/qty": .number, "/fee": .currency, "/name": .text, "/lines/*/at": .date, "/total": .currency,
        ])

    static let tolerance = JSONCase.lines(
        .equivalent(.withinTolerance), valued,
        #"""
        {"total":10.00} ⟂ {"total":10.01}
        {"total":1.01} ⟂ {"total":1.02}
        {"lines":[{"price":1}]} ⟂ {"lines":[{"price":1.5}]}
        {"total":"$10.00"} ⟂ {"total":"USD 10.01"}
        {"total":-5} ⟂ {"total":-5.01}
        {"total":0.29} ⟂ {"total":0.3}
        {"total":1234567.89} ⟂ {"total":1234567.90}
        {"set":[{"p":1.00},{"p":2.00}]} ⟂ {"set":[{"p":2.01},{"p":1.00}]}
        {"set":[{"p":1.00},{"p":1.01}]} ⟂ {"set":[{"p":1.02},{"p":1.00}]}
        """#)

    static let text =
        JSONCase.lines(
            .equivalent(.whitespace), valued,
            #"""
            {"name":"a b"} ⟂ {"name":" a  b\n"}
            {"due":"2018-03-25"} ⟂ {"due":" 2018-03-25 "}
            {"qty":"5"} ⟂ {"qty":"5 "}
            {"due":"half past"} ⟂ {"due":"half  past"}
            """#)
        + JSONCase.lines(
            .equivalent(.case), valued,
            #"""
            {"name":"Ada Lovelace"} ⟂ {"name":"ADA LOVELACE"}
            {"name":"Straße"} ⟂ {"name":"STRASSE"}
            {"name":"ΑΘΗΝΑ"} ⟂ {"name":"αθηνα"}
            {"name":"Москва"} ⟂ {"name":"МОСКВА"}
            """#)
        + JSONCase.lines(
            .equivalent(.punctuation), valued,
            #"""
            {"name":"St. Mary's, Bath"} ⟂ {"name":"St Mary's Bath"}
            {"name":"「東京」"} ⟂ {"name":"東京"}
            {"name":"A-B"} ⟂ {"name":"a b"}
            {"name":"¿Qué?"} ⟂ {"name":"Qué"}
            """#)

    static let numbers = JSONCase.lines(
        .equivalent(.numberFormat), valued,
        #"""
        {"qty":"1,234.50"} ⟂ {"qty":"1234.5"}
        {"qty":"1.234,50"} ⟂ {"qty":"1,234.50"}
        {"qty":"12,5"} ⟂ {"qty":"12.50"}
        {"qty":"1 234 567"} ⟂ {"qty":"1,234,567"}
        {"qty":"1'234'567.5"} ⟂ {"qty":"1234567.5"}
        {"qty":"−5.0"} ⟂ {"qty":"-5"}
        {"qty":"٣٫٥"} ⟂ {"qty":"3.5"}
        {"qty":"12,34,567"} ⟂ {"qty":"1234567"}
        {"qty":"12 %"} ⟂ {"qty":"12.0%"}
        {"qty":"+7"} ⟂ {"qty":"7"}
        {"qty":"1e3"} ⟂ {"qty":"1000"}
        {"qty":".5"} ⟂ {"qty":"0,5"}
        {"qty":"１２"} ⟂ {"qty":"12"}
        {"count":"3"} ⟂ {"count":"3.0"}
        {"qty":"१२.५"} ⟂ {"qty":"12.50"}
        """#)

    static let currencies = JSONCase.lines(
        .equivalent(.currencyFormat), valued,
        #"""
        {"fee":"$1,234.50"} ⟂ {"fee":"1234.50 USD"}
        {"fee":"€5"} ⟂ {"fee":"5,00 EUR"}
        {"fee":"RM 12.00"} ⟂ {"fee":"MYR12"}
        {"fee":"-£3.10"} ⟂ {"fee":"£-3.1"}
        {"fee":"12.50"} ⟂ {"fee":"12,5"}
        {"fee":"1.234,56 €"} ⟂ {"fee":"€1,234.56"}
        {"fee":"Rs.500"} ⟂ {"fee":"₹ 500.00"}
        {"fee":"100円"} ⟂ {"fee":"JPY 100"}
        {"fee":"usd 5"} ⟂ {"fee":"US$5.0"}
        {"fee":"zł 10,50"} ⟂ {"fee":"10.5 PLN"}
        {"fee":"R$ 1.234,5"} ⟂ {"fee":"BRL 1234.50"}
        {"total":"£3"} ⟂ {"total":"3.00 GBP"}
        """#)

    static let dates = JSONCase.lines(
        .equivalent(.dateFormat), valued,
        #"""
        {"due":"2018-03-25"} ⟂ {"due":"25 March 2018"}
        {"due":"25/03/2018"} ⟂ {"due":"2018-03-25"}
        {"due":"03/25/2018"} ⟂ {"due":"25.3.2018"}
        {"due":"25 MAR 2018"} ⟂ {"due":"25-Mar-2018"}
        {"due":"March 25th, 2018"} ⟂ {"due":"25.03.2018"}
        {"due":"25. März 2018"} ⟂ {"due":"25 mars 2018"}
        {"due":"25 de marzo de 2018"} ⟂ {"due":"2018-03-25"}
        {"due":"1er août 2018"} ⟂ {"due":"2018-08-01"}
        {"due":"2018年3月25日"} ⟂ {"due":"2018-03-25"}
        {"due":"2018년 3월 25일"} ⟂ {"due":"25 Mar 2018"}
        {"due":"20180325"} ⟂ {"due":"2018-03-25"}
        {"due":"3/4/2018"} ⟂ {"due":"03/04/2018"}
        {"due":"03/04/18"} ⟂ {"due":"3/4/18"}
        {"due":"04/04/2018"} ⟂ {"due":"2018-04-04"}
        {"due":"4.3.2018"} ⟂ {"due":"2018-03-04"}
        {"due":"Sunday, 25 March 2018"} ⟂ {"due":"2018-03-25"}
        {"due":"the 17th of March"} ⟂ {"due":"17 March"}
        {"due":"March 2018"} ⟂ {"due":"2018-03"}
        {"due":"2018-03-25T21:27:00Z"} ⟂ {"due":"2018-03-25T23:27:00+02:00"}
        {"due":"25 Mar 2018 9:27PM"} ⟂ {"due":"2018-03-25 21:27"}
        {"due":"2018-03-25T21:27"} ⟂ {"due":"25/03/2018, 21:27:00"}
        {"due":"31/12/99"} ⟂ {"due":"1999-12-31"}
        {"due":"25 marca 2018"} ⟂ {"due":"2018-03-25"}
        {"due":"25 maart 2018"} ⟂ {"due":"25 março 2018"}
        {"due":"25 luglio 2018"} ⟂ {"due":"2018/07/25"}
        {"due":"٢٥/٠٣/٢٠١٨"} ⟂ {"due":"25/03/2018"}
        {"due":"25-Dec-18"} ⟂ {"due":"2018-12-25"}
        {"due":"2018-03-25T21:27:00.50Z"} ⟂ {"due":"2018-03-25T21:27:00.5Z"}
        {"lines":[{"at":"2018-03-25"},{"at":"1 May 2019"}]} ⟂ {"lines":[{"at":"25 March 2018"},{"at":"2019-05-01"}]}
        """#)

    /// The rule that is named is the coarsest that was needed.
    static let several =
        JSONCase.lines(
            .equivalent(.withinTolerance), valued,
            #"{"total":10.00,"due":"2018-03-25","name":"A"} ⟂ {"name":"a","due":"25 March 2018","total":10.01}"#)
        + JSONCase.lines(
            .equivalent(.dateFormat), valued,
            #"{"due":"2018-03-25","qty":"1.50","name":"A"} ⟂ {"name":"a","due":"25 March 2018","qty":"1.5"}"#)
        + JSONCase.lines(.equivalent(.keyOrder), valued, #"{"name":"A.","b":1} ⟂ {"b":1,"name":"a"}"#)
        + JSONCase.lines(
            .equivalent(.itemOrder), json(unordered: ["/t"], formats: ["/t/*": .text]), #"{"t":["a","b"]} ⟂ {"t":["B","A"]}"#)

    static let all =
        [identical, keyOrder, itemOrder, tolerance, text, numbers, currencies, dates, several].flatMap { $0 }
}
