import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

extension ExecutorTests {
    @Test("a warm Python hello takes little more than the interpreter itself")
    func latency() async throws {
        try await Executors.run { executors in
            var request = ExecutionRequest()
            request.language = try LanguageID("python")
            request.files = [SourceFile(try SourcePath("main.py"), "print('hello')")]
            guard try await executors.create(request).result?.verdict == .ok else { return }
            var total: [Int] = []
            var wall: [Int] = []
            var setup: [Int] = []
            for _ in 0..<40 {
                let start = monotonicNanoseconds()
                let result = try #require(try await executors.create(request).result)
                total.append(Int((monotonicNanoseconds() - start) / 1000))
                wall.append(result.wallMicroseconds)
                setup.append(result.setupMicroseconds)
            }
            let medians = [total, wall, setup].map { $0.sorted()[20] }
            print(
                "python hello over HTTP: median \(medians[0]) us; program \(medians[1]), setup \(medians[2])")
            #expect(medians[0] < medians[1] * 3 + 20_000)
        }
    }
}
