import Glibc
import Sandbox
import SystemKit
import Testing

/// The one host of all suites, and how to use it briefly.
enum Hosts {
    private static let made = Task { try await SandboxHost() }

    static var shared: SandboxHost { get async throws { try await made.value } }

    static func run(_ spec: SandboxSpec) async throws -> SandboxResult { try await shared.run(spec) }

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
