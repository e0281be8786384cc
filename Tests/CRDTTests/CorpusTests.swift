import Foundation
import Testing

/// The inputs that the fuzzer found worth keeping, without the fuzzer.
@Suite("the corpus of the document fuzzer") struct CorpusTests {
    private static let folder = "\(Program.root)/Tests/Fuzz/Documents/corpus"

    @Test("each input is refused without a trace, or keeps every promise of the engine")
    func replay() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(names.count >= 40)
        for name in names.sorted() {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)"))
            #expect(DocumentExercise.fault(of: Array(data)) == nil, "\(name)")
        }
    }
}
