import Glibc
import SystemKit

/// The other engine is missing or has died.
struct PeerFailure: Error, CustomStringConvertible {
    let problem: String
    var description: String { "the peer: \(problem)" }
}

/// Another engine in a process of its own that answers over pipes.
///
/// A frame is its length (32 bit, little endian) and parts, each behind its length; requests start with a
/// command.
final class Peer {
    private static let frameBytes = 1 << 28
    private let requests: FD
    private let answers: FD
    private let process: pid_t

    /// Starts `command`, looked up in the search path.
    init(_ command: [String]) throws {
        let (down, up) = (try Self.pipe(), try Self.pipe())
        requests = FD(owning: down[1])
        answers = FD(owning: up[0])
        let input = FD(owning: down[0])
        let output = FD(owning: up[1])
        signal(SIGPIPE, SIG_IGN)
        process = try Self.spawn(command, input: input.number, output: output.number)
    }

    /// Two ends that the child does not inherit.
    private static func pipe() throws -> [CInt] {
        var ends: [CInt] = [-1, -1]
        try check("pipe") { Glibc.pipe(&ends) }
        for end in ends { try check("fcntl") { fcntl(end, F_SETFD, FD_CLOEXEC) } }
        return ends
    }

    deinit {
        kill(process, SIGKILL)
        var status: CInt = 0
        waitpid(process, &status, 0)
    }

    private static func spawn(_ command: [String], input: CInt, output: CInt) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        setenv("NODE_PATH", "/usr/share/nodejs", 0)
        var words = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, command[0], &actions, nil, &words, environ)
        guard code == 0 else {
            throw PeerFailure(problem: "\(command[0]) cannot be started: \(String(cString: strerror(code)))")
        }
        return child
    }

    /// Sends a command with its parts and waits for the parts of the answer.
    func ask(_ command: String, _ parts: [[UInt8]] = []) throws -> [[UInt8]] {
        var body: [UInt8] = []
        for part in [Array(command.utf8)] + parts {
            body += Self.bytes(of: part.count)
            body += part
        }
        try requests.write(Self.bytes(of: body.count) + body)
        let header = try read(4)
        let length = Self.number(header[...])
        guard length <= Self.frameBytes else { throw PeerFailure(problem: "answered too much") }
        return try cut(try read(length))
    }

    private func cut(_ body: [UInt8]) throws -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var offset = 0
        while offset + 4 <= body.count {
            let end = offset + 4 + Self.number(body[offset..<offset + 4])
            guard end <= body.count else { throw PeerFailure(problem: "answered half a frame") }
            parts.append(Array(body[offset + 4..<end]))
            offset = end
        }
        return parts
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = try check("read") {
                bytes.withUnsafeMutableBytes {
                    Glibc.read(answers.number, $0.baseAddress! + filled, count - filled)
                }
            }
            guard got > 0 else { throw PeerFailure(problem: "has ended; are its packages installed?") }
            filled += got
        }
        return bytes
    }

    private static func bytes(of number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).littleEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
