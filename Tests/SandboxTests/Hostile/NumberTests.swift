import Glibc
import Sandbox
import Testing

extension Isolation {
    /// E16, H46: every system call number from 0 to 600 on three ABIs, asked from inside.
    @Suite(.timeLimit(.minutes(8)))
    struct NumberTests {
        /// Calls that must never pass, by their x86-64 numbers: written down apart from the profiles' data.
        private static let dangerous: [Int: String] = [
            101: "ptrace", 155: "pivot_root", 161: "chroot", 163: "acct", 164: "settimeofday", 165: "mount",
            166: "umount2", 167: "swapon", 169: "reboot", 170: "sethostname", 172: "iopl", 173: "ioperm",
            175: "init_module", 176: "delete_module", 179: "quotactl", 133: "mknod", 135: "personality",
            154: "modify_ldt", 92: "chown", 105: "setuid", 103: "syslog", 139: "sysfs",
            144: "sched_setscheduler",
            206: "io_setup", 227: "clock_settime", 237: "mbind", 240: "mq_open", 246: "kexec_load",
            248: "add_key", 249: "request_key", 250: "keyctl", 254: "inotify_add_watch", 272: "unshare",
            278: "vmsplice", 279: "move_pages", 298: "perf_event_open", 300: "fanotify_init",
            303: "name_to_handle_at", 304: "open_by_handle_at", 308: "setns", 310: "process_vm_readv",
            311: "process_vm_writev", 312: "kcmp", 313: "finit_module", 317: "seccomp", 321: "bpf",
            323: "userfaultfd", 327: "preadv2", 425: "io_uring_setup", 426: "io_uring_enter",
            428: "open_tree", 429: "move_mount", 430: "fsopen", 435: "clone3", 438: "pidfd_getfd",
            440: "process_madvise", 442: "mount_setattr", 443: "quotactl_fd", 444: "landlock_create_ruleset",
            447: "memfd_secret", 448: "process_mrelease", 450: "set_mempolicy_home_node", 451: "cachestat",
            457: "statmount", 458: "listmount", 463: "setxattrat", 467: "open_tree_attr",
        ]
        private static let numbers = 0...600
        /// uretprobe and uprobe: newer kernels let them past every filter, and end who is not in a trampoline
        /// of theirs.
        private static let unfiltered = [335, 336]
        private static let limits = SandboxLimits(cpu: .seconds(50), wall: .seconds(170))

        private func ask(_ abi: String, _ profile: SandboxProfile) async throws -> [Int: Int] {
            var spec = try await Compiled.spec("numbers", [abi], limits: Self.limits)
            spec.profile = profile
            var seen: [Int: Int] = [:]
            // The first of a profile makes others wait beside it from then on.
            var first = try await Compiled.spec("e6_descriptors")
            first.profile = profile
            _ = try await Hosts.run(first)
            try await leavesNothing {
                let result = try await Hosts.run(spec)
                #expect(result.verdict == .ok, "\(result.verdict) \(result.flags) \(result.stderr.text)")
                for line in result.stdout.text.split(separator: "\n") {
                    let parts = line.split(separator: " ").compactMap { Int($0) }
                    if parts.count == 2 { seen[parts[0]] = parts[1] }
                }
            }
            #expect(seen.count == Self.numbers.count, "each number answers, none hangs")
            return seen
        }

        #if arch(x86_64)
            @Test("x86-64: the answers are those of the allow-list", arguments: SandboxProfile.allCases)
            func native(profile: SandboxProfile) async throws {
                let seen = try await ask("64", profile)
                let answers = profile.answers
                for number in Self.numbers {
                    let answer = answers[number] ?? .refused(ENOSYS)
                    if case .refused(let error) = answer, !Self.unfiltered.contains(number) {
                        #expect(seen[number] == -Int(error), "call \(number)")
                    }
                }
                for number in Self.unfiltered {
                    let ended = [-Int(ENOSYS), -Int(ENXIO), 1000 + Int(SIGILL), 1000 + Int(SIGSEGV)]
                    #expect(ended.contains(seen[number] ?? 0), "call \(number): \(seen[number] ?? 0)")
                }
                for (number, name) in Self.dangerous {
                    #expect([-Int(EPERM), -Int(ENOSYS), -Int(EOPNOTSUPP)].contains(seen[number]), "\(name)")
                }
                let made = answers.values.count { $0 == .allowed }
                let unknown = Self.numbers.count - answers.count
                print(
                    "numbers: \(profile.rawValue): \(made) calls allowed, \(answers.count - made) refused by"
                        + " name or by condition, the other \(unknown) unknown")
            }

            @Test("x32 and 32-bit: every call ends the process that made it", arguments: ["x32", "i386"])
            func foreign(abi: String) async throws {
                let seen = try await ask(abi, .run)
                for number in Self.numbers { #expect(seen[number] == 1000 + Int(SIGSYS), "call \(number)") }
            }
        #endif
    }
}
