internal import Contracts
internal import Glibc
internal import Sandbox

/// The sandbox's words in the contract's.
enum SandboxTranslation {
    static func capabilities(of host: SandboxHost) -> Contracts.SandboxCapabilities {
        let own = host.capabilities
        var capabilities = Contracts.SandboxCapabilities()
        let words = own.accounting.split(separator: " ")
        capabilities.cgroups = words.count == 2 ? String(words[1]) : "none"
        capabilities.accounting =
            switch capabilities.cgroups {
            case "none": "rlimit"
            case "v2": "cgroup_v2"
            default: "cgroup_v1"
            }
        capabilities.namespaces = own.namespaces
        capabilities.hasSeccomp = own.filtersSystemCalls
        capabilities.landlockVersion = own.landlockVersion
        capabilities.limitsMemory = own.limitsMemory
        capabilities.limitsProcesses = own.limitsProcesses
        capabilities.countsCPU = own.countsCPU
        capabilities.warmWaiting = host.figures.warm
        capabilities.notes = own.warnings + [
            own.user == 0
                ? "the service itself runs as root"
                : "the service runs as user \(own.user), without any right"
        ]
        return capabilities
    }

    static func result(_ own: SandboxResult) -> ExecutionResult {
        var result = ExecutionResult()
        result.verdict = Verdict(rawValue: own.verdict.rawValue) ?? .internalError
        result.flags = flags(own)
        result.exitCode = own.exitCode
        result.signal = own.signal.map(signalName)
        result.cpuUserMicroseconds = own.cpuUserMicroseconds
        result.cpuSystemMicroseconds = own.cpuSystemMicroseconds
        result.wallMicroseconds = own.wallMicroseconds
        result.memoryPeakBytes = own.memoryPeakBytes
        result.memoryBasis = own.memoryBasis.split(separator: " ").joined(separator: "_")
        result.processesPeak = own.processesPeak == 0 ? nil : own.processesPeak
        result.stdout = output(own.stdout)
        result.stderr = output(own.stderr)
        result.setupMicroseconds = own.setupMicroseconds
        result.sandbox = own.isWarm ? .warm : own.isPooled ? .pooled : .cold
        result.reason = reason(own)
        result.calls = own.calls.map(report)
        return result
    }

    private static func report(_ own: TriedCalls) -> CallReport {
        let calls = own.calls.values.sorted {
            ($0.refused > 0 ? 0 : 1, -$0.count, $0.number) < ($1.refused > 0 ? 0 : 1, -$1.count, $1.number)
        }
        return .with {
            $0.calls = calls.map(call)
            $0.leftOut = own.leftOut
        }
    }

    private static func call(_ own: TriedCalls.Entry) -> TriedCall {
        let errors: [Int32: String] = [
            EPERM: "EPERM", ENOSYS: "ENOSYS", EAFNOSUPPORT: "EAFNOSUPPORT", EOPNOTSUPP: "EOPNOTSUPP",
            0: "ignored",
        ]
        return .with {
            $0.name = own.name ?? "syscall_\(own.number)"
            $0.count = own.count
            $0.refused = own.refused
            $0.error = own.errno.map { errors[$0] ?? "errno_\($0)" }
            $0.firstArgument = own.firstArgument.map { "0x\(String($0, radix: 16))" }
        }
    }

    /// The result of a program that files were brought back of.
    static func result(_ own: SandboxResult, collecting: Bool) -> ExecutionResult {
        var result = result(own)
        guard collecting else { return result }
        result.files = own.collected.map(file)
        result.filesLeftOut = own.collectedLeftOut
        return result
    }

    private static func file(_ own: CollectedFile) -> ProducedFile {
        .with {
            $0.path = own.path
            ($0.content, $0.encoding) = EncodedBytes.encode(file: own.bytes)
            $0.bytes = own.bytes.count
            $0.isExecutable = own.isExecutable
        }
    }

    static func part(_ id: String, _ own: SandboxResult) -> PartResult {
        .with {
            $0.id = id
            $0.verdict = Verdict(rawValue: own.verdict.rawValue) ?? .internalError
            $0.flags = flags(own)
            $0.exitCode = own.exitCode
            $0.signal = own.signal.map(signalName)
            $0.cpuMicroseconds = own.cpuUserMicroseconds + own.cpuSystemMicroseconds
            $0.wallMicroseconds = own.wallMicroseconds
            $0.memoryPeakBytes = own.memoryPeakBytes
            $0.stdout = output(own.stdout, atMost: Limits.partOutputBytes)
            $0.stderr = output(own.stderr, atMost: Limits.partOutputBytes)
            $0.reason = reason(own)
        }
    }

    private static func reason(_ own: SandboxResult) -> String? {
        if own.flags.contains(.notExecutable) {
            return "the program could not be started: \(own.message ?? "")"
        }
        if own.flags.contains(.idleStdin) { return "it waited for standard input until its time was over" }
        return own.message
    }

    /// The verdict first, then the other limits that were reached, by precedence.
    private static func flags(_ own: SandboxResult) -> [Verdict] {
        let names = Set(own.flags.map(\.rawValue) + [own.verdict.rawValue])
        return Verdict.allCases.filter { names.contains($0.rawValue) }
    }

    /// A cut that comes in the middle of a character comes before it instead, so that text stays text.
    static func output(_ own: SandboxOutput, atMost limit: Int = .max) -> Contracts.CapturedOutput {
        var output = Contracts.CapturedOutput()
        output.isTruncated = own.isTruncated || own.bytes.count > limit
        var cutter = CharacterCutter()
        let bytes = output.isTruncated ? cutter.take(Array(own.bytes.prefix(limit))) : own.bytes
        (output.content, output.encoding) = EncodedBytes.encode(bytes)
        output.totalBytes = own.totalBytes
        return output
    }

    static func usage(_ sample: SandboxSample) -> UsageSample {
        var usage = UsageSample()
        usage.atMicroseconds = sample.elapsedMicroseconds
        usage.memoryBytes = sample.memoryBytes
        usage.cpuMicroseconds = sample.cpuMicroseconds
        usage.minorFaults = max(sample.pageFaults - sample.majorFaults, 0)
        usage.majorFaults = sample.majorFaults
        usage.processes = sample.processes
        return usage
    }

    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
        SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
        SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS", SIGVTALRM: "SIGVTALRM", SIGPROF: "SIGPROF",
    ]

    /// A signal's number by its name.
    static func number(ofSignal name: String) -> Int? {
        names.first { $0.value == name }.map { Int($0.key) } ?? Int(name.dropFirst(3))
    }

    private static func signalName(_ number: Int) -> String { names[Int32(number)] ?? "SIG\(number)" }

    static func number(of name: TerminalSignal) -> Int32 {
        switch name {
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .stop: SIGTSTP
        case .resume: SIGCONT
        case .terminate: SIGTERM
        case .kill: SIGKILL
        case .hangup: SIGHUP
        case .user1: SIGUSR1
        case .user2: SIGUSR2
        }
    }

    static func number(of name: SignalRequest.Name) -> Int32 {
        switch name {
        case .interrupt: SIGINT
        case .terminate: SIGTERM
        case .kill: SIGKILL
        case .user1: SIGUSR1
        case .user2: SIGUSR2
        case .hangup: SIGHUP
        }
    }
}
