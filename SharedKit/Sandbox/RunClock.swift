internal import Glibc
internal import SystemKit

/// When a run has to be looked at again: no ticks, only moments at which something can have happened.
struct RunClock {
    private enum Limits {
        /// The last stretch to a CPU limit is looked at no more often than this.
        static let shortestCheck: UInt64 = 500_000
        /// Killed programs that are still there after this are killed through init.
        static let patience: UInt64 = 1_000_000_000
        /// The kernel's own accounting is no finer.
        static let shortestSample: UInt64 = 10_000_000
        /// So long the sandbox of a program that is over waits for its owner, who ends it by letting go: the
        /// result comes first. Later than a processor's next tick, a timer costs next to nothing.
        static let farewell: UInt64 = 20_000_000
    }

    private static let processors = UInt64(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1))

    private let begun: UInt64
    private var start: UInt64
    private let wallLimit: UInt64
    private let cpuLimit: UInt64
    private(set) var wallEnd: UInt64
    private(set) var cpuCheck: UInt64
    private(set) var nextSample: UInt64?
    private(set) var patienceEnd: UInt64?
    /// When its sandbox may be taken apart.
    private(set) var farewell: UInt64?
    private var standing: Standing?
    private var sampleDistance: UInt64

    /// - Parameter mayMakeWay: whether the kernel can let it run after all others.
    init(
        limits: SandboxLimits, begun: UInt64, now: UInt64, sampleRate: Duration?, mayMakeWay: Bool,
        startPrice: StartPrice
    ) {
        self.begun = begun
        start = now
        wallLimit = limits.wall.wholeNanoseconds + UInt64(startPrice.wallMicroseconds) * 1000
        cpuLimit = limits.cpu.wholeNanoseconds
        wallEnd = now + wallLimit
        cpuCheck = now + cpuLimit / Self.processors
        sampleDistance = max(sampleRate?.wholeNanoseconds ?? 0, Limits.shortestSample)
        nextSample = sampleRate == nil ? nil : now + sampleDistance
        standing = mayMakeWay ? Standing(now: now, processors: Self.processors) : nil
    }

    var rank: Standing.Rank { standing?.rank ?? .newcomer }
    var makesWay: Bool { rank == .last }
    /// Whether the CPU time is to be looked at.
    func wantsCPU(at now: UInt64) -> Bool { cpuCheck <= now || standing?.nextLook ?? .max <= now }

    /// Whether from now on it makes way, or does not any more.
    mutating func changesStanding(usedMicroseconds: Int?, now: UInt64, among others: Int) -> Bool {
        standing?.look(used: UInt64(usedMicroseconds ?? 0) * 1000, now: now, among: others) ?? false
    }

    /// The result is given away.
    mutating func settled(at instant: UInt64) { farewell = instant + Limits.farewell }
    mutating func saidFarewell() { farewell = nil }

    mutating func started(at instant: UInt64) {
        start = instant
        if wallEnd != .max { wallEnd = instant + wallLimit }
    }

    mutating func killed(at instant: UInt64) {
        patienceEnd = instant + Limits.patience
        (wallEnd, cpuCheck) = (.max, .max)
        standing = nil
    }

    /// The program is over; init has this long to go.
    mutating func ended(at instant: UInt64) {
        patienceEnd = instant + Limits.patience
        (wallEnd, cpuCheck, nextSample) = (.max, .max, nil)
        standing = nil
    }

    /// Init was killed too; nothing more can be done but wait for the kernel.
    mutating func lostPatience() { patienceEnd = nil }

    /// The earliest moment at which the limit can be passed, given what is used; false when it is.
    mutating func mayUseMore(usedMicroseconds: Int?, now: UInt64) -> Bool {
        guard let usedMicroseconds else {
            cpuCheck = .max
            return true
        }
        let used = UInt64(usedMicroseconds) * 1000
        if used > cpuLimit { return false }
        cpuCheck = now + max((cpuLimit - used) / Self.processors, Limits.shortestCheck)
        return true
    }

    mutating func sampled(now: UInt64) { nextSample = now + sampleDistance }
    mutating func sampleHalfAsOften() { sampleDistance *= 2 }

    var next: UInt64 {
        let end = min(wallEnd, patienceEnd ?? .max, farewell ?? .max)
        return min(end, cpuCheck, standing?.nextLook ?? .max, nextSample ?? .max)
    }
    var setupMicroseconds: Int { Int((max(start, begun) - begun) / 1000) }
    func wallMicroseconds(until end: UInt64) -> Int { Int((max(end, start) - start) / 1000) }
}

/// Usage over time, in bounded memory: when full, every second sample goes.
struct SampleBuffer {
    /// One minute at 100 Hz.
    private static let capacity = 6000

    private(set) var samples: [SandboxSample] = []

    /// Adds one; true when samples have to come half as often from now on.
    mutating func add(_ sample: SandboxSample) -> Bool {
        samples.append(sample)
        guard samples.count == Self.capacity else { return false }
        samples = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
        return true
    }
}
