/// One classic BPF instruction over `struct seccomp_data`.
struct SeccompInstruction: Hashable {
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
