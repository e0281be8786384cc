private import Glibc
private import SystemKit

/// Starts a tool of this machine (never a user's program) and reads what it says.
enum ToolProbe {
    /// Standard output and error together, empty when it cannot be started, cut at `Limits.versionBytes`.
    static func output(_ argv: [String]) -> String {
        var ends: [CInt] = [0, 0]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return "" }
        let reader = FD(owning: ends[0])
        let child = spawn(argv, writing: FD(owning: ends[1]))
        guard let child else { return "" }
        let said = read(reader.number)
        kill(child, SIGKILL)
        ignoring("the child is ours and was not waited for") {
            try check("waitpid") { waitpid(child, nil, 0) }
        }
        return said
    }

    /// Takes the writing end, so that the end of the child is the end of the file.
    private static func spawn(_ argv: [String], writing end: consuming FD) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, end.number, 1)
        posix_spawn_file_actions_adddup2(&actions, end.number, 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = argv.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var child = pid_t()
        let code = posix_spawn(&child, argv[0], &actions, nil, arguments, environ)
        return code == 0 ? child : nil
    }

    /// Reads until the end, the limit, or the end of patience.
    private static func read(_ descriptor: CInt) -> String {
        let deadline = monotonicNanoseconds() + UInt64(Limits.versionPatience.wholeMilliseconds) * 1_000_000
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while bytes.count < Limits.versionBytes {
            let now = monotonicNanoseconds()
            if now >= deadline { break }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&request, 1, CInt(clamping: (deadline - now) / 1_000_000 + 1))
            if ready == -1 && errno == EINTR { continue }
            let count = ready > 0 ? Glibc.read(descriptor, &chunk, chunk.count) : 0
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
