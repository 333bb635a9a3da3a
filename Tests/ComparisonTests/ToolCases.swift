import Configuration
import JSON
import Traffic

/// Two answers of a tools workload and what their comparison must come to.
///
/// An answer is its calls, ` & ` between them, each a name and its arguments' text; `~` begins an answer in text.
struct ToolCase {
    enum Outcome: Hashable {
        case identical
        case equivalent(EquivalenceRule)
        case different(FailureMode)

        var name: String {
            switch self {
            case .identical: "identical"
            case .equivalent(let rule): rule.rawValue
            case .different(let mode): mode.rawValue
            }
        }
    }

    var production: String
    var candidate: String
    var outcome: Outcome
    var settings = CompareSettings(kind: .tools)

    static func leg(_ text: String) -> Leg {
        if text.hasPrefix("~") { return answer(String(text.dropFirst())) }
        return toolAnswer(
            text.split(separator: " & ").map { call in
                let end = call.firstIndex { $0 == " " } ?? call.endIndex
                return (String(call[..<end]), String(call[end...].dropFirst()))
            })
    }
}

extension ToolCase {
    static func table(_ outcome: Outcome, _ rows: [(String, String)]) -> [ToolCase] { table(outcome, CompareSettings(kind: .tools), rows) }

    static func table(_ outcome: Outcome, _ settings: CompareSettings, _ rows: [(String, String)]) -> [ToolCase] {
        rows.map { ToolCase(production: $0.0, candidate: $0.1, outcome: outcome, settings: settings) }
    }

    static let all =
        identical + written + keyOrder + itemOrder + numbers + defaults + declared + arguments + declaredDifferences + names + missing
        + extra
        + unreadable + wrapped

    static let identical =
        table(
            .identical,
            [
                (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"Paris"}"#),
                (#"get_weather {"city":"東京"} & get_weather {"city":"大阪"}"#, #"get_weather {"city":"東京"} & get_weather {"city":"大阪"}"#),
                ("now {}", "now {}"),
                // Not JSON, but the same.
                (#"get_weather {"city":"Paris""#, #"get_weather {"city":"Paris""#),
                ("now ", "now "),
                // Tools that are not offered.
                (#"fly {"to":"🌙"}"#, #"fly {"to":"🌙"}"#),
                // Canonically equal texts are one text.
                (#"get_weather {"city":"Zürich"}"#, "get_weather {\"city\":\"Zu\u{308}rich\"}"),
            ])
        + table(
            .identical, CompareSettings(kind: .tools, ignoreArguments: ["request_id"]),
            [
                (#"transfer {"amount":5,"to":"a","request_id":"1"}"#, #"transfer {"amount":5,"to":"a","request_id":"2"}"#),
                (#"transfer {"amount":5,"to":"a","request_id":"1"}"#, #"transfer {"amount":5,"to":"a"}"#),
                (#"transfer {"request_id":null,"amount":5,"to":"a"}"#, #"transfer {"amount":5,"to":"a","request_id":"2"}"#),
            ])
        + table(
            .identical, CompareSettings(kind: .tools, orderedCalls: true),
            [("now {} & search {\"query\":\"é\"}", "now {} & search {\"query\":\"é\"}")])

    static let written = table(
        .equivalent(.whitespace),
        [
            (#"get_weather {"city":"Paris"}"#, #"get_weather { "city": "Paris" }"#),
            (#"get_weather {"city":"Zürich"}"#, #"get_weather {"city":"Z\u00fcrich"}"#),
            (#"get_weather {"city":"a/b"}"#, #"get_weather {"city":"a\/b"}"#),
            ("now {}", "now { }"), (#"search {"query":"👍"}"#, #"search {"query":"\ud83d\udc4d"}"#),
            (#"transfer {"amount":5,"to":"a","tags":["x","y"]}"#, "transfer {\"amount\":5,\n \"to\":\"a\",\n \"tags\":[\"x\", \"y\"]}"),
        ])

    static let keyOrder = table(
        .equivalent(.keyOrder),
        [
            (#"get_weather {"city":"Köln","days":2}"#, #"get_weather {"days":2,"city":"Köln"}"#),
            (#"transfer {"amount":5,"to":"Ивану"}"#, #"transfer {"to":"Ивану","amount":5}"#),
            (
                #"book_table {"restaurant":"r","people":2,"options":{"smoking":true,"table":"t"}}"#,
                #"book_table {"restaurant":"r","people":2,"options":{"table":"t","smoking":true}}"#
            ),
            (#"unknown {"甲":1,"乙":2}"#, #"unknown {"乙":2,"甲":1}"#),
        ])

    static let itemOrder =
        table(
            .equivalent(.itemOrder),
            [
                (#"get_weather {"city":"Paris"} & now {}"#, #"now {} & get_weather {"city":"Paris"}"#),
                (
                    #"get_weather {"city":"Paris"} & get_weather {"city":"Lyon"}"#,
                    #"get_weather {"city":"Lyon"} & get_weather {"city":"Paris"}"#
                ),
                (
                    #"search {"query":"а"} & search {"query":"б"} & search {"query":"в"}"#,
                    #"search {"query":"в"} & search {"query":"а"} & search {"query":"б"}"#
                ),
                // A call made twice stays made twice.
                (#"now {} & now {} & search {"query":"x"}"#, #"now {} & search {"query":"x"} & now {}"#),
                (#"get_weather {"city":"A","days":2} & now {}"#, #"now {} & get_weather {"days":2,"city":"A"}"#),
            ])
        + table(
            .equivalent(.itemOrder), CompareSettings(kind: .tools, unordered: ["/tags"]),
            [
                (#"transfer {"amount":5,"to":"a","tags":["x","y"]}"#, #"transfer {"amount":5,"to":"a","tags":["y","x"]}"#),
                (#"transfer {"amount":5,"to":"a","tags":["x","x","y"]}"#, #"transfer {"to":"a","amount":5,"tags":["x","y","x"]}"#),
            ])
        + table(
            .equivalent(.itemOrder), CompareSettings(kind: .tools, unordered: ["/guests", "/guests/*/allergies"]),
            [
                (
                    #"book_table {"restaurant":"r","people":2,"guests":[{"name":"María","allergies":["a","b"]},{"name":"नेहा"}]}"#,
                    #"book_table {"restaurant":"r","people":2,"guests":[{"name":"नेहा"},{"name":"María","allergies":["b","a"]}]}"#
                )
            ])

    static let numbers = table(
        .equivalent(.numberFormat),
        [
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":5.0,"to":"a"}"#),
            (#"transfer {"amount":1e3,"to":"a"}"#, #"transfer {"amount":1000,"to":"a"}"#),
            (#"get_weather {"city":"x","days":2}"#, #"get_weather {"city":"x","days":2.0}"#),
            (#"transfer {"amount":0.10,"to":"a"}"#, #"transfer {"to":"a","amount":0.1}"#),
            (#"transfer {"amount":0,"to":"a"}"#, #"transfer {"amount":-0.0,"to":"a"}"#),
            (#"unknown {"n":[1,2]}"#, #"unknown {"n":[1.0,2.00]}"#),
            (#"search {"query":"x"} & unknown {"n":1}"#, #"unknown {"n":1.0} & search {"query":"x"}"#),
        ])

    static let defaults = table(
        .equivalent(.defaultArgument),
        [
            (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"Paris","unit":"celsius"}"#),
            (#"get_weather {"unit":"celsius","city":"Paris"}"#, #"get_weather {"city":"Paris"}"#),
            (#"get_weather {"city":"Paris","unit":"celsius"}"#, #"get_weather {"days":1,"city":"Paris"}"#),
            (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"Paris","days":1.0}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":5.0,"to":"a","fee":0}"#),
            (#"set_mode {"mode":"heat"}"#, #"set_mode {"mode":"heat","level":3}"#),
            (#"set_mode {"mode":"heat"}"#, #"set_mode {"mode":"heat","room":"all"}"#),
            // A default through a reference, and inside elements and alternatives.
            (#"book_table {"restaurant":"r","people":2}"#, #"book_table {"restaurant":"r","people":2,"options":null}"#),
            (
                #"book_table {"restaurant":"r","people":1,"guests":[{"name":"José"}]}"#,
                #"book_table {"restaurant":"r","people":1,"guests":[{"name":"José","child":false}]}"#
            ),
            (
                #"book_table {"restaurant":"r","people":1,"options":{"table":"窓側"}}"#,
                #"book_table {"restaurant":"r","people":1,"options":{"smoking":false,"table":"窓側"}}"#
            ),
            (#"search {"query":"x"} & now {}"#, #"now {} & search {"limit":10,"query":"x"}"#),
        ])

    static let declared = table(
        .equivalent(.withinTolerance), CompareSettings(kind: .tools, tolerance: ["/amount": 0.01, "/points/*/x": 1]),
        [
            (#"transfer {"amount":5.00,"to":"a"}"#, #"transfer {"amount":5.01,"to":"a"}"#),
            (#"transfer {"amount":0.30,"to":"a"}"#, #"transfer {"amount":0.31,"to":"a"}"#),
            (#"transfer {"amount":-5,"to":"a"}"#, #"transfer {"to":"a","amount":-5.01,"fee":0}"#),
            (#"plot {"points":[{"x":1},{"x":5}]}"#, #"plot {"points":[{"x":2},{"x":4}]}"#),
            // The only way of pairing them that keeps within the tolerance is not the closest first.
            (
                #"transfer {"amount":1.00,"to":"a"} & transfer {"amount":1.01,"to":"a"}"#,
                #"transfer {"amount":1.02,"to":"a"} & transfer {"amount":1.01,"to":"a"}"#
            ),
        ])

    static let arguments = table(
        .different(.argumentsMismatch),
        [
            (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"Lyon"}"#),
            // Texts are the same to the letter.
            (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"paris"}"#),
            (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"Paris "}"#),
            (#"get_weather {"city":"Paris"}"#, #"get_weather {"city":"Paris."}"#),
            (#"get_weather {"city":"Zürich"}"#, #"get_weather {"city":"Zurich"}"#),
            (#"get_weather {"city":"東京"}"#, #"get_weather {"city":"东京"}"#),
            (#"get_weather {"city":"القاهرة"}"#, #"get_weather {"city":"القاهره"}"#),
            (#"get_weather {"city":"Αθήνα"}"#, #"get_weather {"city":"ΑΘΗΝΑ"}"#),
            (#"search {"query":"Ёлка"}"#, #"search {"query":"Елка"}"#),
            (#"search {"query":"दिल्ली"}"#, #"search {"query":"दिल्लि"}"#), (#"search {"query":"٣"}"#, #"search {"query":"3"}"#),
            // Numbers by value, and never as text.
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":"5","to":"a"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":5.01,"to":"a"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":-5,"to":"a"}"#),
            (#"transfer {"amount":1e2,"to":"a"}"#, #"transfer {"amount":1e3,"to":"a"}"#),
            (
                #"transfer {"amount":9007199254740993,"to":"a"}"#, #"transfer {"amount":9007199254740992,"to":"a"}"#
            ), (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":50,"to":"a"}"#),
            (#"get_weather {"city":"x","hourly":true}"#, #"get_weather {"city":"x","hourly":"true"}"#),
            (#"get_weather {"city":"x","hourly":true}"#, #"get_weather {"city":"x","hourly":1}"#),
            (#"get_weather {"city":"x","hourly":false}"#, #"get_weather {"city":"x"}"#),
            (#"get_weather {"city":"x"}"#, #"get_weather {"city":"x","hourly":null}"#),
            // Another value than the default, and a default that is none.
            (#"get_weather {"city":"x"}"#, #"get_weather {"city":"x","unit":"fahrenheit"}"#),
            (#"get_weather {"city":"x","days":2}"#, #"get_weather {"city":"x"}"#),
            (#"get_weather {"city":"x"}"#, #"get_weather {"city":"x","unit":"Celsius"}"#),
            (#"get_weather {"city":"x"}"#, #"get_weather {"city":"x","units":"celsius"}"#),
            (#"get_weather {"city":"x"}"#, #"get_weather {"unit":"celsius"}"#), (#"get_weather {"city":"x"}"#, "get_weather {}"),
            (#"unknown {"a":1}"#, #"unknown {"a":1,"limit":10}"#), (#"search {"query":"x"}"#, #"search {"query":"x","limit":"10"}"#),
            // A default of what must be there, behind a reference that has its own, and of one alternative.
            (#"set_mode {"mode":"eco"}"#, "set_mode {}"),
            (#"set_mode {"mode":"heat"}"#, #"set_mode {"mode":"heat","level":5}"#),
            (#"set_mode {"mode":"heat"}"#, #"set_mode {"mode":"heat","speed":1}"#),
            (#"set_mode {"mode":"heat"}"#, #"set_mode {"mode":"heat","speed":2}"#),
            // Arrays have an order and a length.
            (#"transfer {"amount":1,"to":"a","tags":["x","y"]}"#, #"transfer {"amount":1,"to":"a","tags":["y","x"]}"#),
            (#"transfer {"amount":1,"to":"a","tags":["x"]}"#, #"transfer {"amount":1,"to":"a","tags":["x","x"]}"#),
            (#"transfer {"amount":1,"to":"a","tags":[]}"#, #"transfer {"amount":1,"to":"a"}"#),
            (#"transfer {"amount":1,"to":"a","tags":["x"]}"#, #"transfer {"amount":1,"to":"a","tags":"x"}"#),
            // Deep inside.
            (
                #"book_table {"restaurant":"r","people":1,"guests":[{"name":"José"}]}"#,
                #"book_table {"restaurant":"r","people":1,"guests":[{"name":"José","child":true}]}"#
            ),
            (
                #"book_table {"restaurant":"r","people":1,"options":{"table":"a"}}"#,
                #"book_table {"restaurant":"r","people":1,"options":{"table":"b"}}"#
            ), (#"book_table {"restaurant":"r","people":1,"options":{}}"#, #"book_table {"restaurant":"r","people":1}"#),
            (
                #"book_table {"restaurant":"r","people":1,"when":"2026-11-23T18:00:00Z"}"#,
                #"book_table {"restaurant":"r","people":1,"when":"2026-11-23T19:00:00+01:00"}"#
            ),
            // A name said twice, text in text, arguments that are no object.
            (#"search {"query":"a","query":"b"}"#, #"search {"query":"b"}"#),
            (#"search {"query":"a","query":"b"}"#, #"search {"query":"b","query":"a"}"#),
            (#"search {"query":"a"}"#, #"search "{\"query\":\"a\"}""#), (#"search {"query":"a"}"#, #"search ["a"]"#),
            (#"search {"query":"a"}"#, "search null"),
            // Lone surrogates are read as one sign, whichever they were.
            (#"search {"query":"\ud800"}"#, #"search {"query":"\ud801"}"#), (#"search {"\ud800":1}"#, #"search {"\ud801":1}"#),
            // One of several calls.
            (#"get_weather {"city":"A"} & get_weather {"city":"B"}"#, #"get_weather {"city":"C"} & get_weather {"city":"A"}"#),
            (#"search {"query":"a"} & search {"query":"a"}"#, #"search {"query":"a"} & search {"query":"b"}"#),
            // Where production's arguments are no JSON.
            (#"search {"query":"a"#, #"search {"query":"a"}"#), ("now ", "now {}"),
        ])

    static let declaredDifferences =
        table(
            .different(.argumentsMismatch), CompareSettings(kind: .tools, unordered: ["/tags"], tolerance: ["/amount": 0.01]),
            [
                (#"transfer {"amount":1,"to":"a","tags":["x","y"]}"#, #"transfer {"amount":1,"to":"a","tags":["y","z"]}"#),
                (#"transfer {"amount":1,"to":"a","tags":["x","y"]}"#, #"transfer {"amount":1,"to":"a","tags":["x","x"]}"#),
                (#"transfer {"amount":1,"to":"a","tags":["x","y"]}"#, #"transfer {"amount":1,"to":"a","tags":["y","x","y"]}"#),
                (#"transfer {"amount":5.00,"to":"a"}"#, #"transfer {"amount":5.011,"to":"a"}"#),
                (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":"5","to":"a"}"#),
                (#"transfer {"amount":1e18,"to":"a"}"#, #"transfer {"amount":1000000000000000001,"to":"a"}"#),
                (#"transfer {"amount":5,"to":"a","fee":0.00}"#, #"transfer {"amount":5,"to":"a","fee":0.01}"#),
            ])
        + table(
            .different(.argumentsMismatch), CompareSettings(kind: .tools, ignoreArguments: ["request_id"]),
            [
                (#"transfer {"amount":5,"to":"a","request_id":"1"}"#, #"transfer {"amount":6,"to":"a","request_id":"1"}"#),
                // Only the arguments themselves, nothing inside them.
                (#"unknown {"inner":{"request_id":"1"}}"#, #"unknown {"inner":{"request_id":"2"}}"#),
            ])
        + table(
            .different(.argumentsMismatch), CompareSettings(kind: .tools, orderedCalls: true),
            [
                (#"search {"query":"a"} & search {"query":"b"}"#, #"search {"query":"b"} & search {"query":"a"}"#),
                (#"now {} & search {"query":"a"}"#, #"now {} & search {"query":"c"}"#),
            ])

    static let names =
        table(
            .different(.toolMismatch),
            [
                (#"get_weather {"city":"Paris"}"#, #"search {"query":"Paris"}"#),
                (#"get_weather {"city":"Paris"}"#, #"get_weathers {"city":"Paris"}"#),
                (#"get_weather {"city":"Paris"}"#, #"Get_Weather {"city":"Paris"}"#),
                (#"get_weather {"city":"Paris"}"#, #"get-weather {"city":"Paris"}"#),
                (#"get_weather {"city":"Paris"}"#, #"functions.get_weather {"city":"Paris"}"#),
                (#"get_weather {"city":"Paris"}"#, #" {"city":"Paris"}"#),
                (#"get_weather {"city":"Пермь"}"#, #"weather {"city":"Пермь"}"#), (#"search {"query":"x"}"#, #"поиск {"query":"x"}"#),
                (#"search {"query":"x"}"#, #"検索 {"query":"x"}"#),
                (#"now {}"#, #"get_weather {}"#), (#"now {}"#, "time {}"),
                (#"transfer {"amount":5,"to":"a"}"#, #"refund {"amount":5,"to":"a"}"#),
                (#"get_weather {"city":"A"} & now {}"#, #"get_weather {"city":"A"} & search {"query":"A"}"#),
                (#"get_weather {"city":"A"} & now {}"#, #"search {"query":"A"} & get_weather {"city":"A"}"#),
                (#"now {} & get_weather {"city":"A"}"#, #"get_weather {"city":"A"} & time {}"#),
                // A call twice is not two calls.
                (#"get_weather {"city":"A"} & now {}"#, #"get_weather {"city":"A"} & get_weather {"city":"A"}"#),
                // Before arguments that differ elsewhere.
                (#"get_weather {"city":"A"} & now {}"#, #"get_weather {"city":"B"} & time {}"#),
                (#"now {} & search {"query":"a"}"#, #"time {} & search {"query":"b"}"#),
                // Before one too many.
                (#"get_weather {"city":"A"}"#, #"search {"query":"A"} & now {}"#), (#"now {}"#, #"time {} & date {}"#),
                (#"search {"query":"خريطة"}"#, #"find {"query":"خريطة"}"#), (#"search {"query":"지도"}"#, #"search_map {"query":"지도"}"#),
                (#"book_table {"restaurant":"r","people":2}"#, #"book_hotel {"restaurant":"r","people":2}"#),
                (#"book_table {"restaurant":"r","people":2}"#, #"cancel_table {"restaurant":"r","people":2}"#),
                (#"transfer {"amount":5,"to":"a"}"#, #"transferr {"amount":5,"to":"a"}"#),
                (#"search {"query":"x"}"#, #"sеarch {"query":"x"}"#),
                (#"search {"query":"x"} & search {"query":"y"}"#, #"search {"query":"x"} & find {"query":"y"}"#),
                (#"now {} & now {}"#, "now {} & time {}"),
            ])
        + table(
            .different(.toolMismatch), CompareSettings(kind: .tools, orderedCalls: true),
            [
                (#"get_weather {"city":"A"} & now {}"#, #"now {} & get_weather {"city":"A"}"#),
                (#"now {} & search {"query":"x"}"#, #"search {"query":"x"} & now {}"#),
                (#"a {} & b {} & c {}"#, #"b {} & c {} & a {}"#),
            ])

    static let missing =
        table(
            .different(.missingToolCall),
            [
                ("now {}", "~It is noon."), (#"get_weather {"city":"Paris"}"#, "~Which city do you mean?"),
                (#"get_weather {"city":"Paris"}"#, "~get_weather"),
                (#"get_weather {"city":"Paris"}"#, "~I would call get_weather with Paris."), (#"get_weather {"city":"Paris"}"#, "~{}"),
                (#"get_weather {"city":"Paris"}"#, "~[]"),
                (#"get_weather {"city":"Paris"}"#, #"~{"city":"Paris"}"#), (#"get_weather {"city":"東京"}"#, "~東京の天気は晴れです。"),
                (#"transfer {"amount":5,"to":"a"}"#, "~Переведено 5 рублей."),
                (#"search {"query":"x"}"#, "~Je n’ai rien trouvé."), (#"search {"query":"x"}"#, "~لم أجد شيئًا"),
                (#"search {"query":"x"}"#, "~मुझे कुछ नहीं मिला"),
                // Neither prose nor Python that says its values by itself.
                (#"search {"query":"x"}"#, "~Use `search(query='x')`."), (#"search {"query":"x"}"#, "~search(query=term)"),
                (#"search {"query":"x"}"#, "~search('x')"),
                (#"search {"query":"x"}"#, "~search(query='y', query='x')"),
                (#"search {"query":"x"}"#, "~[search(query='x'), ]extra"), (#"search {"query":"x"}"#, "~search({'query': 'x'})"),
                (#"search {"query":"x"}"#, "~[search(query='x'"),
                (#"search {"query":"x"}"#, #"~<tool_call>{"name":"search"</tool_call>"#),
                (#"search {"query":"x"}"#, #"~{"name":"search","arguments":{"query":"x"},"note":1}"#),
                (#"search {"query":"x"}"#, #"~{"name":"search"}"#), (#"search {"query":"x"}"#, #"~{"tool":"search","args":{"query":"x"}}"#),
                (#"search {"query":"x"}"#, #"~{"name":"search","arguments":{"query":"x"},"parameters":{"query":"x"}}"#),
                // One of several.
                (#"now {} & search {"query":"x"}"#, "now {}"), (#"now {} & search {"query":"x"}"#, #"search {"query":"x"}"#),
                ("now {} & now {}", "now {}"),
                (
                    #"get_weather {"city":"A"} & get_weather {"city":"B"} & get_weather {"city":"C"}"#,
                    #"get_weather {"city":"C"} & get_weather {"city":"A"}"#
                ),
                // Before whatever else is wrong.
                (#"get_weather {"city":"A"} & get_weather {"city":"B"}"#, #"get_weather {"city":"D"}"#),
                (#"now {} & search {"query":"x"}"#, "time {}"),
                (#"now {} & search {"query":"x"}"#, #"search {"query":"y"}"#), (#"a {} & b {} & c {}"#, "d {} & a {}"),
            ])
        + table(.different(.missingToolCall), CompareSettings(kind: .tools, orderedCalls: true), [("now {} & time {}", "time {}")])

    static let extra =
        table(
            .different(.extraToolCall),
            [
                ("~It is noon.", "now {}"), ("~Which city do you mean?", #"get_weather {"city":"Paris"}"#),
                ("~東京の天気は晴れです。", #"get_weather {"city":"東京"}"#), ("~Bonjour !", #"search {"query":"bonjour"}"#),
                ("~Hecho.", #"transfer {"amount":5,"to":"a"}"#), ("~Готово.", #"transfer {"amount":5,"to":"я"}"#), ("~تم", "now {}"),
                ("~ठीक है", "now {}"), ("~[]", "now {}"), ("~{}", "now {} & now {}"),
                ("~No.", "fly {}"), ("~I would use search(query='x').", #"search {"query":"x"}"#),
                ("~你好", #"~<tool_call>{"name":"search","arguments":{"query":"你好"}}</tool_call>"#),
                ("~Hi.", #"~[search(query='hi')]"#), ("~Hi.", #"~{"name":"search","arguments":{"query":"hi"}}"#),
                ("~Hi.", "~```\nsearch(query='hi')\n```"),
                ("now {}", "now {} & now {}"), ("now {}", #"now {} & search {"query":"x"}"#), ("now {}", #"search {"query":"x"} & now {}"#),
                (#"get_weather {"city":"A"}"#, #"get_weather {"city":"B"} & get_weather {"city":"A"}"#),
                (#"get_weather {"city":"A"}"#, #"get_weather {"city":"A"} & get_weather {"city":"A"}"#),
                ("now {} & now {}", "now {} & now {} & now {}"),
                (#"now {} & search {"query":"ж"}"#, #"search {"query":"ж"} & fly {} & now {}"#),
                (#"search {"query":"x"}"#, #"search {"query":"x"} & search {"query":"X"}"#), ("now {}", "now {} & 時刻 {}"),
                ("now {}", "time {} & now {} & date {}"), (#"search {"query":"x","limit":10}"#, #"search {"query":"x"} & now {}"#),
                (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":5.0,"to":"a"} & transfer {"amount":5,"to":"a"}"#),
                (#"search {"query":"é"}"#, #"search {"query":"é"} & get_weather {"city":"é"}"#),
            ])
        + table(
            .different(.extraToolCall), CompareSettings(kind: .tools, orderedCalls: true),
            [("now {}", "now {} & time {}"), ("now {}", "time {} & now {}")])

    static let unreadable = table(
        .different(.invalidJSON),
        [
            (#"search {"query":"a"}"#, #"search {"query":"a""#), (#"search {"query":"a"}"#, #"search {'query':'a'}"#),
            (#"search {"query":"a"}"#, #"search {"query":"a",}"#), (#"search {"query":"a"}"#, "search "),
            (#"search {"query":"a"}"#, #"search query=a"#), (#"search {"query":"a"}"#, #"search {"query":NaN}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":1e999,"to":"a"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":05,"to":"a"}"#),
            (#"get_weather {"city":"x","hourly":true}"#, #"get_weather {"city":"x","hourly":True}"#),
            (#"search {"query":"a"}"#, "search {\"query\":\"a\nb\"}"),
            (#"search {"query":"a"}"#, #"search {"query":"a"} {"query":"a"}"#),
            (#"search {"query":"ä"}"#, "search ```json\n{\"query\":\"ä\"}\n```"), (#"search {"query":"a"#, #"search {"query":"b"#),
            ("now {}", "now {"),
            (#"search {"query":"東京"}"#, #"search {“query”:“東京”}"#), (#"search {"query":"дом"}"#, #"search {"query":"дом}"#),
            (#"search {"query":"بيت"}"#, #"search {"query":بيت}"#), (#"search {"query":"é"}"#, "search {\"query\":\"é\\\"}"),
            (#"search {"query":"a"}"#, #"search {query:"a"}"#), (#"search {"query":"a"}"#, #"search // {"query":"a"}"#),
            (#"search {"query":"a"}"#, #"search {"query":"\q"}"#), (#"search {"query":"a"}"#, #"search {"query":"\u12"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":+5,"to":"a"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":5.,"to":"a"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":5 "to":"a"}"#),
            (#"transfer {"amount":5,"to":"a"}"#, #"transfer {"amount":0x5,"to":"a"}"#), ("now {}", "now undefined"), ("now {}", "now }"),
            // Before a name or a call too many.
            ("now {}", "time {"), ("now {}", "now {} & search {"),
        ])

    static let wrapped =
        table(
            .different(.wrappedJSON),
            [
                (#"search {"query":"x"}"#, #"~<tool_call>{"name":"search","arguments":{"query":"x"}}</tool_call>"#),
                (#"search {"query":"x"}"#, "~<tool_call>\n{'arguments': {'query': 'x'}, 'name': 'search'}\n</tool_call>"),
                (#"search {"query":"x"}"#, #"~Let me look. <tool_call>{"name":"search","arguments":{"query":"x"}}"#),
                (
                    #"get_weather {"city":"x","hourly":true}"#,
                    "~<tool_call>{'name': 'get_weather', 'arguments': {'city': 'x', 'hourly': True}}</tool_call>"
                ),
                (
                    #"search {"query":"x"} & now {}"#,
                    #"~<tool_call>{"name":"now","arguments":{}}</tool_call><tool_call>{"name":"search","arguments":{"query":"x"}}</tool_call>"#
                ),
                (#"search {"query":"x"}"#, "~```json\n{\"name\":\"search\",\"arguments\":{\"query\":\"x\"}}\n```"),
                (#"search {"query":"x"}"#, "~```\nsearch(query=\"x\")\n```"),
                (#"search {"query":"日本"}"#, #"~{"name":"search","parameters":{"query":"日本"}}"#),
                (#"search {"query":"x"}"#, #"~{"name":"search","arguments":"{\"query\":\"x\"}"}"#),
                (
                    #"search {"query":"x"}"#,
                    #"~{"tool_calls":[{"type":"function","function":{"name":"search","arguments":"{\"query\": \"x\"}"}}]}"#
                ),
                (#"search {"query":"x"}"#, #"~{"function":{"name":"search","arguments":{"query":"x"}}}"#),
                (#"search {"query":"x"} & now {}"#, #"~[{"name":"search","arguments":{"query":"x"}},{"name":"now","arguments":{}}]"#),
                (#"search {"query":"x"}"#, "~[search(query='x')]"), (#"search {"query":"x"}"#, "~search(query=\"x\")"),
                (#"search {"query":"x"} & now {}"#, "~[search(query='x'), now()]"),
                (#"search {"query":"x","limit":10}"#, "~search(query='x')"),
                (#"transfer {"amount":-0.5,"to":"Ж","tags":["a","b"]}"#, "~transfer(amount=-.5, to='Ж', tags=('a', 'b'))"),
                (#"get_weather {"city":"l'Aquila","hourly":false}"#, #"~get_weather(city='l\'Aquila', hourly=False,)"#),
                (#"search {"query":"x"}"#, #"~[TOOL_CALLS][{"name":"search","arguments":{"query":"x"}}]"#),
                (#"search {"query":"x"}"#, #"~<|python_tag|>{"name":"search","parameters":{"query":"x"}}"#),
                (#"search {"query":"x"}"#, #"~functools[{"name":"search","arguments":{"query":"x"}}]"#),
                (#"search {"query":"x"}"#, #"~<|tool_call|>[{"name":"search","arguments":{"query":"x"}}]<|/tool_call|>"#),
                (#"search {"query":"x"}"#, "~Sure!\n```json\n{\"name\":\"search\",\"arguments\":{\"query\":\"x\"}}\n```\nDone."),
                (#"search {"query":"x"}"#, #"~I call {"name":"search","arguments":{"query":"x"}} now."#),
                (#"search {"query":"ß"}"#, #"~ {"name":"search","arguments":{"query":"\u00df"}}"#),
                // Another form than production's own, either way.
                (#"~{"name":"search","arguments":{"query":"x"}}"#, #"search {"query":"x"}"#),
                (#"~[search(query='x')]"#, #"~{"name":"search","arguments":{"query":"x"}}"#),
                (#"~{"name":"search","arguments":{"query":"x"}}"#, #"~[{"name":"search","arguments":{"query":"x"}}]"#),
                (#"~{"name":"search","arguments":{"query":"x"}}"#, #"~{"name":"search","parameters":{"query":"x"}}"#),
                (#"~{"name":"search","arguments":{"query":"x"}}"#, #"~{'name':'search','arguments':{'query':'x'}}"#),
                (
                    #"~<tool_call>{"name":"search","arguments":{"query":"x"}}</tool_call>"#,
                    "~```\n{\"name\":\"search\",\"arguments\":{\"query\":\"x\"}}\n```"
                ),
            ])
        + table(
            .identical,
            [
                (#"~{"name":"search","arguments":{"query":"x"}}"#, #"~ {"name": "search", "arguments": {"query": "x"}}"#),
                ("~[search(query='x')]", "~search(query=\"x\")"),
                (
                    #"~<tool_call>{'name':'search','arguments':{'query':'x'}}</tool_call>"#,
                    #"~<tool_call>{"name":"search","arguments":{"query":"x"}}</tool_call>"#
                ),
                ("~```\nsearch(query='x')\n```", "~```python\nsearch(query='x')\n```"),
            ])
        + table(
            .different(.argumentsMismatch),
            [(#"~[search(query='x')]"#, "~[search(query='y')]"), (#"search {"query":"x"}"#, "~[search(query='y')]")])
        + table(.equivalent(.defaultArgument), [("~[search(query='x')]", "~[search(query='x', limit=10)]")])
}
