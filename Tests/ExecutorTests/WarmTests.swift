import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

extension ExecutorTests {
    private static func python(_ text: String) throws -> ExecutionRequest {
        var request = ExecutionRequest()
        request.language = try LanguageID("python")
        request.files = [SourceFile(try SourcePath("main.py"), text)]
        return request
    }

    @Test("a script that is run like others lately finds its interpreter started, and says so")
    func warm() async throws {
        try await Executors.run { executors in
            let request = try Self.python("import sys\nprint(sys.argv, __name__, input())\n")
            var origins: [SandboxOrigin] = []
            for number in 0..<600 where origins.last != .warm {
                var own = request
                own.stdin = "\(number)\n"
                let result = try #require(try await executors.create(own).result)
                #expect(result.stdout.content == "['main.py'] __main__ \(number)\n", "\(result)")
                origins.append(result.sandbox ?? .cold)
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(origins.last == .warm && origins.first != .warm)
            let capabilities = try await executors.capabilities()
            #expect(capabilities.warmLanguages["python"] == 2)
            #expect(capabilities.warmLanguages["bash"] == nil)
        }
    }

    @Test("parts of one execution are all started the same way")
    func parts() async throws {
        try await Executors.run { executors in
            var request = try Self.python("print(1)")
            for _ in 0..<3 { _ = try await executors.create(request) }
            request.repetitions = 3
            let result = try #require(try await executors.create(request).result)
            #expect(result.verdict == .ok && result.sandbox != .warm)
        }
    }

    @Test("an operator can have none, or say how many", arguments: ["0", "python=0", "3,python=1"])
    func settings(text: String) async throws {
        try await Executors.run(environment: ["CODECOLLAB_WARM": text]) { executors in
            let languages = try await executors.capabilities().warmLanguages
            #expect(languages["python"] == (text == "3,python=1" ? 1 : nil))
            #expect(languages.isEmpty == (text == "0"))
        }
    }

    @Test("a setting that makes no sense keeps the service away", arguments: ["x", ",=2", "65", "a=b"])
    func nonsense(text: String) async throws {
        await #expect(throws: (any Error).self) {
            try await Executors.run(environment: ["CODECOLLAB_WARM": text]) { _ in }
        }
    }
}

extension Executors {
    func capabilities() async throws -> SandboxCapabilities {
        try await service.client.call(ExecutorEndpoints.capabilities, options())
    }
}
