import Glibc
import SystemKit
import Testing

@Suite struct LockedTests {
    @Test("counts exactly under contention")
    func counts() async {
        let counter = Locked(0)
        await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<10_000 { counter.withLock { $0 += 1 } } } }
        }
        #expect(counter.snapshot == 80_000)
    }
}

@Suite struct SystemCallTests {
    @Test("a failed call tells its name and errno")
    func failure() {
        #expect(throws: SystemFailure(call: "open", errno: ENOENT)) {
            try check("open") { open("/nowhere/at/all", O_RDONLY) }
        }
        #expect(
            "\(SystemFailure(call: "open", errno: ENOENT))" == "open: No such file or directory (errno 2)")
    }

    @Test("a call interrupted by a signal is made again")
    func interrupted() throws {
        var attempts = 0
        let result = try check("fake") { () -> CInt in
            attempts += 1
            if attempts < 3 { errno = EINTR; return -1 }
            return 7
        }
        #expect(result == 7 && attempts == 3)
    }

    @Test("a descriptor closes with its owner and not before")
    func descriptor() throws {
        let number: CInt
        do {
            let owned = FD(owning: try check("open") { open("/dev/null", O_RDONLY) })
            number = owned.number
            #expect(fcntl(number, F_GETFD) != -1)
        }
        #expect(fcntl(number, F_GETFD) == -1)
    }

    @Test("an ignored error is counted, never silent")
    func ignored() {
        struct Oops: Error {}
        let before = IgnoredErrors.total
        ignoring("the test throws on purpose") { throw Oops() }
        #expect(IgnoredErrors.total > before)
    }
}

@Suite struct ClockTests {
    @Test("durations turn into milliseconds and seconds without drift")
    func durations() {
        #expect(Duration.milliseconds(1_500).wholeMilliseconds == 1_500)
        #expect(Duration.microseconds(-1_999).wholeMilliseconds == -1)
        #expect(abs(Duration.microseconds(250).fractionalSeconds - 0.00025) < 1e-12)
        #expect((Timestamp(milliseconds: 5) + .seconds(2)).milliseconds == 2_005)
    }

    @Test("the monotonic clock never goes back")
    func monotonic() {
        var last = monotonicNanoseconds()
        for _ in 0..<10_000 {
            let now = monotonicNanoseconds()
            #expect(now >= last)
            last = now
        }
    }

    @Test("random bytes differ", arguments: [1, 16, 256])
    func random(_ count: Int) {
        #expect(randomBytes(count).count == count)
        #expect(randomBytes(32) != randomBytes(32))
    }
}

@Suite struct LaneTests {
    @Test("says how long the first in the row has waited", .timeLimit(.minutes(1)))
    func waiting() async throws {
        let lane = Lane(width: 1, room: 2)
        #expect(lane.longestWaitMilliseconds == 0)
        let (gate, open) = AsyncStream<Never>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { try await lane.run { for await _ in gate {} } } }
            while lane.longestWaitMilliseconds < 20 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(lane.load == (1, 1))
            open.finish()
            try await group.waitForAll()
        }
        #expect(lane.longestWaitMilliseconds == 0 && lane.load == (0, 0))
    }
}
