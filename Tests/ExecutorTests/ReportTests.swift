import Contracts
import TestSupport
import Testing

@Suite("A report of an execution", .tags(.medium), .timeLimit(.minutes(2)))
struct ReportTests {
    @Test("lists what was refused first, with error and argument")
    func lists() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("unshare -U true; echo on")
            request.reportsCalls = true
            let result = try #require(try await executors.create(request, wait: 60).result)
            #expect(result.verdict == .ok && result.stdout.content == "on\n")
            let calls = try #require(result.calls?.calls)
            let unshare = try #require(calls.first { $0.name == "unshare" })
            #expect(unshare.refused == 1 && unshare.error == "EPERM" && unshare.firstArgument == "0x10000000")
            let refused = calls.prefix { $0.refused > 0 }
            #expect(refused.contains(unshare))
            #expect(calls.dropFirst(refused.count).allSatisfy { $0.refused == 0 })
            #expect(calls.contains { $0.name == "read" && $0.count > 0 && $0.error == nil })
            let plain = try await executors.create(try .shell("true"), wait: 60).result
            #expect(plain?.calls == nil)
        }
    }

    @Test("is of one program that runs once")
    func alone() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("true")
            request.reportsCalls = true
            request.repetitions = 3
            do {
                _ = try await executors.create(request)
                Issue.record("it was accepted")
            } catch let problem as Problem {
                #expect(problem.errors?.first?.pointer == "/report")
            }
        }
    }
}
