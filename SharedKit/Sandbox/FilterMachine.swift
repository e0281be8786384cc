/// Runs a `SeccompFilter` as the kernel would: the one set of rules answers, whoever asks.
///
/// Only the instructions that our filters have; anything else ends in the answer of the kernel for a filter
/// that makes no sense, the death of the process.
struct FilterMachine: Sendable {
    /// What a filter says.
    enum Answer: Equatable, Sendable {
        case allow
        case refuse(Int32)
        case kill
    }

    private struct Step {
        let code: UInt16
        let jumpTrue: Int
        let jumpFalse: Int
        let operand: UInt32
    }

    private let steps: [Step]

    init(_ filter: SeccompFilter) {
        let bytes = filter.bytes
        var steps: [Step] = []
        for at in stride(from: 0, to: bytes.count, by: 8) {
            var operand: UInt32 = 0
            for byte in bytes[at + 4..<at + 8].reversed() { operand = operand << 8 | UInt32(byte) }
            let code = UInt16(bytes[at + 1]) << 8 | UInt16(bytes[at])
            let (jumpTrue, jumpFalse) = (Int(bytes[at + 2]), Int(bytes[at + 3]))
            steps.append(Step(code: code, jumpTrue: jumpTrue, jumpFalse: jumpFalse, operand: operand))
        }
        self.steps = steps
    }

    /// The answer to one call.
    func answer(number: UInt32, architecture: UInt32, arguments: [UInt64]) -> Answer {
        var (accumulator, position): (UInt32, Int) = (0, 0)
        while position < steps.count {
            let step = steps[position]
            position += 1
            switch step.code {
            case 0x20: accumulator = Self.load(step.operand, number, architecture, arguments)
            case 0x54: accumulator &= step.operand
            case 0x05: position += Int(step.operand)
            case 0x15: position += accumulator == step.operand ? step.jumpTrue : step.jumpFalse
            case 0x35: position += accumulator >= step.operand ? step.jumpTrue : step.jumpFalse
            case 0x06: return Self.meaning(of: step.operand)
            default: return .kill
            }
        }
        return .kill
    }

    /// `struct seccomp_data`: number, architecture, where the call was made, six arguments; low halves first.
    private static func load(
        _ offset: UInt32, _ number: UInt32, _ architecture: UInt32, _ arguments: [UInt64]
    ) -> UInt32 {
        switch offset {
        case 0: return number
        case 4: return architecture
        case 16..<64:
            let argument = arguments[Int(offset - 16) / 8]
            return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
        default: return 0
        }
    }

    /// SECCOMP_RET_...
    private static func meaning(of action: UInt32) -> Answer {
        switch action & 0xFFFF_0000 {
        case 0x7FFF_0000: .allow
        case 0x0005_0000: .refuse(Int32(action & 0xFFFF))
        default: .kill
        }
    }
}
