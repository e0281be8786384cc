import Artifacts
import CompilerService
import Contracts
import Sandbox
import SystemKit
import Testing

@Suite struct SharedWorkTests {
    @Test("a hundred identical requests at once start one tool and get one answer")
    func sharesFlights() async throws {
        let starts = Locked(0)
        let (service, _) = try Workbench.make { spec in
            starts.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(50))
            return .building("main")
        }
        let request = try Workbench.request("c", ("main.c", "int main(void) { return 0; }\n"))
        let answers = try await withThrowingTaskGroup(of: Compilation.self) { group in
            for _ in 0..<100 { group.addTask { try await service.compile(request) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(starts.snapshot == 1)
        #expect(Set(answers.map(\.artifact?.text)).count == 1)
        #expect(answers.count { $0.isCached } == 99)
    }

    @Test("a known program is answered without a tool, also after a restart")
    func keepsResults() async throws {
        let starts = Locked(0)
        let run: CompilerService.Run = { _ in
            starts.withLock { $0 += 1 }
            return .building("main")
        }
        let (service, book) = try Workbench.make(run)
        let request = try Workbench.request("c", ("main.c", "int main(void) { return 1; }\n"))
        let first = try await service.compile(request)
        for _ in 0..<50 { #expect(try await service.compile(request).isCached) }
        let restarted = CompilerService(languages: book, store: service.store, run: run)
        let again = try await restarted.compile(request)
        #expect(again.isCached && again.artifact == first.artifact && starts.snapshot == 1)
    }

    @Test("every part of a request that matters makes another program")
    func tellsRequestsApart() async throws {
        let starts = Locked(0)
        let (service, _) = try Workbench.make { _ in
            starts.withLock { $0 += 1 }
            return .building("main")
        }
        var requests = [
            try Workbench.request("c", ("a.c", "x"), ("b.c", "y")),
            try Workbench.request("c", ("a.c", "xb.cy")),
            try Workbench.request("c", ("a.c", "y"), ("b.c", "x")),
            try Workbench.request("cpp", ("a.c", "x"), ("b.c", "y")),
        ]
        var fast = requests[0]
        fast.optimization = .fast
        var other = requests[0]
        other.entry = try SourcePath("b.c")
        requests += [fast, other]
        for request in requests { _ = try await service.compile(request) }
        #expect(starts.snapshot == requests.count)
        let reordered = try Workbench.request("c", ("b.c", "y"), ("a.c", "x"))
        var sameEntry = reordered
        sameEntry.entry = try SourcePath("a.c")
        _ = try await service.compile(sameEntry)
        #expect(starts.snapshot == requests.count, "the order of files does not matter")
    }

    @Test("limits are told and not kept")
    func reportsLimits() async throws {
        let starts = Locked(0)
        let (service, _) = try Workbench.make { _ in
            starts.withLock { $0 += 1 }
            var result = SandboxResult()
            result.verdict = .cpuLimit
            return result
        }
        let request = try Workbench.request("c", ("main.c", "int x;"))
        for _ in 0..<2 {
            let compilation = try await service.compile(request)
            #expect(
                compilation.state == .limited && compilation.limit == .cpuLimit && compilation.artifact == nil
            )
        }
        #expect(starts.snapshot == 2)
    }

    @Test("a cancelled leader hands its work to a waiter")
    func handsOver() async throws {
        let starts = Locked(0)
        let (service, _) = try Workbench.make { _ in
            let number = starts.withLock {
                $0 += 1
                return $0
            }
            if number == 1 { try await Task.sleep(for: .seconds(60)) }
            return .building("main")
        }
        let request = try Workbench.request("c", ("main.c", "int y;"))
        let leader = Task { try await service.compile(request) }
        while starts.snapshot == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let follower = Task { try await service.compile(request) }
        try await Task.sleep(for: .milliseconds(20))
        leader.cancel()
        #expect(try await follower.value.state == .succeeded)
        await #expect(throws: CancellationError.self) { try await leader.value }
        #expect(starts.snapshot == 2)
    }

    @Test("requests that make no sense are refused by name")
    func refuses() async throws {
        let (service, _) = try Workbench.make { _ in .building("main") }
        let twice = try Workbench.request("c", ("a.c", ""), ("a.c", ""))
        let both = try Workbench.request("c", ("a.c", ""), ("a.c/b.c", ""))
        let elsewhere = try {
            var request = try Workbench.request("c", ("a.c", ""))
            request.entry = try SourcePath("b.c")
            return request
        }()
        let binary = try {
            var request = try Workbench.request("c", ("a.c", "###"))
            request.files[0].encoding = .base64
            return request
        }()
        for (request, pointer) in [
            (twice, "/files/1/path"), (both, "/files/0/path"), (elsewhere, "/entry"),
            (binary, "/files/0/content"),
        ] {
            await #expect { try await service.compile(request) } throws: {
                ($0 as? Problem)?.errors?.first?.pointer == pointer
            }
        }
        let klingon = try Workbench.request("klingon", ("a.k", ""))
        await #expect { try await service.compile(klingon) } throws: {
            ($0 as? Problem)?.code == .unknownLanguage
        }
    }
}

extension SandboxResult {
    /// A tool that made a file.
    static func building(_ path: String) -> SandboxResult {
        var result = SandboxResult()
        result.collected = [CollectedFile(path: path, bytes: [1, 2, 3], isExecutable: true)]
        return result
    }
}
