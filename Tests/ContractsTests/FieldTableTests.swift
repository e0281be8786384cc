import Contracts
import Testing

private struct Inner: WireObject, Equatable {
    var size = 0
    init() {}
    static let fields = Fields<Inner>(field("size_bytes", \.size, .range(1...10)))
}

private struct Outer: WireObject, Equatable {
    var name = ""
    var note: String?
    var level = 3
    var parts: [Inner] = []
    var table: [String: Int] = [:]
    init() {}
    static let fields = Fields<Outer>(
        field("name", \.name, .length(1...5), "What it is called."), field("note", \.note),
        defaulted("level", \.level, .range(0...9)), defaulted("parts", \.parts, .count(0...3)),
        defaulted("table", \.table, .members(atMost: 2)))
}

@Suite struct FieldTableTests {
    @Test("reads fields in any order and leaves defaults alone")
    func reads() throws {
        let value = try Outer.decode(Array(#" { "parts" : [ {"size_bytes":4} ] , "name":"abc" } "#.utf8))
        #expect(
            value.name == "abc" && value.note == nil && value.level == 3 && value.parts.map(\.size) == [4])
    }

    @Test("writes absent fields not at all and the others in the table's order")
    func writes() {
        let value = Outer.with { $0.name = "a" }
        #expect(value.json == #"{"name":"a","level":3,"parts":[],"table":{}}"#)
    }

    @Test(
        "names the field and the rule",
        arguments: [
            ("{}", "/name", WireFault.Code.missingField), (#"{"name":""}"#, "/name", .wrongLength),
            (#"{"name":"abcdef"}"#, "/name", .wrongLength),
            (#"{"name":"a","x/y~":1}"#, "/x~1y~0", .unknownField),
            (#"{"name":"a","name":"b"}"#, "/name", .duplicateField), (#"{"name":7}"#, "/name", .wrongType),
            (#"{"name":null}"#, "/name", .wrongType), (#"{"name":"a","level":10}"#, "/level", .outOfRange),
            (
                #"{"name":"a","parts":[{"size_bytes":1},{"size_bytes":0}]}"#, "/parts/1/size_bytes",
                .outOfRange
            ),
            (#"{"name":"a","parts":[{},{"size_bytes":1}]}"#, "/parts/0/size_bytes", .missingField),
            (#"{"name":"a","parts":[1]}"#, "/parts/0", .wrongType),
            (#"{"name":"a","table":{"k":"v"}}"#, "/table/k", .wrongType),
            (#"{"name":"a","table":{"k":1,"k":2}}"#, "/table/k", .duplicateField),
            (#"{"name":"a","table":{"a":1,"b":2,"c":3}}"#, "/table", .wrongLength), ("[]", "", .wrongType),
        ])
    func faultsOf(_ text: String, _ pointer: String, _ code: WireFault.Code) {
        let found = faults(reading: Outer.self, text)?.all
        #expect(found?.map(\.pointer) == [pointer] && found?.map(\.code) == [code], "\(text)")
    }

    @Test("reports every broken rule at once")
    func all() {
        let text = #"{"level":"x","parts":[{"size_bytes":99},{"size_bytes":"a"}],"extra":{"deep":[1]}}"#
        let pointers = faults(reading: Outer.self, text)?.all.map(\.pointer)
        #expect(pointers == ["/level", "/parts/0/size_bytes", "/parts/1/size_bytes", "/extra", "/name"])
    }

    @Test("reports no more faults than the limit")
    func bounded() {
        let many = (0..<100).map { "\"f\($0)\":1" }.joined(separator: ",")
        #expect(faults(reading: Outer.self, "{\(many)}")?.all.count == WireLimits.faults + 1)
    }

    @Test("skips unknown fields when told to")
    func skips() throws {
        let text = #"{"name":"a","new":{"x":[1,"]}",null]},"note":"n"}"#
        #expect(try Outer.decode(Array(text.utf8), unknownFields: .skip).note == "n")
    }

    @Test("shows its rules in the schema")
    func schema() {
        let json = Outer.fields.schema.json
        #expect(json["required"] == ["name"])
        #expect(json["properties"]?["level"]?["maximum"] == 9)
        #expect(json["properties"]?["parts"]?["maxItems"] == 3)
        #expect(json["properties"]?["name"]?["description"] == "What it is called.")
    }
}
