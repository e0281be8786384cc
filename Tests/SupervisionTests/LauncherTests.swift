import Contracts
import Glibc
import Supervision
import SystemKit
import Testing

/// The real launcher in an installation of its own whose services are stand-ins.
final class Stand {
    private static let names = [
        "gateway", "auth", "session", "collab", "ai", "compiler", "executor", "profiler",
    ]
    static let root = String(#filePath.dropLast("/Tests/SupervisionTests/LauncherTests.swift".count))
    static var launcher: String { "\(root)/.build/release/codecollab" }
    static let isBuilt = access(launcher, X_OK) == 0

    let folder: Folder
    let portBase: Int
    private let environment: [String: String]

    init(mode: String = "") throws {
        folder = try Folder()
        // Below the ports that the kernel gives to outgoing connections.
        portBase = 10_000 + Int(monotonicNanoseconds() / 1000 % 219) * 100
        environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "CODECOLLAB_STANDIN": mode,
            "CODECOLLAB_PORT_BASE": "\(portBase)",
        ]
        for name in ["bin", "Deploy"] { try Directories.make("\(folder.path)/\(name)") }
        try copy(Self.launcher, to: "bin/codecollab")
        for name in Self.names {
            try copy("\(Self.root)/Tests/SupervisionTests/StandIns/service.py", to: "bin/\(name)")
        }
        let fleet = try #require(readText("\(Self.root)/Deploy/fleet.json"))
        let mark = "\"passed_environment\": ["
        let parts = fleet.split(separator: mark, omittingEmptySubsequences: false)
        try FileBytes.replace(
            "\(folder.path)/Deploy/fleet.json",
            with: Array(parts.joined(separator: mark + "\"CODECOLLAB_STANDIN\",").utf8))
    }

    deinit { _ = ignoring("the stand is going away") { try run(["down"]) } }

    var home: FleetHome { FleetHome("\(folder.path)/.codecollab") }

    func status() throws -> ControlReply? { try ControlClient.ask(ControlRequest(.status), at: home.control) }

    /// Runs a command of the launcher and gives its exit code.
    @discardableResult
    func run(_ arguments: [String]) throws -> CInt {
        var request = SpawnRequest(program: "\(folder.path)/bin/codecollab")
        request.arguments = arguments
        request.environment = environment
        let log = open("\(folder.path)/commands.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(log) }
        request.output = log
        request.error = log
        let pid = try request.start()
        var status: CInt = 0
        waitpid(pid, &status, 0)
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    var said: String { readText("\(folder.path)/commands.log") ?? "" }

    /// What a service answers at a path; nil when nobody does.
    func get(_ path: String, of service: String) throws -> String? {
        let connection = try connectUnix(home.socket(service))
        try connection.write(Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(connection.number, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// Whether it becomes true within the time.
    func eventually(within limit: Duration = .seconds(60), _ condition: () throws -> Bool) rethrows -> Bool {
        let deadline = monotonicNanoseconds() + UInt64(limit.wholeMilliseconds) * 1_000_000
        while monotonicNanoseconds() < deadline {
            if try condition() { return true }
            usleep(10_000)
        }
        return try condition()
    }

    var leftovers: [CInt] { ProcessTable.processes(withEnvironment: "CODECOLLAB_FLEET=\(home.fleetID)") }

    private func copy(_ source: String, to name: String) throws {
        let bytes = try #require(readBytes(source))
        try FileBytes.replace("\(folder.path)/\(name)", with: bytes, mode: 0o700)
    }
}

@Suite("the launcher", .serialized, .enabled(if: Stand.isBuilt, "the launcher is not built: make build"))
struct LauncherTests {
    @Test("up starts eight services, down leaves no process, socket or port", .timeLimit(.minutes(8)))
    func upAndDown() throws {
        let stand = try Stand()
        #expect(try stand.run(["up"]) == 0, "\(stand.said)")
        let status = try #require(try stand.status())
        #expect(status.services.count == 8 && status.services.allSatisfy { $0.phase == "ready" })
        #expect(try stand.get("/", of: "auth")?.hasPrefix("HTTP/1.1 200") == true)
        #expect(try stand.run(["up"]) == 0 && stand.said.contains("running already"))
        #expect(try stand.run(["status"]) == 0)
        #expect(try stand.run(["down"]) == 0)
        #expect(stand.leftovers.isEmpty && names(in: stand.home.run).isEmpty)
        #expect(ProcessTable.listener(onPort: stand.portBase) == nil)
        #expect(try stand.run(["status"]) == 3)
    }

    @Test("a service that lacks something is degraded, and status says what", .timeLimit(.minutes(8)))
    func degraded() throws {
        let stand = try Stand(mode: "degraded")
        #expect(try stand.run(["up"]) == 0, "\(stand.said)")
        #expect(try stand.run(["status"]) == 2)
        #expect(stand.said.contains("session is degraded: disk:room: little is left"), "\(stand.said)")
        #expect(try stand.run(["ps"]) == 0 && stand.said.contains("degraded"))
        #expect(try stand.run(["down"]) == 0)
    }

    @Test(
        "a killed service is back, and nobody is refused meanwhile",
        .timeLimit(.minutes(8)))
    func restart() throws {
        let stand = try Stand()
        #expect(try stand.run(["up"]) == 0, "\(stand.said)")
        let before = try #require(try stand.status()?.services.first { $0.name == "session" }?.pid)
        kill(CInt(before), SIGKILL)
        let answer = try #require(try stand.get("/", of: "session"))
        #expect(answer.hasPrefix("HTTP/1.1 200") && !answer.contains("\(before)\n"))
        #expect(
            try stand.eventually {
                try stand.status()?.services.first { $0.name == "session" }?.phase == "ready"
            })
        let records = names(in: stand.home.crashes).filter { $0.hasPrefix("session-") }
        #expect(records.count == 1)
        let record = try CrashRecord.decode(try #require(readBytes("\(stand.home.crashes)/\(records[0])")))
        #expect(record.reason == "SIGKILL" && record.pid == before && record.at.hasSuffix("Z"))
        #expect(try stand.run(["restart", "auth"]) == 0)
        #expect(try stand.run(["restart", "nobody"]) != 0)
    }

    @Test("when the supervisor is killed its services die, and down cleans up", .timeLimit(.minutes(8)))
    func supervisorKilled() throws {
        let stand = try Stand()
        #expect(try stand.run(["up"]) == 0, "\(stand.said)")
        _ = try stand.get("/child", of: "executor")
        let supervisor = CInt(try #require(try stand.status()).pid)
        kill(supervisor, SIGKILL)
        #expect(
            stand.eventually {
                ProcessTable.listener(onPort: stand.portBase) == nil || stand.leftovers.count <= 1
            })
        #expect(try stand.run(["down"]) == 0)
        #expect(stand.leftovers.isEmpty && names(in: stand.home.run).isEmpty)
        #expect(try stand.run(["up"]) == 0, "\(stand.said)")
    }

    @Test("a service that hangs is aborted and replaced", .timeLimit(.minutes(8)))
    func hang() throws {
        let stand = try Stand()
        #expect(try stand.run(["up"]) == 0, "\(stand.said)")
        let before = try #require(try stand.status()?.services.first { $0.name == "ai" }?.pid)
        kill(CInt(before), SIGSTOP)
        #expect(
            try stand.eventually {
                let service = try stand.status()?.services.first { $0.name == "ai" }
                return service?.phase == "ready" && service?.pid != before
            })
    }

    @Test("a taken port is named with its holder before anything starts", .timeLimit(.minutes(8)))
    func conflict() throws {
        let stand = try Stand()
        let taken = try ListeningSocket.tcp(port: stand.portBase + 3)
        #expect(try stand.run(["up"]) != 0)
        #expect(
            stand.said.contains("port \(stand.portBase + 3) of collab is held by pid \(getpid())"),
            "\(stand.said)")
        #expect(stand.leftovers.isEmpty)
        withExtendedLifetime(taken) {}
    }

    @Test("a service that cannot start is told with its reason", .timeLimit(.minutes(8)))
    func crashAtStart() throws {
        let stand = try Stand(mode: "crash")
        #expect(try stand.run(["up"]) != 0)
        #expect(stand.said.contains("auth") && stand.said.contains("SIGABRT"), "\(stand.said)")
        #expect(try stand.run(["down"]) == 0)
        #expect(stand.leftovers.isEmpty)
    }
}
