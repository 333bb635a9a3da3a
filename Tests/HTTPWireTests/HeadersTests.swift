import HTTPWire
import Testing

@Suite struct HeadersTests {
    private let headers: Headers = [Header("Set-Cookie", "a"), Header("X", ""), Header("set-cookie", "b"), Header("Via", " x,, y ,")]

    @Test func findsNamesInAnyCaseAndKeepsSpellingAndOrder() {
        #expect(headers["SET-cookie"] == "a")
        #expect(headers.values(of: "Set-Cookie") == ["a", "b"])
        #expect(headers["x"] == "")
        #expect(headers["absent"] == nil)
        #expect(headers.bytes(of: "via") == Array(" x,, y ,".utf8))
        #expect(headers.map(\.nameText) == ["Set-Cookie", "X", "set-cookie", "Via"])
    }

    @Test func removesAndReplaces() {
        var changed = headers
        changed.removeAll(named: "SET-COOKIE")
        #expect(changed == [Header("X", ""), Header("Via", " x,, y ,")])
        changed.set("x", "1")
        changed.set("new", "2")
        #expect(changed == [Header("x", "1"), Header("Via", " x,, y ,"), Header("new", "2")])
        changed.removeAll { headers, index in headers.isNamed("x", at: index) || headers.isNamed("new", at: index) }
        #expect(changed == [Header("Via", " x,, y ,")])
        #expect(headers.count == 4, "copies are independent")
    }

    @Test func readsCommaSeparatedLists() {
        #expect(headers.tokens(in: "via") == ["x", "y"])
        #expect(headers.hasToken("Y", in: "VIA"))
        #expect(!headers.hasToken("", in: "via"))
        #expect(!headers.hasToken("a,b", in: "set-cookie"))
        #expect(headers.hasToken("b", in: "set-cookie"))
    }

    @Test func aLineBreakCannotForgeALine() {
        var headers = Headers()
        headers.append("X", "a\r\nEvil: 1\u{0}")
        headers.append("Y\n", "b")
        #expect(headers == [Header("X", "a  Evil: 1 "), Header("Y ", "b")])
    }

    @Test func keepsBytesThatAreNoText() {
        let odd = Header(name: Array("X".utf8), value: [0xE4, 0xFF, 0x80])
        #expect(Headers([odd]).bytes(of: "x") == [0xE4, 0xFF, 0x80])
        #expect(odd.valueText == "\u{FFFD}\u{FFFD}\u{FFFD}")
    }
}
