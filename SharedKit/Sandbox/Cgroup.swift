internal import CSandbox
internal import Glibc
internal import SystemKit

/// The cgroups of one run, one per hierarchy, for reading: the warden makes, limits and removes them.
struct Cgroup: ~Copyable, Sendable {
    let parts: [CgroupPart]
    /// What memory figures are read from.
    let basis: String

    private struct Uncounted {
        var joined = 0
        var born = 0
    }

    /// CPU time that is not the program's: the making of the sandbox, as the cgroup and as init counts it.
    private let uncounted = Locked(Uncounted())
    /// Not the program's either.
    let startPrice: StartPrice
    /// Whether all of it runs after everybody else, and how much it weighs beside others, where the kernel
    /// can do that. Nothing else of a cgroup may the service write.
    private let idle: SharedFD?
    private let share: SharedFD?

    /// - Parameter startPrice: nil is what a start costs here.
    init(
        _ parts: [CgroupPart], idle: SharedFD?, share: SharedFD?, _ cgroups: Cgroups,
        startPrice: StartPrice? = nil
    ) {
        self.parts = parts
        basis = cgroups.kind == .v2 ? "cgroup v2" : cgroups.kind == .none ? "rss" : "cgroup v1"
        self.idle = idle
        self.share = share
        self.startPrice = startPrice ?? cgroups.startPrice
    }

    /// Whether a cgroup, not the user's rlimit, bounds memory and processes.
    var limitsProcesses: Bool {
        parts.contains { [.memory, .pids, .unified].contains($0.controller) }
    }

    /// Whether it, not every process by itself, counts CPU time.
    var countsCPU: Bool { part(.cpuacct) != nil }

    /// Leaves out what the making of the sandbox cost.
    func startCounting(_ ready: csb_message) {
        guard ready.born_microseconds > 0 else { return }
        uncounted.withLock {
            $0 = Uncounted(joined: Int(ready.joined_microseconds), born: Int(ready.born_microseconds))
        }
    }

    /// Leaves out all that was used until now; `born` is what init knows of it.
    func startCounting(born: Int) {
        let used = usedMicroseconds ?? 0
        uncounted.withLock { $0 = Uncounted(joined: used, born: born) }
    }

    /// Without the price of a start; who ran at all used something.
    private func net(_ microseconds: Int) -> Int {
        max(microseconds - startPrice.cpuMicroseconds, min(microseconds, 1), 0)
    }

    /// Whether the kernel can let all of it run after everybody else.
    var mayMakeWay: Bool { idle != nil }

    /// Lets all of it run as its standing says.
    func stand(as rank: Standing.Rank) {
        guard rank == .known else { return makeWay(rank == .last) }
        ignoring("a run that weighs too much is slower for others, no more") {
            try share?.descriptor.write(Array(part(.unified) == nil ? Self.oldShare.utf8 : Self.share.utf8))
        }
    }

    /// An eighth of what a cgroup weighs by itself: 1024 in version 1, 100 in version 2.
    private static let (oldShare, share) = ("128", "12")

    /// Lets all of it run after everybody else, or as an equal again.
    func makeWay(_ makesWay: Bool) {
        ignoring("a run that nobody lets past is slower for others, no more") {
            try idle?.descriptor.write([makesWay ? 0x31 : 0x30])
        }
    }

    private func part(_ controller: CgroupLayout.Controller) -> CgroupPart? {
        parts.first { $0.controller == controller || $0.controller == .unified }
    }

    /// CPU time of the program so far; nil where nothing counts it.
    var cpuMicroseconds: Int? { usedMicroseconds.map { net($0 - uncounted.snapshot.joined) } }

    private var usedMicroseconds: Int? {
        guard let part = part(.cpuacct) else { return nil }
        if part.controller == .unified { return part.field("usage_usec", of: "cpu.stat") }
        return part.number(in: "cpuacct.usage").map { $0 / 1000 }
    }

    /// CPU time in user mode and in the kernel; `reaped` is what init knows of. The kernel samples the split
    /// by ticks and counts the sum exactly: of what is shorter than a tick it knows nothing.
    func cpuSplitMicroseconds(otherwise reaped: (user: Int, system: Int)) -> (user: Int, system: Int) {
        let total = cpuMicroseconds ?? net(reaped.user + reaped.system - uncounted.snapshot.born)
        let (user, system) = total < Self.shortestTick ? (0, 0) : cpuSplit ?? reaped
        let share = user + system == 0 ? 0.5 : Double(user) / Double(user + system)
        let userMicroseconds = Int(Double(total) * share)
        return (userMicroseconds, total - userMicroseconds)
    }

    /// In microseconds: the kernel's own choice is 1000 ticks a second at most (`CONFIG_HZ`).
    private static let shortestTick = 1000

    /// The same for its whole life, each in the unit of the file.
    private var cpuSplit: (user: Int, system: Int)? {
        guard let part = part(.cpuacct) else { return nil }
        let (user, system) =
            part.controller == .unified
            ? (part.field("user_usec", of: "cpu.stat"), part.field("system_usec", of: "cpu.stat"))
            : (part.number(in: "cpuacct.usage_user"), part.number(in: "cpuacct.usage_sys"))
        guard let user, let system else { return nil }
        return (user, system)
    }

    /// Memory now.
    var memoryBytes: Int? {
        guard let part = part(.memory) else { return nil }
        return part.number(in: part.controller == .unified ? "memory.current" : "memory.usage_in_bytes")
    }

    /// The most memory so far.
    var memoryPeakBytes: Int? {
        guard let part = part(.memory) else { return nil }
        return part.number(in: part.controller == .unified ? "memory.peak" : "memory.max_usage_in_bytes")
    }

    /// Processes the kernel killed for memory. Version 1's `failcnt` stays 0 on hybrid machines.
    var outOfMemoryKills: Int {
        guard let part = part(.memory) else { return 0 }
        return part.field(
            "oom_kill", of: part.controller == .unified ? "memory.events" : "memory.oom_control") ?? 0
    }

    /// Page faults so far: all of them, and those that waited for a disk.
    var pageFaults: (all: Int, major: Int) {
        guard let part = part(.memory), let text = part.text(of: "memory.stat") else { return (0, 0) }
        return (
            CgroupPart.field("pgfault", in: text) ?? 0, CgroupPart.field("pgmajfault", in: text) ?? 0
        )
    }

    /// Processes and threads now, at most so far, and how often one more was refused.
    var processes: Int { part(.pids)?.number(in: "pids.current") ?? 0 }
    /// The most at one moment.
    var processesPeak: Int { part(.pids)?.number(in: "pids.peak") ?? 0 }
    /// How often a fork was refused.
    var refusedForks: Int { part(.pids)?.field("max", of: "pids.events") ?? 0 }

    /// Whether it was that, when `event` is ready: version 2 also tells of every reclaim at the limit.
    func didRunOut(_ event: SharedFD) -> Bool {
        guard part(.memory)?.controller == .unified else { return true }
        lseek(event.descriptor.number, 0, SEEK_SET)
        let text = String(decoding: readAll(event.descriptor.number), as: UTF8.self)
        return text.split(separator: "\n").contains { $0.hasPrefix("oom_kill ") && $0 != "oom_kill 0" }
    }

    /// A descriptor that becomes ready when memory runs out, in version 2; version 1's event is the warden's.
    func watchMemory() throws(SystemFailure) -> SharedFD? {
        guard let part = parts.first(where: { $0.controller == .unified }) else { return nil }
        let events = try part.open("memory.events", O_RDONLY)
        // What was never read is ready at once.
        _ = readAll(events.number)
        return SharedFD(events)
    }
}

/// One directory of one run, or of all runs of a cell, one after the other.
final class CgroupPart: Sendable {
    let controller: CgroupLayout.Controller
    private let directory: SharedFD
    /// What is read when the run is over, opened while nobody waits.
    private let figures: [String: SharedFD]

    init(_ controller: CgroupLayout.Controller, _ directory: SharedFD) {
        self.controller = controller
        self.directory = directory
        figures = Dictionary(
            uniqueKeysWithValues: controller.figures.compactMap { name in
                let number = openat(directory.descriptor.number, name, O_RDONLY | O_CLOEXEC)
                return number < 0 ? nil : (name, SharedFD(FD(owning: number)))
            })
    }

    /// The longest, `memory.stat`, has some 3000.
    private static let fileBytes = 8192

    func open(_ file: String, _ flags: CInt) throws(SystemFailure) -> FD {
        let own = directory.descriptor.number
        return FD(owning: try check("openat") { openat(own, file, flags | O_CLOEXEC) })
    }

    func number(in file: String) -> Int? {
        text(of: file).flatMap { Int($0.prefix { $0 != "\n" }) }
    }

    /// The value of a `name value` line.
    func field(_ name: String, of file: String) -> Int? {
        text(of: file).flatMap { Self.field(name, in: $0) }
    }

    static func field(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(name) ") {
            return Int(line.dropFirst(name.utf8.count + 1))
        }
        return nil
    }

    func text(of file: String) -> String? {
        if let kept = figures[file] { return Self.whole(kept.descriptor.number) }
        return ignoring("a figure the kernel does not keep is reported as unknown") {
            let source = try open(file, O_RDONLY)
            return Self.whole(source.number)
        }
    }

    /// The kernel gives such a file whole, to one read.
    private static func whole(_ number: CInt) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: fileBytes) { buffer in
            let count = pread(number, buffer.baseAddress, buffer.count, 0)
            return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        }
    }
}
