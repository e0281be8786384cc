import Foundation

/// A program of the installation that these sources belong to, run to its end.
enum Program {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let words: String
    }

    static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The tool; it lies beside the tests, or in the build of the sources.
    static let crdt: String = "\(root)/.build/release/crdt"

    static func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Whether the tool is built and not older than this build of the tests can use.
    static var hasTool: Bool { isThere(crdt) }

    static var hasYjs: Bool {
        hasTool && isThere("/usr/bin/node") && FileManager.default.fileExists(atPath: "/usr/share/nodejs/yjs")
    }

    /// The Python of the tests.
    static var python: String {
        ProcessInfo.processInfo.environment["CODECOLLAB_PYTHON"] ?? "\(root)/.build/venv/bin/python"
    }

    static var hasYrs: Bool {
        guard hasTool, isThere(python) else { return false }
        do {
            return try run(python, ["-c", "import pycrdt"]).status == 0
        } catch {
            return false
        }
    }

    /// Runs `path`; what it says goes through files, so that no pipe can fill up.
    static func run(_ path: String, _ arguments: [String]) throws -> Outcome {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = try folder.handle("output")
        process.standardError = try folder.handle("words")
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try folder.text("output"),
            words: try folder.text("words"))
    }

    static func crdt(_ arguments: String...) throws -> Outcome { try run(crdt, arguments) }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "\(NSTemporaryDirectory())/codecollab-crdt-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
    }

    func handle(_ name: String) throws -> FileHandle {
        _ = try write(name, [])
        return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(name)"))
    }
}
