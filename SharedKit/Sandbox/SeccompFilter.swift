private import CSeccomp
private import Glibc
internal import SystemKit

/// A profile's rules as the bytes the kernel loads; made once, applied in every child.
///
/// libseccomp knows the numbers of the names; the program is ours, because libseccomp's rules cannot say
/// "any value but these" with an answer of its own for the rest. The number space is cut into intervals of
/// one answer each and searched by halving: about eight comparisons per call.
struct SeccompFilter: Sendable {
    private typealias Instruction = SeccompInstruction
    private typealias Interval = SeccompSearch.Interval

    /// `sock_filter` records of eight bytes.
    let bytes: [UInt8]

    /// The number of records.
    var instructionCount: UInt16 { UInt16(bytes.count / 8) }

    /// Compiles `profile`; names this libseccomp does not know stay unnamed, and get that answer.
    init(_ profile: SeccompProfile, unnamed: SystemCallAnswer = .refused(ENOSYS)) {
        let rest: UInt32 = if case .refused(let code) = unnamed { Action.errno(code) } else { Action.allow }
        let intervals = Self.intervals(of: Self.answers(of: profile), rest: .answer(rest))
        bytes = (Self.preamble + SeccompSearch(intervals).instructions).flatMap(\.bytes)
    }

    /// Asks for the answer to every call but the one, marked with `secret`, that hands over who is asked.
    init(askingUnless secret: UInt32) {
        let number = UInt32(seccomp_syscall_resolve_name("sendmsg"))
        let instructions: [Instruction] =
            Self.preamble + [
                .ifEqual(number, skip: 0, otherwise: 3), .loadUpperArgument(2),
                .ifEqual(secret, skip: 0, otherwise: 1), .answer(Action.allow), .answer(Action.ask),
            ]
        bytes = instructions.flatMap(\.bytes)
    }

    private static func answers(of profile: SeccompProfile) -> [UInt32: [Instruction]] {
        var answers: [UInt32: [Instruction]] = [:]
        for name in profile.refused { set([.answer(Action.errno(EPERM))], name, &answers) }
        for name in profile.allowed { set([.answer(Action.allow)], name, &answers) }
        for condition in profile.conditional { set(code(of: condition), condition.call, &answers) }
        return answers
    }

    private static func set(_ code: [Instruction], _ name: String, _ answers: inout [UInt32: [Instruction]]) {
        let number = seccomp_syscall_resolve_name(name)
        if number >= 0 { answers[UInt32(number)] = code }
    }

    /// Neighbours with the same answer become one interval.
    private static func intervals(of answers: [UInt32: [Instruction]], rest: Instruction) -> [Interval] {
        let unknown = [rest]
        let last = answers.keys.max() ?? 0
        var intervals: [Interval] = []
        for number in 0...last + 1 {
            let code = answers[number] ?? unknown
            if intervals.last?.code != code { intervals.append(Interval(start: number, code: code)) }
        }
        return intervals
    }

    private static func code(of condition: SeccompProfile.Condition) -> [Instruction] {
        let (match, rest) =
            condition.passes
            ? (Action.allow, Action.errno(condition.errno)) : (Action.errno(condition.errno), Action.allow)
        let tests = condition.values.flatMap {
            [Instruction.ifEqual($0, skip: 0, otherwise: 1), .answer(match)]
        }
        return [.loadArgument(condition.argument), .and(condition.mask)] + tests + [.answer(rest)]
    }

    /// Another ABI's call ends the process: the same number means another call there.
    private static var preamble: [Instruction] {
        #if arch(x86_64)
            let (architecture, foreignBit): (UInt32, UInt32) = (0xC000_003E, 0x4000_0000)
        #else
            let (architecture, foreignBit): (UInt32, UInt32) = (0xC000_00B7, 0x4000_0000)
        #endif
        return [
            .load(offset: Instruction.architectureOffset), .ifEqual(architecture, skip: 1, otherwise: 0),
            .answer(Action.killProcess), .load(offset: Instruction.numberOffset),
            .ifAtLeast(foreignBit, skip: 0, otherwise: 1), .answer(Action.killProcess),
        ]
    }

    /// SECCOMP_RET_...
    private enum Action {
        static let allow: UInt32 = 0x7FFF_0000
        static let killProcess: UInt32 = 0x8000_0000
        static let ask: UInt32 = 0x7FC0_0000
        static func errno(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }
    }
}
