import CRDTCore
import Testing

@Suite struct DocumentTests {
    @Test("a document keeps the client it was made for")
    func client() { #expect(Document(client: 7).client == 7) }
}
