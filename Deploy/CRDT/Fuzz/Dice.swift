/// Numbers that look random and that the seed decides.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// From 0 up to `bound`, excluded.
    mutating func roll(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// In another order, some twice.
    mutating func shuffled<Element>(_ elements: [Element], duplicates: Bool) -> [Element] {
        var result = elements
        if duplicates { for element in elements where roll(3) == 0 { result.append(element) } }
        var index = result.count - 1
        while index > 0 {
            result.swapAt(index, roll(index + 1))
            index -= 1
        }
        return result
    }
}
