import Configuration
import JSON
import Postgres
import Storage
import Testing
import Traffic

@Suite("The hash of what was asked")
struct RequestHashTests {
    private static let asked: JSONValue = [
        "model": "gpt-5", "temperature": 0, "stream": true,
        "messages": [["role": "system", "content": "Name the intent."], ["role": "user", "content": "Where is my card?"]],
        "tools": [["type": "function", "function": ["name": "find", "parameters": ["type": "object", "minProperties": 1]]]],
        "response_format": ["type": "json_schema", "json_schema": ["name": "answer", "schema": ["type": "object"]]],
    ]

    private func changed(_ change: (inout JSONValue) -> Void) -> JSONValue {
        var request = Self.asked
        change(&request)
        return request
    }

    @Test("model, parameters, the order of members, empty ones and what is usual do not count")
    func same() throws {
        let hash = try #require(RequestHash.of(Self.asked))
        let alike: [JSONValue] = [
            changed { $0["model"] = "phi-4" }, changed { $0["temperature"] = 1 }, changed { $0["stream"] = nil },
            changed { $0["seed"] = 7 },
            changed { $0["user"] = "u-1" }, changed { $0["input"] = "" }, changed { $0["functions"] = [] },
            changed { $0["prompt"] = .null },
            .object((Self.asked.objectValue ?? []).reversed()),
            changed {
                $0["messages"] = [
                    ["content": "Name the intent.", "role": "system", "name": .null], ["role": "user", "content": "Where is my card?"],
                ]
            },
            changed {
                $0["tools"] = [
                    ["function": ["parameters": ["minProperties": .number("1.0"), "type": "object"], "name": "find"], "type": "function"]
                ]
            },
        ]
        for request in alike { #expect(RequestHash.of(request) == hash, "\(request.serialisedString())") }
        let plain: JSONValue = ["messages": [["role": "user", "content": "hi"]]]
        let usual: JSONValue = ["messages": [["role": "user", "content": "hi"]], "response_format": ["type": "text"], "tools": []]
        #expect(RequestHash.of(plain) == RequestHash.of(usual))
    }

    /// Reckoned by another implementation of SipHash-2-4 over `{"messages":[{"content":…,"role":"user"}],"tools":[{"n":100,"type":"function"}]}`.
    @Test("stays what it is for ever: stored hashes are looked for by it")
    func forEver() throws {
        let request = try JSONValue.parse(
            #"{"tools":[{"type":"tool","type":"function","n":1e2}],"messages":[{"role":"user","content":"Line one\nsaid \"no\" — \u00e9\u0001"}]}"#
        )
        #expect(RequestHash.of(request) == Identifier(high: 0xafaf_65eb_28aa_ea55, low: 0x59d7_8030_18a0_c6d0))
    }

    @Test("every word, the order of messages, tools and the form of the answer count")
    func different() throws {
        let hash = try #require(RequestHash.of(Self.asked))
        let others: [JSONValue] = [
            changed { $0["messages"] = .array(($0["messages"]?.arrayValue ?? []).reversed()) },
            changed { $0["messages"] = [["role": "user", "content": "Where is my card?"]] },
            changed {
                $0["messages"] = [["role": "system", "content": "Name the intent."], ["role": "user", "content": "Where is my card"]]
            },
            changed { $0["tools"] = nil }, changed { $0["response_format"] = nil },
            changed { $0["response_format"] = ["type": "json_object"] },
            changed { $0["instructions"] = "Be brief." },
        ]
        for request in others { #expect(RequestHash.of(request) != hash, "\(request.serialisedString())") }
    }

    @Test("where nothing is asked that can be read, there is none")
    func none() {
        for request: JSONValue in [[:], "text", ["model": "gpt-5"], ["messages": []], ["tools": [1]], .null, [["messages": [1]]]] {
            #expect(RequestHash.of(request) == nil)
        }
        #expect(RequestHash.of(["input": "Where?"]) != nil && RequestHash.of(["prompt": "Where?"]) != nil)
    }

    /// What the analyst reads, an export writes and a label names is one thing.
    @Test("a stored request, taken apart and put together again, has the hash that it was stored with")
    func storedAndReadBack() throws {
        let store = try StoreFixture()
        let requests: [JSONValue] = [
            Self.asked, changed { $0["tools"] = nil }, ["input": "Where?", "instructions": "Be brief."],
            ["messages": [["role": "system", "content": "only a system message"]]],
            [
                "messages": [["role": "user", "content": "a \u{0} NUL, e\u{301} and 👩‍👩‍👧"]],
                "tools": [["big": .number("1.5e300"), "n": .number("-0.50")]],
            ],
            [
                "messages": [
                    ["role": "user", "content": [["type": "text", "text": "in parts"]]], ["role": "assistant", "content": .null],
                ]
            ],
        ]
        try store.take(requests.enumerated().map { number, request in RecordedLines.pair("\(number)") { $0["request"] = request } })
        let rows = try store.connection.query("SELECT external_id, request, request_hash FROM understudy.pairs ORDER BY external_id")
        #expect(rows.count == requests.count)
        for (request, row) in zip(requests, rows) {
            let stored = try row.uuid("request_hash")
            let hash = Identifier(high: stored.0, low: stored.1)
            #expect(hash == RequestHash.of(request))
            #expect(hash == RequestHash.of(try JSONValue.parse(try row.text("request"))))
        }
    }

    @Test("partitions that were there before have the column and its index, and so have new ones")
    func partitions() throws {
        let store = try StoreFixture()
        try store.connection.execute("SELECT understudy_store.make_partitions('2026-11-16', '2026-11-17')")
        let rows = try store.connection.query(
            """
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'understudy_store' AND tablename LIKE 'call_2026%' AND indexdef LIKE '%(request_hash)%'
            """)
        #expect(rows.count == 2)
        let fresh = try StoreFixture.migrated(through: 7)
        try fresh.connection.execute("SELECT understudy_store.make_partitions('2026-11-16', '2026-11-17')")
        try Migrator(StoreMigrations.all).run(fresh.connection)
        #expect(
            try fresh.value(
                "SELECT count(*) FROM pg_indexes WHERE schemaname = 'understudy_store' AND tablename LIKE 'call_2026%' AND indexdef LIKE '%(request_hash)%'"
            ) == "2")
        try fresh.take([RecordedLines.pair("a")])
        #expect(try fresh.value("SELECT request_hash FROM understudy.pairs") != nil)
        let plan = try fresh.connection.query(
            "EXPLAIN SELECT id FROM understudy_store.call WHERE request_hash = '00000000-0000-0000-0000-000000000000'")
        #expect(plan.contains { $0.value(at: 0)?.contains("request_hash") == true })
    }
}
