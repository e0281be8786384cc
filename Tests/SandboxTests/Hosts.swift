import Glibc
import Sandbox
import SystemKit
import Testing

/// The one host of all suites, and how to use it briefly.
enum Hosts {
    /// Its pool does not grow, so that what it holds can be compared.
    private static let made = Task { try await SandboxHost(SandboxHost.Configuration(parked: 2)) }

    static var shared: SandboxHost { get async throws { try await made.value } }

    static func run(_ spec: SandboxSpec) async throws -> SandboxResult { try await shared.run(spec) }

    /// Waits until all sandboxes of runs are gone and the pool is full, ten seconds at most.
    static func rest() async throws { try await rest(try await shared) }

    static func rest(_ host: SandboxHost) async throws {
        for _ in 0..<400 {
            let figures = host.figures
            if figures.inUse == 0 && figures.parked == figures.wanted { return }
            try await Task.sleep(for: .milliseconds(25))
        }
    }

    /// A shell line with small limits.
    static func shell(_ line: String, limits: SandboxLimits = SandboxLimits()) async throws -> SandboxResult {
        try await run(SandboxSpec(argv: ["/bin/sh", "-c", line], limits: limits))
    }
}

extension CapturedOutput {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// One suite after the other: they count what this process leaves on the machine.
@Suite(.serialized)
enum Isolation {}
