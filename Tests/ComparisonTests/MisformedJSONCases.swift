import Configuration
import Traffic

/// Answers with the same content, or none, and a fault of form.
enum MisformedJSON {
    static let invalid = JSONCase.lines(
        .different(.invalidJSON),
        #"""
        {"a":1} ⟂ {"a":1
        {"a":1} ⟂ {"a":1,}
        {"a":1} ⟂ {'a':1}
        {"a":1} ⟂ {a:1}
        {"a":1} ⟂ {"a":NaN}
        {"a":1} ⟂ {"a":Infinity}
        {"a":1} ⟂ {"a":1e400}
        {"a":1} ⟂ {"a":01}
        {"a":1} ⟂ {"a":+1}
        {"a":1} ⟂ {"a":.5}
        {"a":1} ⟂ {"a":1.}
        {"a":1} ⟂ {"a":"x}
        {"a":1} ⟂ {"a":"x⏎y"}
        {"a":1} ⟂ {"a":"\x"}
        {"a":1} ⟂ {"a":1} {"b":2}
        {"a":1} ⟂ {"a":1}.
        {"a":1} ⟂ Here is the JSON: {"a":1}
        {"a":1} ⟂ {"a":1}⏎⏎I hope this helps!
        {"a":1} ⟂ The total is 5.
        {"a":1} ⟂ 合計は5です
        {"a":1} ⟂ ```json⏎{"a":1
        {"a":1} ⟂ ```json⏎{"a":1,}⏎```
        {"a":1} ⟂ ```json⏎{"a":1}⏎```⏎or⏎```json⏎{"a":2}⏎```
        {"a":1} ⟂ [1,2
        {"a":1} ⟂ // comment⏎{"a":1}
        {"a":1} ⟂ {"a":True}
        {"a":1} ⟂ {"a":None}
        {"a":1} ⟂ {"a" 1}
        {"a":1} ⟂ {"a":1;"b":2}
        {"a":1} ⟂ a: 1
        {"a":1} ⟂ <a>1</a>
        {"a":1} ⟂ “{"a":1}”
        not JSON ⟂ {"a":
        {"a":1 ⟂ not JSON
        ```json⏎{"a":1}⏎``` ⟂ {"a":1
        """#)

    static let wrapped = JSONCase.lines(
        .different(.wrappedJSON),
        #"""
        {"a":1} ⟂ ```json⏎{"a":1}⏎```
        {"a":1} ⟂ ```⏎{"a":1}⏎```
        {"a":1} ⟂ ```JSON⏎{"a":1}⏎```⏎
        {"a":1} ⟂ ⏎⏎```json⏎{"a":1}⏎```⏎⏎
        {"a":1} ⟂ ```json {"a":1} ```
        {"a":1} ⟂ ```{"a":1}```
        {"a":1} ⟂ Here is the JSON:⏎```json⏎{"a":1}⏎```
        {"a":1} ⟂ ```json⏎{"a":1}⏎```⏎Let me know!
        {"a":1} ⟂ Voici :⏎⏎```json⏎{"a":1}⏎```⏎⏎Bonne journée.
        {"a":1} ⟂ 結果です。⏎```json⏎{"a":1}⏎```
        {"a":1} ⟂ <think>hm</think>⏎```json⏎{"a":1}⏎```
        {"a":1,"b":2} ⟂ ```json⏎{"b":2,"a":1}⏎```
        {"a":1} ⟂ ```json⏎{⏎  "a": 1.0⏎}⏎```
        {"a":"```"} ⟂ ```json⏎{"a":"```"}⏎```
        {"a":"x```y```"} ⟂ ```json⏎{"a":"x```y```"}⏎```
        [] ⟂ ```json⏎[]⏎```
        [1,2] ⟂ ```⏎[1,⏎2]⏎```
        "x" ⟂ ```json⏎"x"⏎```
        {"é":"ß"} ⟂ ```json⏎{"é":"ß"}⏎```
        {"金額":1} ⟂ ```json⏎{"金額":1}⏎```
        {"a":null} ⟂ ```json⏎{"a":null}⏎```
        {"a":1} ⟂ ␣␣```json⏎  {"a":1}⏎  ```
        ```json⏎{"a":1}⏎``` ⟂ {"a":1}
        ```⏎{"a":1}⏎``` ⟂ {"a":1.0}
        Sure:⏎```json⏎{"a":1}⏎``` ⟂ {"a":1}
        Sure:⏎```json⏎{"a":1}⏎``` ⟂ ```json⏎{"a":1}⏎```
        Sure:⏎```json⏎{"a":1}⏎``` ⟂ Okay:⏎```json⏎{"a":1}⏎```
        ```json⏎{"a":1}⏎``` ⟂ Okay:⏎```json⏎{"a":1}⏎```
        {"a":{"b":[{"c":1}]}} ⟂ ```json⏎{"a":{"b":[{"c":1}]}}⏎```
        {} ⟂ ```json⏎{}⏎```
        {"a":true} ⟂ ```javascript⏎{"a":true}⏎```
        """#)

    /// Equal by a rule, and not as the schema says.
    static let receipt = json(
        schema: #"""
            {"type":"object","properties":{"status":{"enum":["paid","open"]},"code":{"pattern":"^[A-Z]{3}$"},"due":{"pattern":"^\\d{4}-\\d\\d-\\d\\d$"},
            "total":{"type":"number","multipleOf":0.05},"n":{"maximum":10},"tags":{"type":"array","prefixItems":[{"const":"a"}]},
            "memo":{"maxLength":5},"fee":{"pattern":"^\\d+\\.\\d\\d$"}}}
            """#,
        unordered: ["/tags"], tolerance: ["/total": 0.1, "/n": 1],
        formats: ["/status": .text, "/code": .text, "/due": .date, "/memo": .text, "/fee": .currency])

    static let violating = JSONCase.lines(
        .different(.schemaViolation), receipt,
        #"""
        {"status":"paid"} ⟂ {"status":"Paid"}
        {"status":"paid"} ⟂ {"status":"PAID"}
        {"status":"paid"} ⟂ {"status":"paid."}
        {"status":"paid"} ⟂ {"status":" paid"}
        {"status":"open"} ⟂ {"status":"Open"}
        {"status":"Paid"} ⟂ {"status":"paid"}
        {"code":"ABC"} ⟂ {"code":"abc"}
        {"code":"ABC"} ⟂ {"code":"ABC "}
        {"code":"ABC"} ⟂ {"code":"Abc"}
        {"code":"ABC"} ⟂ {"code":"\"ABC\""}
        {"code":"abc"} ⟂ {"code":"ABC"}
        {"due":"2018-03-25"} ⟂ {"due":"25 March 2018"}
        {"due":"2018-03-25"} ⟂ {"due":"25.03.2018"}
        {"due":"2018-03-25"} ⟂ {"due":"2018/03/25"}
        {"due":"2018-03-25"} ⟂ {"due":"20180325"}
        {"due":"2018-03-25"} ⟂ {"due":"2018年3月25日"}
        {"due":"25 March 2018"} ⟂ {"due":"2018-03-25"}
        {"total":1.05} ⟂ {"total":1.06}
        {"total":1.05} ⟂ {"total":1.0501}
        {"total":1.04} ⟂ {"total":1.05}
        {"n":10} ⟂ {"n":11}
        {"n":9.5} ⟂ {"n":10.5}
        {"n":11} ⟂ {"n":10}
        {"tags":["a","b"]} ⟂ {"tags":["b","a"]}
        {"tags":["a","b","c"]} ⟂ {"tags":["c","b","a"]}
        {"memo":"abcde"} ⟂ {"memo":"abcde."}
        {"memo":"日本語版"} ⟂ {"memo":"「日本語版」"}
        {"memo":"ab cd"} ⟂ {"memo":"ab  cd"}
        {"fee":"5.00"} ⟂ {"fee":"5"}
        {"fee":"1234.50"} ⟂ {"fee":"1,234.50"}
        {"fee":"5.00"} ⟂ {"fee":"5,00"}
        {"status":"paid","code":"ABC"} ⟂ {"code":"abc","status":"Paid"}
        {"status":"paid"} ⟂ ```json⏎{"status":"Paid"}⏎```
        """#)

    /// What both do wrong alike is no difference between them; what is wrong beside other content is not the mode.
    static let alike =
        JSONCase.lines(
            .equivalent(.case), receipt,
            #"""
            {"status":"Paid"} ⟂ {"status":"PAID"}
            {"code":"abc"} ⟂ {"code":"Abc"}
            """#)
        + JSONCase.lines(.identical, receipt, #"{"status":"late","n":11} ⟂ {"status": "late", "n": 11.0}"#)
        + JSONCase.lines(
            .different(.valueMismatch), receipt,
            #"""
            {"status":"paid","n":1} ⟂ {"status":"Paid","n":7}
            {"status":"paid"} ⟂ {"status":"late"}
            {"n":"x"} ⟂ {"n":"y"}
            """#)
        + JSONCase.lines(.different(.typeMismatch), receipt, #"{"total":1.05} ⟂ {"total":"1.05"}"#)
        + JSONCase.lines(.different(.invalidJSON), receipt, #"{"status":"paid"} ⟂ {"status":"paid""#)

    static let all = [invalid, wrapped, violating, alike].flatMap { $0 }
}
