import Contracts
import ExecutorService
import ServiceKit
import TestSupport
import Testing

/// Whatever somebody sends is refused by name or ends in a verdict about their program: never our error.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct InputTests {
    typealias Change = @Sendable (inout ExecutionRequest) throws -> Void

    struct Row: Sendable, CustomStringConvertible {
        let description: String
        let change: Change

        init(_ pointer: String, _ change: @escaping Change) {
            (description, self.change) = (pointer, change)
        }
    }

    static let page = String(repeating: "#", count: 4096)

    static func shell(_ change: (inout ExecutionRequest) throws -> Void) throws -> ExecutionRequest {
        var request = try ExecutionRequest.shell("true")
        try change(&request)
        return request
    }

    static func file(_ path: String, _ content: String = "") throws -> SourceFile {
        SourceFile(try SourcePath(path), content)
    }

    @Test(
        "what cannot fit is refused before anything is built, naming the file and the limit",
        arguments: [
            Row("/files/0/content", { $0.files = [try file("main.sh", page + "#")] }),
            Row("/files/1/content", { $0.files.append(try file("data", page)) }),
            Row("/files/16/path", { for n in 1...16 { $0.files.append(try file("f\(n)")) } }),
            Row("/files/3/path", { for n in 1...3 { $0.files.append(try file("\(n)/b/c/d/e/f")) } }),
            Row("/files/1/path", { $0.files += [try file("a"), try file("a/\u{300}b")] }),
            Row(
                "/files/1/content",
                { $0.files.append(.with { ($0.content, $0.encoding) = ("?", .base64) }) }),
            Row(
                "/pipeline/stages/0/files/0/content",
                { request in
                    let (language, file) = (request.language, try file("main.sh", page + "#"))
                    let stage = StageRequest.with {
                        ($0.language, $0.files, $0.limits.diskBytes) = (language, [file], 4096)
                    }
                    request.pipeline = .with { $0.stages = [stage] }
                }
            ),
        ])
    func refused(row: Row) async throws {
        let request = try Self.shell { request in
            (request.limits.diskBytes, request.limits.inodes) = (4096, 16)
            try row.change(&request)
        }
        try await Executors.run { executors in
            do {
                let ended = try await executors.create(request)
                Issue.record("it was taken: \(String(describing: ended.result))")
            } catch let problem as Problem {
                let pointer = problem.errors?.first?.pointer
                #expect(problem.status == 422 && pointer == row.description, "\(problem)")
            }
        }
    }

    @Test(
        "what just fits runs, and what is at the end of a limit's range ends in a verdict",
        arguments: [
            { $0.files[0].content = "true\n" + page.dropFirst(5) },
            { for n in 1...15 { $0.files.append(try file("f\(n)")) } },
            { for n in 1...2 { $0.files.append(try file("\(n)/b/c/d/e/f/g")) } },
            { $0.limits.memoryBytes = 4 << 20 }, { $0.limits.processes = 1 }, { $0.limits.openFiles = 8 },
            { $0.limits.stackBytes = 64 << 10 }, { $0.limits.stackBytes = 1 << 30 },
            { $0.limits.fileBytes = 0 }, { $0.limits.outputBytes = 0 }, { $0.limits.outputTotalBytes = 0 },
            { $0.limits.cpuMilliseconds = 1 }, { $0.limits.wallMilliseconds = 1 },
            { $0.limits.diskBytes = 0 }, { ($0.limits.processes, $0.limits.openFiles) = (512, 4096) },
            { $0.environment = ["PATH": try ProgramArgument(""), "HOME": try ProgramArgument("/nowhere")] },
            { $0.environment = ["LD_PRELOAD": try ProgramArgument("/box/main.sh")] },
            { $0.arguments = [try ProgramArgument(String(repeating: "x", count: 4000))] },
            { $0.stdin = String(repeating: "x", count: 1 << 20) },
            { $0.cases = [.with { $0.stdin = String(repeating: "x", count: 1 << 20) }, CaseRequest()] },
            { $0.collect = [try CollectPattern("**"), try CollectPattern("?/*/**/*")] },
            { $0.files[0].content = "while :; do head -c 4096 /dev/zero > $RANDOM; done" },
            { $0.files[0].content = "mkdir a; cd a; while mkdir a; do cd a; done; exit 1" },
        ] as [Change])
    func judged(change: Change) async throws {
        let request = try Self.shell { request in
            (request.limits.diskBytes, request.limits.inodes) = (4096, 16)
            request.limits.cpuMilliseconds = 2000
            try change(&request)
        }
        try await Executors.run { executors in
            let result = try #require(try await executors.create(request).result)
            #expect(result.verdict != .internalError, "\(result)")
        }
    }
}
