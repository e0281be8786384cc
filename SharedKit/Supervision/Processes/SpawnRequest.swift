private import CKernel
private import Glibc
package import SystemKit

/// A program to be started as a supervised child: in a process group of its own, with nothing inherited by
/// chance.
package struct SpawnRequest: Sendable {
    /// The program file.
    package var program: String
    /// Its arguments after the program's own name.
    package var arguments: [String] = []
    /// Its whole environment; nothing comes from ours.
    package var environment: [String: String] = [:]
    /// Listening sockets by name, which become descriptors 3, 4, ... and `LISTEN_FDS`, as systemd hands them
    /// over.
    package var sockets: [(name: String, descriptor: CInt)] = []
    /// Where its standard output and error go; nil is /dev/null.
    package var output: CInt?
    /// Where its standard error goes; nil is /dev/null.
    package var error: CInt?
    /// Its working directory; nil stays.
    package var directory: String?
    /// Whether it is killed when we die, however we die.
    package var diesWithUs = true
    /// Whether it leads a session of its own and so survives our terminal.
    package var ownSession = false
    /// The most files it may have open; nil keeps our limit.
    package var openFiles: Int?

    /// A program with the defaults above.
    package init(program: String) { self.program = program }

    /// Starts the program and says its pid. It must be called from a thread that lives as long as the child
    /// shall, because the kernel ties "dies with us" to the calling thread.
    /// - Throws: `SystemFailure` also when the program cannot be executed.
    package func start() throws(SystemFailure) -> CInt {
        precondition(sockets.count <= Int(CK_SPAWN_SOCKETS), "few sockets are passed down")
        let arguments = CStrings([program] + arguments)
        let environment = CStrings((environment.map { "\($0.key)=\($0.value)" } + listenVariables).sorted())
        let descriptors = sockets.map(\.descriptor)
        let pid = descriptors.withUnsafeBufferPointer { descriptors in
            program.withCString { path in
                withOptionalCString(directory) { directory in
                    var request = request
                    request.path = path
                    request.directory = directory
                    request.arguments = UnsafePointer(arguments.pointers)
                    request.environment = UnsafePointer(environment.pointers)
                    request.sockets = descriptors.baseAddress
                    return ck_spawn(&request)
                }
            }
        }
        guard pid != -1 else { throw SystemFailure(call: "start \(program)", errno: errno) }
        return pid
    }

    private var request: ck_spawn {
        var request = ck_spawn()
        request.socket_count = CInt(sockets.count)
        request.input = -1
        request.output = output ?? -1
        request.error = error ?? -1
        request.death_signal = diesWithUs ? SIGKILL : 0
        request.own_session = ownSession ? 1 : 0
        request.open_files = UInt(openFiles ?? 0)
        return request
    }

    /// `LISTEN_PID` is filled in by the child, who alone knows its number in time.
    private var listenVariables: [String] {
        guard !sockets.isEmpty else { return [] }
        return [
            "LISTEN_FDS=\(sockets.count)",
            "LISTEN_FDNAMES=\(sockets.map(\.name).joined(separator: ":"))",
            "LISTEN_PID=0000000000",
        ]
    }
}

/// A NULL-terminated array of C strings, freed with its owner.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + strings.count).initialize(to: nil)
    }

    deinit {
        var next = pointers
        while let string = next.pointee {
            free(string)
            next += 1
        }
        pointers.deallocate()
    }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result
{
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
