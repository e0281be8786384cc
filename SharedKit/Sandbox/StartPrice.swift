internal import Synchronization

/// What it takes to start and to end a program that does nothing, and no program can save.
///
/// A limit is for what a program does: it holds without this price, which the host's self-test measures. So a
/// program that needs a hundredth less than its limit is never ended by the price of its start.
final class StartPrice: Sendable {
    /// A machine that is busy while it is measured gives nothing away: microseconds.
    private static let most = 3000

    private let cpu = Atomic<Int>(0)
    private let wall = Atomic<Int>(0)

    var cpuMicroseconds: Int { cpu.load(ordering: .relaxed) }
    var wallMicroseconds: Int { wall.load(ordering: .relaxed) }

    /// Of several starts the cheapest says most. They were of a dynamic program; a static one is a quarter
    /// cheaper, and neither shall be given more than it pays.
    func measure(_ starts: [SandboxResult]) {
        let used = starts.map { $0.cpuUserMicroseconds + $0.cpuSystemMicroseconds }.min() ?? 0
        let lasted = starts.map(\.wallMicroseconds).min() ?? 0
        cpu.store(min(used * 3 / 4, Self.most), ordering: .relaxed)
        wall.store(min(lasted * 3 / 4, Self.most), ordering: .relaxed)
    }
}
