import JSON
import Testing

@Suite("Looking into values and changing them")
struct AccessTests {
    @Test func readsValuesByKind() throws {
        let value = try JSONValue.parse(#"{"s":"x","i":12,"f":2.0,"half":0.5,"t":true,"n":null,"a":[1,2]}"#)
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.intValue == 12)
        #expect(value["f"]?.intValue == 2)
        #expect(value["half"]?.intValue == nil)
        #expect(value["half"]?.doubleValue == 0.5)
        #expect(value["t"]?.boolValue == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["a"]?.arrayValue?.count == 2)
        #expect(value["a"]?[1]?.intValue == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["missing"] == nil)
    }

    /// The examples of RFC 6901 §5, and tokens that name nothing.
    @Test func followsPointers() throws {
        let value = try JSONValue.parse(#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"m~n":8,"~1":9}"#)
        #expect(value.at("") == value)
        #expect(value.at("/foo/0") == "bar")
        #expect(value.at("/") == 0)
        #expect(value.at("/a~1b") == 1)
        #expect(value.at("/c%d") == 2)
        #expect(value.at("/m~0n") == 8)
        #expect(value.at("/~01") == 9)
        for nothing in ["foo", "/foo/01", "/foo/-", "/foo/2", "/foo/0/x", "/x", "/m~n", "/foo/+1"] { #expect(value.at(nothing) == nil) }
        #expect(JSONPointer.appending("a/b~c", to: "/x") == "/x/a~1b~0c")
    }

    @Test func setsAndRemovesMembersInPlace() {
        var value: JSONValue = .object([JSONMember("a", 1), JSONMember("b", 2), JSONMember("a", 3)])
        value["a"] = "new"
        #expect(value.serialisedString() == #"{"a":"new","b":2}"#)
        value["c"] = [true]
        value["b"] = nil
        #expect(value.serialisedString() == #"{"a":"new","c":[true]}"#)
        value["c"] = .null
        #expect(value["c"] == .null)
        var text: JSONValue = "x"
        text["gone"] = nil
        #expect(text == "x")
    }

    @Test func writesDoublesSoThatTheyReadBackTheSame() throws {
        for number in [0, 1, -1, 0.1, 1e-9, 1e21, 1.5e300, 9_007_199_254_740_994, -123.456, .leastNonzeroMagnitude] as [Double] {
            let text = JSONValue(number).serialisedString()
            #expect(try JSONValue.parse(text).doubleValue == number)
        }
        #expect(JSONValue(3.0).serialisedString() == "3")
        #expect(JSONValue(Double.nan) == .null)
        #expect(JSONValue(Double.infinity) == .null)
    }

    @Test(arguments: [
        ("1", "1"), ("1.0", "1"), ("1e2", "100"), ("100.00", "100"), ("-5.0E-1", "-0.5"), ("-0.00", "0"), ("0e9", "0"),
        ("0.000001", "0.000001"), ("0.0000001", "1e-7"), ("12.3400", "12.34"), ("15e299", "1.5e300"),
        ("123456789012345678901", "123456789012345678901"), ("1234567890123456789012", "1.234567890123456789012e21"),
        ("1E400", "1e400"), ("10e-400", "1e-399"), ("0.1e1", "1"),
    ])
    func normalisesNumbersExactly(_ written: String, _ normal: String) {
        #expect(JSONNumber.normal(written) == normal)
    }

    @Test func normalisesAbsurdExponentsWithoutTrapping() {
        #expect(JSONNumber.normal("1e99999999999999999999999").hasPrefix("1e"))
        #expect(JSONNumber.normal("1e-99999999999999999999999").hasPrefix("1e-"))
    }

    @Test func canonicalFormIgnoresOrderRepetitionAndNumberSpelling() throws {
        let one = try JSONValue.parse(#"{"b":[1.0,{"y":1,"x":2}],"a":"é","b":[1e0,{"x":2.00,"y":1}]}"#)
        let two = try JSONValue.parse(#"{"a":"\u00e9","b":[1,{"y":1,"x":2}]}"#)
        #expect(one != two)
        #expect(one.canonical() == two.canonical())
        #expect(one.canonical().serialisedString() == #"{"a":"é","b":[1,{"x":2,"y":1}]}"#)
    }
}
