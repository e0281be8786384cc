internal import CSandbox
internal import Glibc

/// Everything known about a finished run; turns it into one verdict. Pure.
struct Ending: Sendable {
    /// What we did to end it.
    var exceeded: Set<SandboxFlag> = []
    /// Init's last words: an exit status, or the step that failed.
    var status: CInt?
    var failure: (step: Int32, error: Int32)?
    var outOfMemoryKills = 0
    var refusedForks = 0
    var isDiskFull = false
    var usedCPUMicroseconds = 0
    var usedWallMicroseconds = 0
    var limits = SandboxLimits()
    /// Whether memory is limited per process by rlimit, and the largest process's size.
    var residentBytes: Int?

    /// The verdict, the flags and the exit code or signal, put into `result`.
    func judge(_ result: inout SandboxResult) {
        result.flags = exceeded
        if let status {
            judge(exit: status, &result)
        } else if let failure {
            judge(failure, &result)
        }
        if outOfMemoryKills > 0 { result.flags.insert(.memoryLimit) }
        if refusedForks > 0 { result.flags.insert(.processLimit) }
        // Whoever ended it, and whether we noticed in time: more than the limit is more than the limit.
        if usedCPUMicroseconds > limits.cpuMicroseconds { result.flags.insert(.cpuLimit) }
        if usedWallMicroseconds > limits.wall.wholeMicroseconds { result.flags.insert(.wallLimit) }
        let didFail = (result.exitCode ?? 1) != 0
        if isDiskFull && didFail { result.flags.insert(.fileLimit) }
        result.verdict = verdict(result)
    }

    private func judge(exit status: CInt, _ result: inout SandboxResult) {
        let number = csb_signal_of(status)
        guard number != 0 else {
            result.exitCode = Int(csb_exit_code(status))
            return
        }
        result.signal = Int(number)
        switch number {
        case SIGSYS: result.flags.insert(.securityViolation)
        case SIGXCPU: result.flags.insert(.cpuLimit)
        case SIGXFSZ: result.flags.insert(.fileLimit)
        default: break
        }
        if let residentBytes, residentBytes > limits.memoryBytes / 10 * 9 {
            result.flags.insert(.memoryLimit)
        }
    }

    /// The program never ran.
    private func judge(_ failure: (step: Int32, error: Int32), _ result: inout SandboxResult) {
        let reason = String(cString: strerror(failure.error))
        result.message = "step \(failure.step): \(reason)"
        if failure.step == Int32(CSB_STEP_DIRECTORY.rawValue) || failure.step == Int32(CSB_STEP_EXEC.rawValue)
        {
            result.flags.insert(failure.error == ENOMEM ? .memoryLimit : .notExecutable)
            // What a shell would answer.
            result.exitCode = failure.error == ENOENT ? 127 : 126
        }
    }

    /// By precedence; flags say the rest.
    private func verdict(_ result: SandboxResult) -> SandboxVerdict {
        if result.exitCode == nil && result.signal == nil && exceeded.isEmpty && outOfMemoryKills == 0 {
            return .internalError
        }
        let ordered: [(SandboxFlag, SandboxVerdict)] = [
            (.securityViolation, .securityViolation), (.memoryLimit, .memoryLimit), (.cpuLimit, .cpuLimit),
            (.wallLimit, .wallLimit), (.outputLimit, .outputLimit), (.fileLimit, .fileLimit),
            (.processLimit, .processLimit), (.cancelled, .cancelled),
        ]
        for (flag, verdict) in ordered where result.flags.contains(flag) { return verdict }
        if result.signal != nil { return .signalled }
        return result.exitCode == 0 ? .ok : .nonzeroExit
    }
}

extension SandboxLimits {
    var cpuMicroseconds: Int { cpu.wholeMicroseconds }
}

extension Duration {
    var wholeMicroseconds: Int {
        Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000)
    }
    var wholeNanoseconds: UInt64 { UInt64(wholeMicroseconds) * 1000 }
}
