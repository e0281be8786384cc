private import CSeccomp
private import Glibc

/// What a profile's filter says to a system call.
package enum SystemCallAnswer: Sendable, Hashable {
    /// It is made, whatever its arguments.
    case allowed
    /// It is made or refused depending on an argument.
    case conditional
    /// It fails with this error number: `EPERM` for a right that no program has, `ENOSYS` for the unknown.
    case refused(Int32)
}

extension SandboxProfile {
    /// The answer to each system call number that the profile names; every other number gets `ENOSYS`.
    package var answers: [Int: SystemCallAnswer] {
        let rules = SeccompProfile.rules(of: self)
        var answers: [Int: SystemCallAnswer] = [:]
        func set(_ answer: SystemCallAnswer, _ name: String) {
            let number = seccomp_syscall_resolve_name(name)
            if number >= 0 { answers[Int(number)] = answer }
        }
        for name in rules.refused { set(.refused(EPERM), name) }
        for name in rules.allowed { set(.allowed, name) }
        for condition in rules.conditional { set(.conditional, condition.call) }
        return answers
    }
}
