import CSandbox
import Glibc
import SystemKit
import Testing

extension Isolation {
    /// Bar 6: whoever took over the service has the warden's frames and nothing else; the frames are fuzzed.
    @Suite(.timeLimit(.minutes(8)))
    struct WardenTests {
        private static let frameBytes = MemoryLayout<csb_frame>.size
        private static let frames = isLong ? 100_000 : 3000

        /// A warden that no host has prepared, and our end of its socket.
        private final class Prisoner {
            let socket: FD
            let mounter: FD
            let process: pid_t

            init() throws {
                var ends: [CInt] = [-1, -1]
                try check("socketpair") { csb_control_pair(&ends) }
                socket = FD(owning: ends[0])
                let theirs = FD(owning: ends[1])
                try check("socketpair") { csb_control_pair(&ends) }
                mounter = FD(owning: ends[0])
                let mounters = FD(owning: ends[1])
                var actions = posix_spawn_file_actions_t()
                posix_spawn_file_actions_init(&actions)
                defer { posix_spawn_file_actions_destroy(&actions) }
                // Above both targets first, so that neither is overwritten before it is moved.
                posix_spawn_file_actions_adddup2(&actions, theirs.number, 63)
                posix_spawn_file_actions_adddup2(&actions, mounters.number, 4)
                posix_spawn_file_actions_adddup2(&actions, 63, 3)
                posix_spawn_file_actions_addclose(&actions, 63)
                var pid = pid_t()
                let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(CSB_WARDEN), nil]
                let path = getenv("LD_LIBRARY_PATH").map { strdup("LD_LIBRARY_PATH=\(String(cString: $0))") }
                defer { for text in arguments + [path ?? nil] { free(text) } }
                let error = posix_spawn(&pid, "/proc/self/exe", &actions, nil, arguments, [path ?? nil, nil])
                try #require(error == 0)
                process = pid
            }

            /// Sends one packet and waits for the answer; nil when the warden is gone.
            func ask(_ bytes: [UInt8], _ fds: [CInt]) -> csb_answer? { ask(bytes, fds, socket.number) }

            /// The same of the mounter.
            func askMounter(_ bytes: [UInt8], _ fds: [CInt]) -> csb_answer? {
                ask(bytes, fds, mounter.number)
            }

            private func ask(_ bytes: [UInt8], _ fds: [CInt], _ socket: CInt) -> csb_answer? {
                var answer = csb_answer()
                var passed = [CInt](repeating: -1, count: Int(CSB_PARTS))
                let sent = csb_send(socket, bytes, bytes.count, nil, 0, fds, CInt(fds.count))
                guard sent == bytes.count else { return nil }
                let size = MemoryLayout<csb_answer>.size
                let came = csb_receive(socket, &answer, size, &passed, CInt(CSB_PARTS), 1)
                for number in passed where number >= 0 { close(number) }
                return came == size ? answer : nil
            }

            /// The directory itself and its dots are always among them.
            var descriptors: Int {
                guard let folder = opendir("/proc/\(process)/fd") else { return -1 }
                defer { closedir(folder) }
                var count = 0
                while readdir(folder) != nil { count += 1 }
                return count
            }
        }

        @Test("no frame that was made up moves, fills or ends the warden")
        func fuzz() async throws {
            try await Hosts.rest()
            var random = Xorshift(state: UInt64(monotonicNanoseconds()) | 1)
            print("warden: seed \(random.state), \(Self.frames) frames")
            let before = try await Footprint.calm()
            try torment(with: &random)
            let after = try await Footprint.settled(after: before)
            #expect(after.isWithin(before), "\(after.beyond(before))")
        }

        /// A warden's whole life, with every descriptor that it costs us.
        private func torment(with random: inout Xorshift) throws {
            let warden = try Prisoner()
            let files = [open("/dev/null", O_RDWR), open("/", O_RDONLY), open("/proc/self/status", O_RDONLY)]
            defer { for file in files { close(file) } }
            _ = warden.ask([0], [])
            let held = warden.descriptors
            var accepted = 0
            for _ in 0..<Self.frames {
                let frame = Self.frame(&random)
                let fds = (0..<random.below(14)).map { _ in files[random.below(files.count)] }
                let isForMounter = random.below(4) == 0
                let reply = isForMounter ? warden.askMounter(frame, fds) : warden.ask(frame, fds)
                let answer = try #require(reply, "ended by \(frame.prefix(24)) with \(fds)")
                if answer.error == 0 && !isForMounter { accepted += 1 }
                #expect(answer.pid == 0)
            }
            // A first filter for each profile is taken; no second one, no namespace, no sandbox.
            #expect(accepted <= Int(CSB_PROFILES))
            #expect(warden.descriptors == held)
            try end(warden)
        }

        @Test("an empty packet ends it, as the end of its service does")
        func emptyPacket() throws {
            let warden = try Prisoner()
            #expect(warden.ask([], []) == nil)
            try end(warden)
        }

        @Test("what was told once cannot be told again, and nothing is parked before the end of the telling")
        func onlyOnce() throws {
            let warden = try Prisoner()
            let filter = [UInt8](repeating: 6, count: 8)
            #expect(warden.ask(Self.frame(CSB_FILTERS, length: 8) + filter, [])?.error == 0)
            #expect(warden.ask(Self.frame(CSB_FILTERS, length: 8) + filter, [])?.error == EEXIST)
            #expect(warden.ask(Self.frame(CSB_SEAL), [])?.error == EINVAL)
            #expect(warden.ask(Self.frame(CSB_PARK), [])?.error == EPERM)
            try end(warden)
        }

        private func end(_ warden: Prisoner) throws {
            let process = warden.process
            shutdown(warden.socket.number, CInt(SHUT_RDWR))
            var status: CInt = 0
            #expect(waitpid(process, &status, 0) == process && status == 0, "status \(status)")
        }

        private static func frame(_ kind: csb_frame_kind, user: UInt32 = 0, length: UInt32 = 0) -> [UInt8] {
            var frame = csb_frame()
            (frame.kind, frame.user, frame.length) = (kind.rawValue, user, length)
            return withUnsafeBytes(of: frame) { Array($0) }
        }

        /// Sometimes nearly right, sometimes noise, of any length.
        private static func frame(_ random: inout Xorshift) -> [UInt8] {
            var bytes = (0..<frameBytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if random.below(4) != 0 {
                var frame = csb_frame()
                frame.kind = UInt32(random.below(8))
                frame.profile =
                    random.below(3) == 0 ? UInt32(truncatingIfNeeded: random.next()) : UInt32(random.below(9))
                frame.user = random.below(2) == 0 ? 1_000_001 : UInt32(random.below(2000))
                frame.length = UInt32(random.below(70))
                frame.name.0 = CChar(random.below(2) * 99)
                bytes = withUnsafeBytes(of: frame) { Array($0) }
                let body = random.below(2) == 0 ? Int(frame.length) : random.below(33_000)
                bytes += [UInt8](repeating: UInt8(random.below(256)), count: body)
            } else if random.below(2) == 0 {
                bytes = Array(bytes.prefix(1 + random.below(frameBytes)))
            }
            return bytes
        }
    }
}

/// Random numbers from a seed that is printed.
struct Xorshift {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
