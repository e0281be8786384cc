private import CSeccomp
private import Glibc
internal import SystemKit

/// A profile's rules as the bytes the kernel loads; made once, applied in every child.
///
/// libseccomp knows the numbers of the names; the program is ours, because libseccomp's rules cannot say
/// "any value but these" with an answer of its own for the rest. The number space is cut into intervals of
/// one answer each and searched by halving: about eight comparisons per call.
struct SeccompFilter: Sendable {
    /// `sock_filter` records of eight bytes.
    let bytes: [UInt8]

    /// The number of records.
    var instructionCount: UInt16 { UInt16(bytes.count / 8) }

    /// Compiles `profile`; names this libseccomp does not know stay unnamed, and get that answer.
    init(_ profile: SeccompProfile, unnamed: SystemCallAnswer = .refused(ENOSYS)) {
        let rest: UInt32 = if case .refused(let code) = unnamed { Action.errno(code) } else { Action.allow }
        let intervals = Self.intervals(of: Self.answers(of: profile), rest: .answer(rest))
        let instructions = Self.preamble + Self.search(intervals[...])
        bytes = instructions.flatMap(\.bytes)
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

    /// One interval of numbers from `start` up to the next one's start.
    private struct Interval {
        let start: UInt32
        let code: [Instruction]
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

    private static func search(_ intervals: ArraySlice<Interval>) -> [Instruction] {
        guard intervals.count > 1 else { return intervals.first?.code ?? [] }
        let middle = intervals.startIndex + intervals.count / 2
        let (low, high) = (search(intervals[..<middle]), search(intervals[middle...]))
        // To translate a filter takes the kernel longer than all else that a start asks of it: short jumps.
        if let distance = UInt8(exactly: low.count) {
            return [.ifAtLeast(intervals[middle].start, skip: distance, otherwise: 0)] + low + high
        }
        return [.ifAtLeast(intervals[middle].start, skip: 0, otherwise: 1), .jump(low.count)] + low + high
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

extension SeccompFilter {
    /// One classic BPF instruction over `struct seccomp_data`.
    fileprivate struct Instruction: Hashable {
        static let numberOffset: UInt32 = 0
        static let architectureOffset: UInt32 = 4
        private static let argumentsOffset: UInt32 = 16

        let code: UInt16
        var jumpTrue: UInt8 = 0
        var jumpFalse: UInt8 = 0
        let operand: UInt32

        static func load(offset: UInt32) -> Self { Self(code: 0x20, operand: offset) }
        /// The low half of an argument, on machines that store it first.
        static func loadArgument(_ index: Int) -> Self { load(offset: argumentsOffset + 8 * UInt32(index)) }
        /// Its high half, which the kernel does not look at where the argument is an `int`.
        static func loadUpperArgument(_ index: Int) -> Self {
            load(offset: argumentsOffset + 8 * UInt32(index) + 4)
        }
        static func and(_ mask: UInt32) -> Self { Self(code: 0x54, operand: mask) }
        static func jump(_ distance: Int) -> Self { Self(code: 0x05, operand: UInt32(distance)) }
        static func answer(_ action: UInt32) -> Self { Self(code: 0x06, operand: action) }
        static func ifEqual(_ value: UInt32, skip: UInt8, otherwise: UInt8) -> Self {
            Self(code: 0x15, jumpTrue: skip, jumpFalse: otherwise, operand: value)
        }
        static func ifAtLeast(_ value: UInt32, skip: UInt8, otherwise: UInt8) -> Self {
            Self(code: 0x35, jumpTrue: skip, jumpFalse: otherwise, operand: value)
        }

        /// `struct sock_filter`.
        var bytes: [UInt8] {
            [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8), jumpTrue, jumpFalse]
                + (0..<4).map { UInt8(truncatingIfNeeded: operand >> (8 * $0)) }
        }
    }
}
