import Foundation
import SystemKit

/// A check of the fleet in Python, where the third-party clients live; it prints what failed and ends with 1
/// then.
struct ClientScript: Sendable, CustomStringConvertible {
    let name: String

    init(_ name: String) { self.name = name }

    var description: String { name }

    /// How a script ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: String

        /// The lines that say what is wrong, else the end of what was said.
        var complaint: String {
            let lines = output.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
            return lines.isEmpty ? String(output.suffix(4000)) : lines.prefix(40).joined(separator: "\n")
        }
    }

    /// Runs it to its end, on a thread of its own.
    func run(_ more: [String: String] = [:]) async throws -> Outcome {
        let name = name
        return try await withCheckedThrowingContinuation { done in
            do {
                _ = try DedicatedThread(named: "client-script") {
                    done.resume(with: Result { try Self.runBlocking(name, more) })
                }
            } catch {
                done.resume(throwing: error)
            }
        }
    }

    private static func runBlocking(_ name: String, _ more: [String: String]) throws -> Outcome {
        let process = Process()
        let surroundings = ProcessInfo.processInfo.environment
        process.executableURL = URL(
            fileURLWithPath: surroundings["CODECOLLAB_PYTHON"].flatMap(existing) ?? "/usr/bin/env")
        let script = "\(root)/Tests/Clients/\(name).py"
        process.arguments = process.executableURL?.path == "/usr/bin/env" ? ["python3", script] : [script]
        process.environment = surroundings.merging(more) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        // The pool's threads hold back what ends a process, and so would everything that is started by one.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }

    private static func existing(_ path: String) -> String? {
        FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// The installation that these sources belong to.
    static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().path
}
