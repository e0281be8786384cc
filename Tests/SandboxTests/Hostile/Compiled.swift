import Glibc
import HostilePrograms
import Sandbox
import Testing

/// Compiles the C programs, statically, inside a sandbox: the compile profile is tested on the way.
enum Compiled {
    /// Programs for a machine without a compiler: `program` and `bss`.
    private static let ready = getenv("CODECOLLAB_HOSTILE_PROGRAMS").map { String(cString: $0) }

    /// All programs but one, in one executable.
    static let program = Task { try await executable("program") }
    /// H6, whose size is the point.
    static let bss = Task { try await executable("bss") }

    private static func executable(_ name: String) async throws -> [UInt8] {
        if let ready { return try bytes(of: "\(ready)/\(name)") }
        let sources = name == "bss" ? HostileSources.bss : HostileSources.program
        let spec = SandboxSpec(
            profile: .compile,
            argv: HostileSources.command(name, of: sources),
            files: try (sources + HostileSources.headers).map {
                SandboxFile(path: $0, bytes: try bytes(of: "\(HostileSources.folder)/\($0)"))
            }, limits: SandboxLimits(cpu: .seconds(30), memoryBytes: 512 << 20), collect: [name])
        let result = try await Hosts.run(spec)
        let program = try #require(result.collected.first, "\(result.verdict) \(result.stderr.text)")
        #expect(program.isExecutable)
        return program.bytes
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// How a program of the catalogue is run.
    static func spec(_ program: HostileProgram) async throws -> SandboxSpec {
        try await spec(program.name, program.arguments, stdin: program.stdin, limits: program.limits)
    }

    /// How any of the C functions is run.
    static func spec(
        _ name: String, _ arguments: [String] = [], stdin: SandboxInput = .empty,
        limits: SandboxLimits = HostileProgram.small
    ) async throws -> SandboxSpec {
        let file = SandboxFile(path: "program", bytes: try await program.value, mode: 0o755)
        return SandboxSpec(
            argv: ["/box/program", name] + arguments, files: [file], stdin: stdin, limits: limits)
    }
}

/// Long forms take minutes, and run when `CODECOLLAB_LONG` is set.
let isLong = getenv("CODECOLLAB_LONG") != nil
