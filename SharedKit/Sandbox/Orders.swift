internal import CSandbox
internal import Glibc
internal import SystemKit

/// What a parked program is told to become.
struct Orders {
    let spec: SandboxSpec
    let limitsByCgroup: Bool
    let countsByCgroup: Bool
    /// Where it is held when it is started ahead: which argument that is.
    var script: Int?
    /// The program's side of its terminal.
    var terminal: CInt?

    /// Sends them; the program executes when it has them, or after its last mount.
    func send(to socket: borrowing FD, waitsForMounts: Bool) throws(SandboxFailure) {
        var orders = csb_orders()
        let texts = texts(counting: &orders)
        orders.waits_for_mounts = waitsForMounts ? 1 : 0
        orders.script = UInt32(script ?? 0)
        put(rlimits, into: &orders)
        let (number, size) = (socket.number, MemoryLayout<csb_orders>.size)
        orders.own_terminal = terminal == nil ? 0 : 1
        let streams = terminal.map { [$0, $0, $0] } ?? []
        let first = min(texts.count, CSB_PACKET)
        try step("orders") {
            csb_send(number, &orders, size, texts, first, streams, CInt(streams.count))
        }
        for start in stride(from: first, to: texts.count, by: CSB_PACKET) {
            let packet = Array(texts[start..<min(start + CSB_PACKET, texts.count)])
            try step("orders") { csb_send(number, packet, packet.count, nil, 0, nil, 0) }
        }
    }

    private func texts(counting orders: inout csb_orders) -> [UInt8] {
        let (environment, candidates) = (environment, candidates)
        var texts: [UInt8] = []
        func add(_ text: String) {
            texts += text.utf8
            texts.append(0)
        }
        add(spec.workingDirectory)
        candidates.forEach(add)
        spec.argv.forEach(add)
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { add("\(name)=\(value)") }
        orders.candidates = UInt32(candidates.count)
        orders.arguments = UInt32(spec.argv.count)
        orders.variables = UInt32(environment.count)
        orders.text_bytes = UInt32(texts.count)
        return texts
    }

    private func put(_ limits: [csb_rlimit], into orders: inout csb_orders) {
        precondition(limits.count <= CSB_RLIMITS, "the table has room for every limit")
        orders.rlimit_count = UInt32(limits.count)
        withUnsafeMutableBytes(of: &orders.rlimits) { table in
            limits.withUnsafeBytes { table.copyMemory(from: $0) }
        }
    }

    private static let defaultEnvironment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": Sandbox.box,
        "LANG": "C.UTF-8", "TMPDIR": "/tmp",
    ]

    private var environment: [String: String] {
        var defaults = Self.defaultEnvironment
        if spec.terminal != nil { defaults["TERM"] = "xterm-256color" }
        return defaults.merging(spec.environment) { _, own in own }
    }

    /// What to execute: the first that exists.
    private var candidates: [String] {
        let name = spec.argv[0]
        if name.contains("/") { return [name] }
        return (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }

    /// What the kernel enforces per process. Memory is limited here only where no cgroup can.
    private var rlimits: [csb_rlimit] {
        let limits = spec.limits
        let cpuSeconds = limits.cpu.components.seconds + (limits.cpu.components.attoseconds > 0 ? 1 : 0)
        var table: [(Int32, Int)] = [
            (Int32(RLIMIT_FSIZE.rawValue), limits.fileBytes), (Int32(RLIMIT_CORE.rawValue), 0),
            (Int32(RLIMIT_NOFILE.rawValue), limits.openFiles),
            (Int32(RLIMIT_STACK.rawValue), limits.stackBytes ?? limits.memoryBytes),
            (Int32(__RLIMIT_NPROC.rawValue), limits.processes + (limitsByCgroup ? 8 : 0)),
            (Int32(__RLIMIT_MEMLOCK.rawValue), 64 << 10), (Int32(__RLIMIT_MSGQUEUE.rawValue), 0),
            (Int32(__RLIMIT_NICE.rawValue), 0), (Int32(__RLIMIT_RTPRIO.rawValue), 0),
            (Int32(__RLIMIT_SIGPENDING.rawValue), 1024),
        ]
        if !limitsByCgroup { table.append((Int32(RLIMIT_AS.rawValue), limits.memoryBytes)) }
        // Only where nothing better counts: with this limit a process's own CPU clock, too, moves by ticks.
        if !countsByCgroup { table.append((Int32(RLIMIT_CPU.rawValue), Int(cpuSeconds))) }
        return table.map { csb_rlimit(resource: $0.0, value: UInt64($0.1)) }
    }
}
