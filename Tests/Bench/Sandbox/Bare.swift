import Glibc

/// A process of this machine, started as cheaply as the C library can: what everything is compared with.
enum Bare {
    /// Runs a program to its end and reads what it writes. Blocks.
    @discardableResult
    static func run(_ arguments: [String]) -> String {
        var ends: [CInt] = [-1, -1]
        precondition(pipe(&ends) == 0, "a pipe can be made")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])
        let pointers = arguments.map { strdup($0) } + [nil]
        var process = pid_t()
        let code = posix_spawnp(&process, arguments[0], &actions, nil, pointers, environ)
        precondition(code == 0, "\(arguments[0]) can be started")
        posix_spawn_file_actions_destroy(&actions)
        for pointer in pointers { free(pointer) }
        close(ends[1])
        let output = String(decoding: readToEnd(ends[0]), as: UTF8.self)
        close(ends[0])
        var status: CInt = 0
        waitpid(process, &status, 0)
        return output
    }

    /// Makes a file.
    static func write(_ text: String, to path: String) {
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(number >= 0 && Glibc.write(number, text, text.utf8.count) == text.utf8.count, path)
        close(number)
    }

    /// What is in a file.
    static func bytes(of path: String) -> [UInt8] {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        precondition(number >= 0, path)
        defer { close(number) }
        return readToEnd(number)
    }

    private static func readToEnd(_ number: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(number, &buffer, buffer.count)
            if count <= 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
