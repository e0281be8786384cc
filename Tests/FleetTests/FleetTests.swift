import Foundation
import Testing
import TestSupport

/// The eight real executables under the real supervisor, driven through the gateway by clients of their own.
///
/// Every script starts a fleet for itself, in a home and on ports of its own, and leaves nothing behind.
@Suite(.tags(.large), .serialized, .enabled(if: Fleet.isBuilt, "the executables are not built: make build"))
struct FleetTests {
    private func expectSuccess(_ script: ClientScript) async throws {
        let outcome = try await script.run()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        let summary = outcome.output.split(separator: "\n").suffix(12).joined(separator: "\n")
        FileHandle.standardError.write(Data("\(script):\n\(summary)\n".utf8))
    }

    @Test(
        "eight services are ready within 3 s; nothing is left after down, nor after kill -9 of the supervisor"
    )
    func startup() async throws { try await expectSuccess(ClientScript("startup")) }

    @Test(
        "every language found says hello, echoes, exits, breaks and meets its limits with the right verdict")
    func languages() async throws { try await expectSuccess(ClientScript("languages")) }

    @Test("people sit at programs: from a shell, whose terminal stays as it was, and together in a session")
    func terminals() async throws {
        for name in ["sit", "sit_together"] { try await expectSuccess(ClientScript(name)) }
    }

    @Test("kill -9 of each service in turn loses nothing acknowledged, runs nothing twice, refuses nobody")
    func chaos() async throws { try await expectSuccess(ClientScript("chaos")) }

    @Test(
        "what lacks something says so, goes on with the rest, and is whole again by itself",
        .enabled(if: Fleet.canMount, "mounts of our own need root"))
    func degraded() async throws { try await expectSuccess(ClientScript("degraded")) }

    @Test("one run is one trace; metrics and logs are what promtool and a JSON reader expect")
    func observability() async throws { try await expectSuccess(ClientScript("observability")) }

    @Test(
        "schemathesis finds nothing, as guest and as user",
        .enabled(if: Fleet.hasSchemathesis, "schemathesis is not installed"))
    func fuzz() async throws { try await expectSuccess(ClientScript("api_fuzz")) }

    @Test(
        "y-websocket and pycrdt edit together through the gateway; doors are kept; runs take the live text",
        .enabled(if: Fleet.hasEditors, "node-y-websocket or pycrdt is not installed"))
    func editors() async throws { try await expectSuccess(ClientScript("collab_clients")) }

    @Test(
        "kill -9 of collab while 20 clients type loses and doubles nothing",
        .enabled(if: Fleet.hasEditors, "node-y-websocket or pycrdt is not installed"))
    func typists() async throws { try await expectSuccess(ClientScript("collab_kill")) }

    @Test("hostile programs get their verdict and leave nothing; a victim beside them is unharmed")
    func hostile() async throws { try await expectSuccess(ClientScript("hostile")) }

    @Test(
        "bad input is a problem with its code; every endpoint is served; bad requests leak nothing"
    )
    func badInput() async throws { try await expectSuccess(ClientScript("bad_input")) }

    @Test(
        "Piston's and Judge0's documented requests, and Judge0's own SDK, get their documented answers",
        arguments: ["piston", "judge0_door"])
    func compatibility(_ door: String) async throws { try await expectSuccess(ClientScript(door)) }
}

/// What of the fleet is on this machine.
enum Fleet {
    /// Whether all executables are there.
    static var isBuilt: Bool {
        let names = [
            "codecollab", "gateway", "auth", "session", "collab", "ai", "compiler", "executor", "profiler",
        ]
        return names.allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(ClientScript.root)/.build/release/\($0)")
        }
    }

    /// Whether a script may have mounts of its own, on which a disk can be full.
    static var canMount: Bool {
        let unshare = Process()
        unshare.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unshare.arguments = ["unshare", "--mount", "true"]
        unshare.standardError = FileHandle.nullDevice
        do { try unshare.run() } catch { return false }
        unshare.waitUntilExit()
        return unshare.terminationStatus == 0
    }

    /// Whether the document clients that others wrote are there.
    static var hasEditors: Bool {
        let python = ProcessInfo.processInfo.environment["CODECOLLAB_PYTHON"] ?? ""
        let library = URL(fileURLWithPath: python).deletingLastPathComponent().deletingLastPathComponent()
        let hasCRDT = FileManager.default.enumerator(atPath: "\(library.path)/lib")?.contains {
            ($0 as? String)?.hasSuffix("site-packages/pycrdt") ?? false
        }
        return hasCRDT == true
            && FileManager.default.fileExists(atPath: "/usr/share/nodejs/y-websocket/dist")
    }

    /// Whether the fuzzer lies beside the tests' Python.
    static var hasSchemathesis: Bool {
        let python = ProcessInfo.processInfo.environment["CODECOLLAB_PYTHON"] ?? ""
        return FileManager.default.isExecutableFile(
            atPath: "\(URL(fileURLWithPath: python).deletingLastPathComponent().path)/schemathesis")
    }
}
