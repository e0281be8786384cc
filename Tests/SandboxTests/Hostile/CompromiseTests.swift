import CSandbox
import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Bar 6: arbitrary code as the service's user, in the service's place. It is a thread of this process,
    /// so it has every descriptor that the host has, those of the warden's frames included.
    @Suite(.timeLimit(.minutes(2)))
    struct CompromiseTests {
        /// One thing that it tries, and what it hears.
        struct Attack: Sendable {
            let name: String
            let expected: Set<CInt>
            /// 0, or the error of the call that was refused.
            let attempt: @Sendable (Target) -> CInt

            init(
                _ name: String, _ expected: CInt..., attempt: @escaping @Sendable (Target) -> CInt
            ) {
                self.name = name
                self.expected = Set(expected)
                self.attempt = attempt
            }
        }

        /// What is there to be attacked.
        struct Target: Sendable {
            let warden: pid_t
            let mounter: pid_t
            /// Root's, beside a directory of the service's own.
            let secrets: String
            let cgroup: String
        }

        static let user = ServiceUser(user: 59_106, group: 59_100)

        @Test("arbitrary code as the service's user gets nothing that is not the service's")
        func compromised() async throws {
            let folder = try Folder()
            let (host, warden) = try await Wardens.host(parked: 1)
            let run = try await host.start(SandboxSpec(argv: ["sleep", "60"]))
            let mounter = try #require(Wardens.children(of: warden).first { Wardens.isMounter($0) })
            let target = Target(
                warden: warden, mounter: mounter, secrets: folder.path, cgroup: try Self.cgroup())
            let outcomes = Locked<[String: CInt]>([:])
            let thread = try DedicatedThread(named: "compromised") {
                do {
                    try SandboxGround.leavePrivileges(to: Self.user)
                } catch { return }
                for attack in Attack.all {
                    let outcome = attack.attempt(target)
                    outcomes.withLock { $0[attack.name] = outcome }
                }
            }
            thread.join()
            for attack in Attack.all {
                let outcome = outcomes.snapshot[attack.name]
                #expect(
                    outcome.map(attack.expected.contains) == true,
                    "\(attack.name): \(outcome.map { String(cString: strerror($0)) } ?? "not tried")")
            }
            #expect(kill(warden, 0) == 0 && kill(mounter, 0) == 0)
            run.cancel()
            #expect(await run.result().verdict == .cancelled)
            #expect(try await host.run(SandboxSpec(argv: ["echo", "well"])).stdout.text == "well\n")
            await host.close()
        }

        /// A cgroup of ours where this machine has any.
        private static func cgroup() throws -> String {
            for place in ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"] where access(place, F_OK) == 0 {
                if access("\(place)/cgroup.procs", F_OK) == 0 { return place }
            }
            return "/sys/fs/cgroup"
        }

        /// Root's own, with a secret in it.
        private final class Folder {
            let path: String

            init() throws {
                var template = Array("/tmp/codecollab-secrets-XXXXXX".utf8CString)
                let made = try #require(mkdtemp(&template).map { String(cString: $0) })
                path = made
                let file = FD(
                    owning: try check("open") { open("\(made)/key", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) })
                try file.write(Array("secret".utf8))
            }

            deinit {
                unlink("\(path)/key")
                rmdir(path)
            }
        }
    }
}

extension Isolation.CompromiseTests.Attack {
    private static func opening(_ path: String, _ flags: CInt) -> CInt {
        let number = open(path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { return errno }
        close(number)
        return 0
    }

    private static func answer(_ result: Int) -> CInt { result == -1 ? errno : 0 }

    private static func call(_ number: Int, _ one: Int = 0, _ two: Int = 0, _ three: Int = 0) -> CInt {
        answer(csb_any_call(number, one, two, three))
    }

    static let all = files + processes + rights

    private static let files: [Self] = [
        Self("create in /", EACCES, EROFS) { _ in opening("/intruder", O_WRONLY | O_CREAT) },
        Self("create in /etc", EACCES, EROFS) { _ in opening("/etc/intruder", O_WRONLY | O_CREAT) },
        Self("write /etc/passwd", EACCES, EROFS) { _ in opening("/etc/passwd", O_WRONLY) },
        Self("read /etc/shadow", EACCES, ENOENT) { _ in opening("/etc/shadow", O_RDONLY) },
        Self("write the executable", EACCES, ETXTBSY, EROFS) { _ in opening("/proc/self/exe", O_WRONLY) },
        Self("read another service's secret", EACCES) { opening("\($0.secrets)/key", O_RDONLY) },
        Self("create in another service's directory", EACCES) {
            opening("\($0.secrets)/new", O_WRONLY | O_CREAT)
        },
        Self("list another service's directory", EACCES) { opening($0.secrets, O_RDONLY | O_DIRECTORY) },
        Self("give oneself another service's directory", EPERM) { answer(Int(chmod($0.secrets, 0o777))) },
        Self("own another service's directory", EPERM) { answer(Int(lchown($0.secrets, 59_106, 59_100))) },
        Self("move to another cgroup", EACCES, ENOENT) { opening("\($0.cgroup)/cgroup.procs", O_WRONLY) },
        Self("make a cgroup", EACCES, ENOENT, EPERM, EROFS) {
            answer(Int(mkdir("\($0.cgroup)/codecollab-intruder", 0o755)))
        },
        Self("set what runs at a crash", EACCES, EROFS) { _ in
            opening("/proc/sys/kernel/core_pattern", O_WRONLY)
        },
        Self("pull the machine's plug", EACCES, ENOENT, EROFS) { _ in
            opening("/proc/sysrq-trigger", O_WRONLY)
        },
        Self("read the kernel's memory", EACCES, EPERM, ENOENT) { _ in opening("/proc/kcore", O_RDONLY) },
    ]

    private static let processes: [Self] = [
        Self("kill the warden", EPERM) { answer(Int(kill($0.warden, SIGKILL))) },
        Self("stop the warden", EPERM) { answer(Int(kill($0.warden, SIGSTOP))) },
        Self("kill the mounter", EPERM) { answer(Int(kill($0.mounter, SIGKILL))) },
        Self("kill the machine's init", EPERM) { _ in answer(Int(kill(1, SIGKILL))) },
        Self("trace the warden", EPERM) { call(ptraceNumber, 16, Int($0.warden)) },
        Self("read the warden's memory", EACCES) { opening("/proc/\($0.warden)/mem", O_RDONLY) },
        Self("write the warden's memory", EACCES) { opening("/proc/\($0.warden)/mem", O_RDWR) },
        Self("read the mounter's memory", EACCES) { opening("/proc/\($0.mounter)/mem", O_RDONLY) },
        Self("read the warden's environment", EACCES) { opening("/proc/\($0.warden)/environ", O_RDONLY) },
        Self("list the warden's descriptors", EACCES) {
            opening("/proc/\($0.warden)/fd", O_RDONLY | O_DIRECTORY)
        },
        Self("see the warden's root", EACCES) { opening("/proc/\($0.warden)/root/", O_RDONLY) },
        Self("enter the warden's mounts", EACCES) { opening("/proc/\($0.warden)/ns/mnt", O_RDONLY) },
        Self("take the warden's descriptor", EPERM) { call(438, Int($0.warden), 3) },
        Self("read by process_vm_readv", EPERM) { call(310, Int($0.warden)) },
    ]

    private static let rights: [Self] = [
        Self("mount", EPERM) { _ in call(165) },
        Self("unmount", EPERM) { _ in call(166) },
        Self("open a file system", EPERM) { _ in call(430) },
        Self("clone a tree of mounts", EPERM) { _ in call(428) },
        Self("attach a tree of mounts", EPERM) { _ in call(429) },
        Self("change a mount", EPERM) { _ in call(442) },
        Self("another root", EPERM) { _ in call(161) },
        Self("a user namespace", EPERM) { _ in call(272, 0x1000_0000) },
        Self("a user namespace by clone", EPERM) { _ in call(56, 0x1000_0011) },
        Self("clone3", ENOSYS) { _ in call(435) },
        Self("enter a namespace", EPERM) { _ in call(308, 3, 0) },
        Self("be root", EPERM) { _ in call(105, 0) },
        Self("be root's group", EPERM) { _ in call(106, 0) },
        Self("other groups", EPERM) { _ in call(116) },
        Self("capabilities", EPERM) { _ in call(126) },
        Self("a kernel module", EPERM) { _ in call(175) },
        Self("another kernel", EPERM) { _ in call(246) },
        Self("a program in the kernel", EPERM) { _ in call(321) },
        Self("watch the kernel", EPERM) { _ in call(298) },
        Self("a file by its handle", EPERM) { _ in call(304) },
        Self("the machine's keys", EPERM) { _ in call(250) },
        Self("io_uring", EPERM) { _ in call(425) },
        Self("a device node", EPERM, EACCES) { _ in
            answer(Int(mknod("/tmp/codecollab-intruder", S_IFBLK | 0o600, 0x0800)))
        },
        Self("a setuid shell helps nobody", EPERM) { _ in
            // PR_GET_NO_NEW_PRIVS says 1; as an error number that is EPERM.
            CInt(csb_any_call(157, 39, 0, 0))
        },
    ]

    /// ptrace(2) with PTRACE_ATTACH.
    private static let ptraceNumber = 101
}
