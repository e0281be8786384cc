import Contracts

/// Numbers that look random and come again with the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Samples as an executor takes them of a busy program: 100 a second with jitter, memory up and down.
func samples(_ count: Int, seed: UInt64 = 7) -> [UsageSample] {
    var chance = Seeded(state: seed)
    var at = 0
    var sample = UsageSample()
    return (0..<count).map { _ in
        sample.atMicroseconds = at
        sample.memoryBytes = max(0, sample.memoryBytes + Int.random(in: -65_536...81_920, using: &chance))
        sample.cpuMicroseconds += Int.random(in: 0...10_000, using: &chance)
        sample.minorFaults += Int.random(in: 0...40, using: &chance)
        sample.processes = Int.random(in: 1...9, using: &chance)
        at += Int.random(in: 9_000...11_500, using: &chance)
        return sample
    }
}
