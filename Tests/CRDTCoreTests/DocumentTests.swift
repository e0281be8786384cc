import CRDTCore
import Testing

@Suite("a document") struct DocumentTests {
    @Test("keeps the client it was made for")
    func client() {
        let client = Document(client: 7).client
        #expect(client == 7)
    }
}

extension Document {
    /// The root of that name, for tests that have strings.
    mutating func root(named name: String) -> Root {
        let bytes = Array(name.utf8)
        return root(bytes.span)
    }
}

extension Document {
    /// Merges bytes that nobody else holds.
    mutating func take(_ update: [UInt8]) throws -> Outcome { try apply(update.span) }
}

/// The text of the root that recorded sessions use.
func text(of document: inout Document) -> [UInt8] { document.text(document.root(named: "t")) }
