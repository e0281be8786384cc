import Glibc
import ServiceKit
import TestSupport
import Testing

@Suite(
    "The watchdog", .tags(.medium), .timeLimit(.minutes(8)),
    .enabled(
        if: getenv("CODECOLLAB_EXIT_TESTS") != nil,
        "holds a pool thread for 5 s, which disturbs the timing of others; CODECOLLAB_EXIT_TESTS=1 runs it"))
struct WatchdogTests {
    @Test("ends a process whose pool is blocked")
    func hang() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            let watchdog = Watchdog()
            try watchdog.start()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        while getpid() > 0 { usleep(100) }
                    }
                }
            }
        }
    }
}
