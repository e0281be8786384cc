import Contracts
import Testing

/// What is and is not JSON: every row is a text and the rule it breaks.
@Suite struct JSONReaderTests {
    @Test(
        "refuses what RFC 8259 does not allow",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{\"a\":1,}", "{,}", "{\"a\"}",
            "{\"a\":}",
            "{a:1}", "{'a':1}", "nul", "truee", "tru", "+1", "01", "-", "-01", "1.", ".5", "1e", "1e+",
            "0x10", "NaN",
            "Infinity", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "1 2", "[1] x", "{} {}",
            "// c\n1",
            "[1 2]", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"\\u0061\":1}", "\u{FEFF}1", "[1}", "{\"a\":1]",
            "--1", "1e5.5",
        ])
    func malformed(_ text: String) {
        let faults = faults(reading: JSONValue.self, text)
        #expect(faults?.all.map(\.code) == [.malformedJSON], "\(text)")
    }

    @Test(
        "refuses text that is not UTF-8, wherever it stands",
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        #expect(throws: WireFaults.self) { try String.decode(bytes) }
    }

    @Test(
        "refuses lone surrogates", arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#])
    func surrogates(_ text: String) {
        #expect(faults(reading: String.self, text)?.all.map(\.code) == [.invalidUTF8])
    }

    @Test("reads every escape")
    func escapes() throws {
        let text = try String.decode(Array(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000z""#.utf8))
        #expect(text == "\"\\/\u{8}\u{C}\n\r\té😀\u{0}z")
    }

    @Test("stops at the depth limit instead of the end of the stack")
    func depth() {
        let fits = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(faults(reading: JSONValue.self, fits) == nil)
        let deep = String(repeating: "[", count: 100_000)
        #expect(faults(reading: JSONValue.self, deep)?.all.map(\.code) == [.tooDeep])
    }

    @Test(
        "keeps whole numbers exact and refuses what does not fit",
        arguments: [
            ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("0", 0), ("-0", 0),
            ("42", 42),
        ])
    func integers(_ text: String, _ value: Int) throws {
        #expect(try Int.decode(Array(text.utf8)) == value)
    }

    @Test(
        "a whole number may be written with a point or an exponent, as JSON Schema has it",
        arguments: [
            ("87.0", 87), ("1e3", 1000), ("-2.50e1", -25), ("0.0", 0), ("9007199254740992.0", 1 << 53),
        ])
    func wholeNumbers(_ text: String, _ value: Int) throws {
        #expect(try Int.decode(Array(text.utf8)) == value)
    }

    @Test(
        "says which rule a number breaks",
        arguments: [
            ("9223372036854775808", WireFault.Code.outOfRange), ("1e400", .outOfRange), ("1.5", .wrongType),
            ("1.5e0", .wrongType), ("1e16", .outOfRange),
            ("1e-3", .wrongType), (String(repeating: "9", count: 10_000), .outOfRange), ("\"1\"", .wrongType),
            ("true", .wrongType), ("null", .wrongType), ("[]", .wrongType),
        ])
    func badIntegers(_ text: String, _ code: WireFault.Code) {
        #expect(faults(reading: Int.self, text)?.all.map(\.code) == [code])
    }

    @Test("refuses infinity in disguise")
    func doubles() throws {
        #expect(faults(reading: Double.self, "1e400")?.all.map(\.code) == [.outOfRange])
        #expect(try Double.decode(Array("-1.25e-3".utf8)) == -0.00125)
    }

    @Test(
        "writes what it reads",
        arguments: [
            #"{"a":[1,-2.5,"x\ny\u0001é",true,false,null,{}],"b":{"c":[]}}"#, "[]", "{}", #""""#,
        ])
    func roundTrip(_ text: String) throws {
        #expect(try JSONValue.decode(Array(text.utf8)).json == text)
    }
}

/// The faults of reading `text`, nil when there are none.
func faults<Value: Wire>(reading _: Value.Type, _ text: String) -> WireFaults? {
    do throws(WireFaults) {
        _ = try Value.decode(Array(text.utf8))
        return nil
    } catch { return error }
}
