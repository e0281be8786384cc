private import Glibc
package import Sandbox

/// One of the worst programs there are, by its number in the catalogue of the field notes (H1 to H48, E1 to
/// E18), and what has to come of it. The programs themselves are C, in the directory above.
package struct HostileProgram: Sendable {
    /// The name of the C function; it begins with the number.
    package let name: String
    /// Any of these is right: which of two limits is hit first may depend on the machine.
    package let verdicts: Set<SandboxVerdict>
    /// All of these have to be set.
    package var flags: Set<SandboxFlag> = []
    /// The signal that has to end it, if one has to.
    package var signal: Int?
    /// What follows the name on its command line.
    package var arguments: [String] = []
    /// What it reads.
    package var stdin = SandboxInput.empty
    /// What it may use.
    package var limits = HostileProgram.small

    /// How much slower than usual this machine is; an emulated one says so.
    package static let slowness = getenv("CODECOLLAB_SLOWNESS").flatMap { Int(String(cString: $0)) } ?? 1

    /// Small limits, so that the suite is quick.
    package static let small = SandboxLimits(
        cpu: .milliseconds(400) * slowness, wall: .seconds(60) * slowness, memoryBytes: 48 << 20,
        processes: 32, openFiles: 64,
        fileBytes: 4 << 20, diskBytes: 8 << 20, inodes: 256, stdoutBytes: 64 << 10, stderrBytes: 64 << 10)

    private static func with(_ change: (inout SandboxLimits) -> Void) -> SandboxLimits {
        var limits = small
        change(&limits)
        return limits
    }

    private static let short = with { $0.wall = .milliseconds(600) * slowness }
    /// For programs whose parts use a fixed time.
    private static let brief = with { $0.cpu = .milliseconds(400) }
    private static let roomy = with { $0.memoryBytes = 256 << 20 }

    /// The whole catalogue.
    package static let all = resources + files + streams + kernel + time + escapes + regressions

    private static let resources = [
        // Room for what refused forks have copied already: the kernel frees it late.
        HostileProgram(name: "h1_forks", verdicts: [.cpuLimit], flags: [.processLimit], limits: roomy),
        HostileProgram(name: "h1_gives_up", verdicts: [.processLimit], limits: roomy),
        HostileProgram(name: "h2_threads", verdicts: [.processLimit]),
        HostileProgram(name: "h3_churn", verdicts: [.cpuLimit]),
        HostileProgram(name: "h4_touches", verdicts: [.memoryLimit]),
        HostileProgram(name: "h4_in_a_child", verdicts: [.memoryLimit]),
        HostileProgram(name: "h4_in_many", verdicts: [.memoryLimit]),
        HostileProgram(name: "h5_untouched", verdicts: [.ok]),
        HostileProgram(
            name: "h7_recursion", verdicts: [.signalled], signal: 11, limits: with { $0.stackBytes = 1 << 20 }
        ),
        HostileProgram(name: "h17_locked", verdicts: [.ok]),
        HostileProgram(name: "h20_arguments", verdicts: [.ok]),
    ]

    private static let files = [
        HostileProgram(name: "h8_fills_the_disk", verdicts: [.fileLimit]),
        HostileProgram(name: "h9_inodes", verdicts: [.fileLimit]),
        HostileProgram(name: "h9_long_names", verdicts: [.fileLimit], limits: with { $0.openFiles = 1024 }),
        HostileProgram(name: "h9_deep", verdicts: [.fileLimit]),
        HostileProgram(name: "h10_sparse", verdicts: [.fileLimit], signal: 25),
        HostileProgram(name: "h16_descriptors", verdicts: [.ok]),
        HostileProgram(name: "h16_in_flight", verdicts: [.ok]),
    ]

    private static let streams = [
        HostileProgram(name: "h11_floods_stdout", verdicts: [.outputLimit]),
        HostileProgram(name: "h12_floods_stderr", verdicts: [.outputLimit]),
        HostileProgram(name: "h14_one_line", verdicts: [.outputLimit]),
        HostileProgram(name: "h14_raw_bytes", verdicts: [.ok]),
    ]

    private static let kernel = [
        HostileProgram(name: "h15_bigger_pipes", verdicts: [.ok]),
        HostileProgram(name: "h15_fills_pipes", verdicts: [.ok]),
        HostileProgram(name: "h18_posix_queues", verdicts: [.ok]),
        HostileProgram(name: "h18_shared_memory", verdicts: [.memoryLimit]),
        HostileProgram(name: "h18_message_queues", verdicts: [.memoryLimit]),
        HostileProgram(name: "h18_semaphores", verdicts: [.memoryLimit]),
        HostileProgram(name: "h19_kernel_objects", verdicts: [.ok]),
        HostileProgram(name: "h19_watchers", verdicts: [.ok]),
    ]

    private static let time = [
        HostileProgram(name: "h21_spins", verdicts: [.cpuLimit]),
        HostileProgram(name: "h22_sleeps", verdicts: [.wallLimit], limits: short),
        HostileProgram(
            name: "h23_waits_for_input", verdicts: [.wallLimit], flags: [.idleStdin], stdin: .stream,
            limits: short),
        HostileProgram(name: "h24_shares_the_work", verdicts: [.cpuLimit], limits: brief),
        HostileProgram(name: "h25_orphans", verdicts: [.cpuLimit]),
        HostileProgram(name: "h25_unreaped", verdicts: [.cpuLimit], limits: brief),
        HostileProgram(name: "h26_stops", verdicts: [.wallLimit], limits: short),
        HostileProgram(name: "h27_ignores", verdicts: [.wallLimit], limits: short),
        HostileProgram(name: "h27_ignores_and_spins", verdicts: [.cpuLimit]),
        HostileProgram(name: "h28_clocks", verdicts: [.ok]),
        HostileProgram(name: "h29_priorities", verdicts: [.ok]),
    ]

    private static let patient = with { $0.cpu = .seconds(10) }

    private static func refused(_ name: String) -> HostileProgram {
        HostileProgram(name: name, verdicts: [.ok], limits: patient)
    }

    private static let escapes =
        [
            "h32_sockets", "h33_keyrings", "h34_locks", "h36_proc", "h39_namespaces", "h40_mounts",
            "h41_processes", "h42_doors_through_proc", "h43_handles", "h44_devices", "h44_the_root",
            "h44_kernel_interfaces", "h45_from_memory", "h45_odd_executables", "h47_descriptors",
            "h47_gifts", "h48_daemon",
        ].map(refused)
        + [
            HostileProgram(name: "h46_int80", verdicts: [.securityViolation], signal: 31),
            HostileProgram(name: "h46_x32", verdicts: [.securityViolation], signal: 31),
            HostileProgram(name: "h48_core", verdicts: [.signalled], signal: 6),
        ]

    private static let regressions = [
        "walls", "e6_descriptors", "e7_runtime", "e8_mounts", "e9_cgroups", "e10_setuid", "e11_evades",
        "e17_limits_of_others",
    ].map(refused)

    /// Neighbours of the catalogue, four at a time.
    package static let mixedGroups = stride(from: 0, to: all.count, by: 4).map {
        Array(all[$0..<min($0 + 4, all.count)])
    }
}
