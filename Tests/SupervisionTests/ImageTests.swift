import Contracts
import Glibc
import Supervision
import Testing

/// Programs that others wrote, beside the Python of the tests.
private enum Checker {
    static let folder = getenv("CODECOLLAB_PYTHON").map { String(cString: $0) }.map { path in
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    static func has(_ name: String) -> Bool { folder.map { access("\($0)/\(name)", X_OK) == 0 } ?? false }

    /// Runs the program at the root of the repository; its exit code and what it said.
    static func run(_ name: String, _ arguments: [String]) throws -> (code: CInt, said: String) {
        let output = try Folder()
        let file = open("\(output.path)/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        var request = SpawnRequest(program: "\(try #require(folder))/\(name)")
        request.arguments = arguments
        request.directory = Stand.root
        request.environment = [
            "PATH": "/usr/bin:/bin", "CODECOLLAB_INTERNAL_KEY": String(repeating: "0", count: 64),
        ]
        request.output = file
        request.error = file
        let pid = try request.start()
        var status: CInt = 0
        waitpid(pid, &status, 0)
        return (status == 0 ? 0 : max(1, status >> 8), readText("\(output.path)/out") ?? "")
    }
}

@Suite("the container files", .timeLimit(.minutes(8))) struct ImageTests {
    @Test(
        "compose describes the fleet of fleet.json, and compose v2 accepts it",
        .enabled(if: Checker.has("docker-compose"), "no docker-compose beside CODECOLLAB_PYTHON"))
    func compose() throws {
        let answer = try Checker.run("docker-compose", ["-f", "compose.yaml", "config", "--format", "json"])
        #expect(answer.code == 0, "\(answer.said)")
        guard case .object(let services) = try JSONValue.decode(Array(answer.said.utf8))["services"] else {
            Issue.record("no services in \(answer.said)")
            return
        }
        let bytes = try #require(readBytes("\(Stand.root)/Deploy/fleet.json"))
        let fleet = try FleetDescription.parse(bytes)
        #expect(Set(services.map(\.name)) == Set(fleet.services.map(\.name)))
        for service in fleet.services {
            let described = try #require(services.first { $0.name == service.name }).value
            guard case .object(let needs) = described["depends_on"] ?? .object([]) else { continue }
            #expect(Set(needs.map(\.name)) == Set(service.dependsOn), "\(service.name)")
            #expect(described["healthcheck"]?["test"]?.elements?.last?.text == "--healthcheck")
            #expect(described["entrypoint"]?.elements?.last?.text == "\(service.port)")
            #expect(described["read_only"] == .bool(true))
        }
    }

    @Test(
        "hadolint finds nothing in the Dockerfile",
        .enabled(if: Checker.has("hadolint"), "no hadolint beside CODECOLLAB_PYTHON"))
    func dockerfile() throws {
        let pinsNoVersions = ["--ignore", "DL3008"]
        let answer = try Checker.run("hadolint", pinsNoVersions + ["Dockerfile"])
        #expect(answer.code == 0, "\(answer.said)")
    }
}
