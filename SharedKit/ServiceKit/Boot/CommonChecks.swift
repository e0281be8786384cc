internal import Contracts
private import Glibc
package import SystemKit

// What several services look at, each in one way. A service that can still answer something is degraded
// (`warn`), not unready: nobody would be helped by taking the rest away, too.
extension HealthRegistry {
    /// Whether something can be stored, and how long that takes.
    package func store(_ name: String, _ probe: @escaping @Sendable () async throws -> Void) {
        own(name) {
            let start = monotonicNanoseconds()
            var check = HealthCheck(.pass)
            do { try await probe() } catch {
                check = HealthCheck(.warn, output: "nothing can be stored: \(error)")
            }
            check.componentType = "datastore"
            check.observedValue = Double(monotonicNanoseconds() - start) / 1e6
            check.observedUnit = "ms"
            return check
        }
    }

    /// Whether work gets its turn soon.
    package func queue(_ name: String, _ lane: Lane) {
        own(name) {
            let waited = lane.longestWaitMilliseconds
            var check = HealthCheck(.pass)
            if waited > Limits.queueMilliseconds {
                let waiting = lane.load.waiting
                check = HealthCheck(.warn, output: "\(waiting) wait, the first for \(waited / 1000) s")
            }
            check.observedValue = Double(waited)
            check.observedUnit = "ms"
            return check
        }
    }

    /// Whether there is room where the fleet keeps its data.
    func room(in directory: String) {
        own("disk:room") {
            var status = statvfs()
            guard statvfs(directory, &status) == 0 else {
                return HealthCheck(.warn, output: "its directory cannot be looked at: errno \(errno)")
            }
            let left = Int(status.f_bavail) * Int(status.f_frsize)
            let isShort = left < Limits.roomBytes
            var check = HealthCheck(
                isShort ? .warn : .pass,
                output: isShort ? "\(left >> 20) MiB are left; at 0 nothing can be stored: free some" : nil)
            check.componentType = "system"
            check.observedValue = Double(left)
            check.observedUnit = "bytes"
            return check
        }
    }
}
