import Artifacts
import Contracts
import Credentials
import Glibc
import SystemKit

/// The executor's own executable, asked over its Unix socket by one kept connection, as a service beside it
/// does.
final class ExecutorProcess {
    private let home: String
    private let process: pid_t
    private let connection: CInt
    private let signer: IdentitySigner
    private let body: [UInt8]
    private var signed: (request: [UInt8], until: Int64)?
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    /// Starts it and shows it a program; nothing where the executable was not built.
    convenience init?(program: String) throws {
        try self.init(settings: ["PATH=\(getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")"]) {
            let store = try ArtifactStore(directory: "\($0)/artifacts")
            let artifact = try store.store(executable: try FileBytes.read(program, atMost: 1 << 24))
            return #"{"language":"c","artifact":"\#(artifact.digest.text)"}"#
        }
    }

    /// - Parameters:
    ///   - settings: variables for it, with their values.
    ///   - request: what it is asked, given its home.
    init?(settings: [String], request: (_ home: String) throws -> String) throws {
        var name = Array("/tmp/codecollab-http-XXXXXX".utf8CString)
        precondition(mkdtemp(&name) != nil, "/tmp can be written")
        home = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let executable = Self.beside("executor")
        guard LatencyBench.exists(executable) else { return nil }
        let key = String(repeating: "5a", count: 32)
        signer = IdentitySigner(
            IdentityKeys(of: .gateway, root: Secret([UInt8](repeating: 0x5a, count: 32))))
        body = Array(try request(home).utf8)
        process = Self.spawn(
            [executable, "--port", "0", "--socket", "\(home)/executor.sock"],
            [
                "CODECOLLAB_HOME=\(home)", "CODECOLLAB_ARTIFACTS=\(home)/artifacts",
                "CODECOLLAB_INTERNAL_KEY=\(key)", "HOME=\(home)",
            ] + settings)
        connection = Self.connect(to: "\(home)/executor.sock")
        run()
        while isLearning { usleep(50_000) }
    }

    /// Whether it still asks compilers for their versions, beside which nothing can be measured.
    private var isLearning: Bool {
        let threads = ignoring("it has ended") { try DirectoryListing.names(in: "/proc/\(process)/task") }
        return (threads ?? []).contains { thread in
            let name = ignoring("it has ended since") {
                try FileBytes.read("/proc/\(process)/task/\(thread)/comm", atMost: 64)
            }
            return name.map { String(decoding: $0, as: UTF8.self) } == "tool-versions\n"
        }
    }

    deinit {
        close(connection)
        kill(process, SIGKILL) // a thread of ours may have passed on a mask without SIGTERM
        waitpid(process, nil, 0)
        Bare.run(["rm", "-rf", home])
    }

    /// Runs the program once; its answer. Blocks.
    ///
    /// Nothing but the exchange is in it that need not be: the request is written before, and the answer is
    /// not read through twice.
    @discardableResult
    func run() -> String {
        let request = currentRequest()
        precondition(send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
        let answer = receive()
        precondition(Self.index(after: #""stdout":{"content":"hello\n""#, in: answer) != nil, text(answer))
        return text(answer)
    }

    /// The request, signed anew every few seconds.
    private func currentRequest() -> [UInt8] {
        let now = WallClock.system.now()
        if let signed, now.milliseconds < signed.until { return signed.request }
        var identity = Identity()
        identity.scopes = [.run]
        let statement = signer.sign(identity, to: .executor, now: now) ?? ""
        let head = """
            POST /v1/executions HTTP/1.1\r\nHost: executor\r\nContent-Type: application/json\r\n\
            Prefer: wait=30\r\n\(IdentityHeader.name): \(statement)\r\n\
            Content-Length: \(body.count)\r\n\r\n
            """
        let request = Array(head.utf8) + body
        signed = (request, now.milliseconds + 5000)
        return request
    }

    /// One answer, whose end its length says.
    private func receive() -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            precondition(count > 0, "the executor answers: \(text(bytes))")
            bytes += buffer[..<count]
            guard let end = Self.index(after: "\r\n\r\n", in: bytes) else { continue }
            let field = Self.index(after: "\r\ncontent-length: ", in: bytes) ?? end
            let length = bytes[field...].prefix { $0 != 13 }.reduce(0) { $0 * 10 + Int($1 & 0x0f) }
            if bytes.count >= end + length { return bytes }
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Where `mark` ends, whatever the case of its letters.
    private static func index(after mark: StaticString, in bytes: [UInt8]) -> Int? {
        let mark = UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
        return bytes.withUnsafeBufferPointer { bytes in
            (0..<max(bytes.count - mark.count + 1, 0)).first { start in
                mark.indices.allSatisfy { bytes[start + $0] | 0x20 == mark[$0] | 0x20 }
            }.map { $0 + mark.count }
        }
    }

    private static func beside(_ name: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        let own = String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/\(name)"
    }

    private static func spawn(_ arguments: [String], _ environment: [String]) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let pointers = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        var process = pid_t()
        let code = posix_spawn(&process, arguments[0], &actions, nil, pointers, variables)
        precondition(code == 0, "\(arguments[0]) can be started")
        posix_spawn_file_actions_destroy(&actions)
        for pointer in pointers + variables { free(pointer) }
        return process
    }

    /// Waits until it listens, half a minute at most.
    private static func connect(to path: String) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        for _ in 0..<600 {
            let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 { return number }
            close(number)
            usleep(50_000)
        }
        preconditionFailure("the executor listens at \(path)")
    }
}
