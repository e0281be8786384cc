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
        capabilities.notes = own.warnings
        return capabilities
    }

    static func result(_ own: SandboxResult, queueMicroseconds: Int) -> ExecutionResult {
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
        result.stdout = output(own.stdout.bytes, own.stdout.totalBytes, own.stdout.isTruncated)
        result.stderr = output(own.stderr.bytes, own.stderr.totalBytes, own.stderr.isTruncated)
        result.queueMicroseconds = queueMicroseconds
        result.setupMicroseconds = own.setupMicroseconds
        result.reason = reason(own)
        return result
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

    private static func output(
        _ bytes: [UInt8], _ total: Int, _ isTruncated: Bool
    ) -> Contracts.CapturedOutput {
        var output = Contracts.CapturedOutput()
        (output.content, output.encoding) = EncodedBytes.encode(bytes)
        output.totalBytes = total
        output.isTruncated = isTruncated
        return output
    }

    static func usage(_ sample: SandboxSample) -> UsageSample {
        var usage = UsageSample()
        usage.atMicroseconds = sample.elapsedMicroseconds
        usage.memoryBytes = sample.memoryBytes
        usage.cpuMicroseconds = sample.cpuMicroseconds
        usage.minorFaults = sample.pageFaults
        usage.processes = sample.processes
        return usage
    }

    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
        SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
        SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS", SIGVTALRM: "SIGVTALRM", SIGPROF: "SIGPROF",
    ]

    private static func signalName(_ number: Int) -> String { names[Int32(number)] ?? "SIG\(number)" }

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
