import CSandbox
import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Bar 6: the frames of a service at work, as somebody who took it over can send them: through its own
    /// sockets, to a warden that is told everything already.
    @Suite(.timeLimit(.minutes(5)))
    struct SealedFuzzTests {
        private static let frames = isLong ? 200_000 : 6000

        @Test("only what a frame may ask for is done, and the service goes on afterwards")
        func fuzz() async throws {
            let before = Set(Self.sockets.map(Self.identity))
            let (host, pid) = try await Wardens.host(parked: 1)
            for _ in 0..<400 where host.figures.inUse != 0 || host.figures.parked != host.figures.wanted {
                try await Task.sleep(for: .milliseconds(25))
            }
            let asked = Self.sockets.filter { !before.contains(Self.identity($0)) }.filter(Self.answers)
            try #require(asked.count == 2, "the warden's socket and the mounter's")
            var random = Xorshift(state: UInt64(monotonicNanoseconds()) | 1)
            print("sealed warden: seed \(random.state), \(Self.frames) frames")
            let kit = try Kit()
            let mounter = try #require(asked.first { Self.clones($0, kit) })
            let warden = try #require(asked.first { $0 != mounter })
            for _ in 0..<Self.frames {
                if random.below(4) == 0 {
                    try askMounter(mounter, kit, &random)
                } else {
                    try askWarden(warden, kit, &random)
                }
            }
            #expect(kill(pid, 0) == 0)
            #expect(try await host.run(SandboxSpec(argv: ["echo", "well"])).stdout.text == "well\n")
            await host.close()
        }

        // MARK: the warden

        private func askWarden(_ socket: CInt, _ kit: Kit, _ random: inout Xorshift) throws {
            var frame = csb_frame()
            frame.kind = UInt32(random.below(7))
            frame.profile = random.below(2) == 0 ? 0 : UInt32(random.below(12))
            frame.niceness = UInt32(random.below(40))
            frame.is_warm = UInt32(random.below(4) / 2)
            frame.cell = UInt32(random.below(3) == 0 ? random.below(1 << 31) : random.below(4))
            frame.generation = UInt32(random.below(4))
            frame.user = UInt32(random.below(2_000_000))
            frame.limits = Self.limits(&random)
            let isComplete = random.below(200) == 0
            let fds = isComplete ? kit.parkable : kit.some(&random, atMost: 14)
            var bytes = withUnsafeBytes(of: frame) { Array($0) }
            if random.below(8) == 0 { bytes = Self.mutated(bytes, &random) }
            let answer = try #require(Self.ask(socket, bytes, fds), "the warden ended at \(frame)")
            guard answer.error == 0 else { return #expect(answer.pid == 0) }
            let kind = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
            if kind == CSB_END.rawValue { return }
            #expect(kind == CSB_PARK.rawValue && isComplete && answer.pid > 0, "\(frame) was accepted")
            try endTwice(socket, answer)
        }

        private func endTwice(_ socket: CInt, _ made: csb_answer) throws {
            var frame = csb_frame()
            frame.kind = CSB_END.rawValue
            (frame.cell, frame.generation) = (made.cell, made.generation)
            let bytes = withUnsafeBytes(of: frame) { Array($0) }
            #expect(Self.ask(socket, bytes, [])?.error == 0)
            #expect([EALREADY, ESTALE].contains(Self.ask(socket, bytes, [])?.error))
        }

        private static func limits(_ random: inout Xorshift) -> csb_limits {
            var limits = csb_limits(memory_bytes: 64 << 20, processes: 8, disk_bytes: 1 << 20, inodes: 128)
            switch random.below(6) {
            case 0: limits.memory_bytes = random.next()
            case 1: limits.processes = random.next() >> UInt64(random.below(64))
            case 2: limits.disk_bytes = random.next()
            case 3: limits.inodes = random.next() >> UInt64(random.below(64))
            default: break
            }
            return limits
        }

        /// One byte more or less, some changed, or far too many.
        private static func mutated(_ bytes: [UInt8], _ random: inout Xorshift) -> [UInt8] {
            var bytes = bytes
            switch random.below(4) {
            case 0: bytes.removeLast(1 + random.below(bytes.count - 4))
            case 1: bytes.append(contentsOf: [UInt8](repeating: 7, count: 1 + random.below(40_000)))
            default:
                // Not those that say which kind it is, how it is limited or what it is told.
                for _ in 0..<4 {
                    bytes[4 + random.below(bytes.count - 4)] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            return bytes
        }

        // MARK: the mounter

        private func askMounter(_ socket: CInt, _ kit: Kit, _ random: inout Xorshift) throws {
            let count = UInt32(random.below(6) == 0 ? random.below(1 << 31) : random.below(5))
            var bytes = withUnsafeBytes(of: csb_trees(count: count)) { Array($0) }
            if random.below(8) == 0 { bytes.append(0) }
            let fds = kit.some(&random, atMost: 5)
            let answer = try #require(Self.ask(socket, bytes, fds), "the mounter ended at \(bytes), \(fds)")
            let mayBe =
                bytes.count == 4 && count >= 1 && count <= fds.count
                && fds.prefix(Int(count)).allSatisfy(kit.readable.contains)
            #expect((answer.error == 0) == mayBe, "\(count) of \(fds): \(answer.error)")
        }

        private static func clones(_ socket: CInt, _ kit: Kit) -> Bool {
            let bytes = withUnsafeBytes(of: csb_trees(count: 1)) { Array($0) }
            return ask(socket, bytes, [kit.readable[0]])?.error == 0
        }

        // MARK: both

        private static func ask(_ socket: CInt, _ bytes: [UInt8], _ fds: [CInt]) -> csb_answer? {
            var answer = csb_answer()
            var passed = [CInt](repeating: -1, count: Int(CSB_PARTS))
            let size = MemoryLayout<csb_answer>.size
            guard csb_send(socket, bytes, bytes.count, nil, 0, fds, CInt(fds.count)) == bytes.count,
                wait(socket), csb_receive(socket, &answer, size, &passed, CInt(CSB_PARTS), 0) == size
            else { return nil }
            for number in passed where number >= 0 { close(number) }
            return answer
        }

        private static func wait(_ socket: CInt, milliseconds: CInt = 30_000) -> Bool {
            var event = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            return poll(&event, 1, milliseconds) == 1 && event.revents & Int16(POLLIN) != 0
        }

        /// Whether whoever listens answers nonsense as the warden does; an init ends by it.
        private static func answers(_ socket: CInt) -> Bool {
            var bytes = [UInt8](repeating: 0, count: 256)
            var nobody: CInt = -1
            guard csb_send(socket, [1], 1, nil, 0, nil, 0) == 1, wait(socket, milliseconds: 2000) else {
                return false
            }
            let count = csb_receive(socket, &bytes, bytes.count, &nobody, 1, 0)
            return count == MemoryLayout<csb_answer>.size
        }

        /// Which socket it is; a number may be another's by now.
        private static func identity(_ socket: CInt) -> UInt64 {
            var status = stat()
            return fstat(socket, &status) == 0 ? UInt64(status.st_ino) : 0
        }

        /// Packet sockets of this process.
        private static var sockets: [CInt] {
            Footprint.names("/proc/self/fd").compactMap { CInt($0) }.filter { number in
                var type: CInt = 0
                var size = socklen_t(MemoryLayout<CInt>.size)
                return getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0
                    && type == CInt(SOCK_SEQPACKET.rawValue)
            }
        }

        /// Descriptors to send.
        private final class Kit {
            /// What the mounter may clone.
            let readable: [CInt]
            let others: [CInt]
            /// As PARK wants them.
            let parkable: [CInt]
            private let own: [CInt]

            init() throws {
                readable = [open("/bin/true", O_RDONLY | O_CLOEXEC), open("/usr", O_RDONLY | O_CLOEXEC)]
                others = [
                    open("/dev/null", O_RDWR | O_CLOEXEC), open("/proc/self/status", O_RDONLY | O_CLOEXEC),
                    open("/proc", O_RDONLY | O_CLOEXEC), open("/usr", O_PATH_FLAG | O_CLOEXEC),
                    open("/sys", O_RDONLY | O_CLOEXEC),
                ]
                var pipes: [CInt] = []
                var sockets: [CInt] = []
                for _ in 0..<3 {
                    var ends: [CInt] = [-1, -1]
                    try check("pipe") { csb_pipe(&ends) }
                    pipes += ends
                    try check("socketpair") { csb_control_pair(&ends) }
                    sockets += ends
                }
                parkable = [pipes[0], pipes[3], pipes[5], sockets[0], sockets[2], sockets[4]]
                own = pipes + sockets
            }

            deinit { for number in readable + others + own { close(number) } }

            func some(_ random: inout Xorshift, atMost count: Int) -> [CInt] {
                let all = readable + readable + others + own.prefix(4)
                return (0..<random.below(count)).map { _ in all[random.below(all.count)] }
            }
        }
    }
}

/// O_PATH, which the Glibc module hides.
private let O_PATH_FLAG: CInt = 0o10000000
