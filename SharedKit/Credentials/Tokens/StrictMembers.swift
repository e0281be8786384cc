internal import Contracts

/// The members of a token's header or claims: strict JSON, no name twice, names without escapes.
struct StrictMembers: Wire {
    private var members: [String: JSONValue] = [:]

    static func parse(_ json: [UInt8]) throws(TokenRefusal) -> StrictMembers {
        do throws(WireFaults) {
            return try decode(json)
        } catch {
            throw .malformed
        }
    }

    static func read(_ reader: inout JSONReader) throws(WireFault) -> StrictMembers {
        var read = StrictMembers()
        try reader.object { (name, reader) throws(WireFault) in
            let value = try JSONValue.read(&reader)
            guard read.members.count < Limits.tokenMembers else {
                throw WireFault(.wrongLength, "too many members")
            }
            guard read.members.updateValue(value, forKey: name) == nil else {
                throw WireFault(.duplicateField, "the member comes twice")
            }
        }
        return read
    }

    func write(to writer: inout JSONWriter) {
        JSONValue.object(members.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) }).write(
            to: &writer
        )
    }

    static var schema: Schema { .type("object") }

    subscript(_ name: String) -> JSONValue? { members[name] }

    func text(_ name: String) throws(TokenRefusal) -> String {
        guard let text = members[name]?.text else { throw .badClaim }
        return text
    }

    /// One text, or a short list of them.
    func texts(_ name: String) throws(TokenRefusal) -> [String] {
        if let text = members[name]?.text { return [text] }
        guard let elements = members[name]?.elements, (1...Limits.audiences).contains(elements.count) else {
            throw .badClaim
        }
        let texts = elements.compactMap(\.text)
        guard texts.count == elements.count else { throw .badClaim }
        return texts
    }

    func integer(_ name: String) throws(TokenRefusal) -> Int64 {
        guard let value = try optionalInteger(name) else { throw .badClaim }
        return value
    }

    /// Whole seconds up to the year 9999; RFC 7519 would allow fractions, our issuer writes none.
    func optionalInteger(_ name: String) throws(TokenRefusal) -> Int64? {
        guard let value = members[name] else { return nil }
        guard let seconds = value.integer, (0...253_402_300_799).contains(seconds) else { throw .badClaim }
        return seconds
    }
}
