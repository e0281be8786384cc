internal import CSandbox
private import CSeccomp
internal import Glibc
internal import SystemKit

/// Answers the system calls of one program as the filter of the profile `run` does, and notes them.
///
/// The program's own filter asks about every call (`SECCOMP_RET_USER_NOTIF`): one that refuses by itself
/// tells nobody. What is answered comes from the very filter that programs have otherwise, run by
/// `FilterMachine`, and from registers only, which no other thread can change: a report is never weaker. When
/// we end, the kernel answers every call with `ENOSYS`. A signal that a program handles ends a call that we
/// have not heard of yet with `EINTR`, where the handler asks for no restart: even calls that never say so.
final class CallReporter: Sendable {
    /// What a sandbox marks its own calls with until the program executes; no program can know it.
    static let secret = UInt32(randomBytes(4).reduce(1) { $0 << 8 | UInt64($1) } & 0xFFFF_FFFE | 1)
    private static let rules = FilterMachine(SeccompFilter(.rules(of: .report)))

    private struct Notes {
        var report = TriedCalls()
        /// What the sandbox itself does before the program executes is not the program's.
        var hasBegun = false
    }

    private let notes = Locked(Notes())

    /// Answers on a thread of its own until nobody is left who could ask.
    init(_ listener: SharedFD) throws(SystemFailure) {
        let notes = notes
        _ = try DedicatedThread(named: "sandbox-report") { Self.serve(listener, notes) }
    }

    /// What was tried so far; all of it when the program is dead.
    var report: TriedCalls { notes.withLock { $0.report } }

    private static func serve(_ listener: SharedFD, _ notes: Locked<Notes>) {
        withExtendedLifetime(listener) {
            let number = listener.descriptor.number
            let execute = UInt32(seccomp_syscall_resolve_name("execve"))
            var call = csb_call()
            while csb_next_call(number, &call) == 1 {
                let arguments = withUnsafeBytes(of: call.arguments) { Array($0.bindMemory(to: UInt64.self)) }
                let answer = rules.answer(
                    number: call.number, architecture: call.architecture, arguments: arguments)
                let errno: Int32? =
                    switch answer {
                    case .allow: nil
                    case .refuse(let errno): errno
                    case .kill: ENOSYS  // the program's own filter has ended it before
                    }
                notes.withLock { notes in
                    if call.number == execute, arguments[5] == UInt64(secret) {
                        notes = Notes(hasBegun: true)
                    } else if notes.hasBegun {
                        notes.report.note(call.number, errno: errno, firstArgument: arguments[0])
                    }
                }
                if csb_answer_call(number, call.id, errno ?? CInt(CSB_GOES_ON)) == -1 { return }
            }
        }
    }
}
