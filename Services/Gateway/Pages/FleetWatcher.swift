package import Contracts
private import NIOCore
package import ServiceKit
package import SystemKit

/// Asks all services how they are, at most a few times a second however many people look.
package final class FleetWatcher: Sendable {
    private let client: FleetClient
    private let clock: WallClock
    private let latest = Locked<FleetStatus?>(nil)

    /// A watcher of what `client` reaches.
    package init(_ client: FleetClient, clock: WallClock = .system) {
        self.client = client
        self.clock = clock
    }

    /// The state of the fleet, at most `Limits.statusMilliseconds` old.
    package func status() async -> FleetStatus {
        let now = clock.now()
        if let known = latest.snapshot, now.milliseconds - known.at.milliseconds < Limits.statusMilliseconds {
            return known
        }
        var status = FleetStatus()
        status.version = Release.version
        status.at = Instant(milliseconds: now.milliseconds)
        status.services = await allServices()
        let states = status.services.map(\.status)
        status.status = states.allSatisfy { $0 == .pass } ? .pass : states.contains(.fail) ? .fail : .warn
        latest.withLock { $0 = status }
        return status
    }

    private func allServices() async -> [ServiceStatus] {
        await withTaskGroup(of: ServiceStatus.self) { group in
            for service in ServiceName.allCases { group.addTask { await self.ask(service) } }
            var answers: [ServiceName: ServiceStatus] = [:]
            for await answer in group { answers[answer.service] = answer }
            return ServiceName.allCases.compactMap { answers[$0] }
        }
    }

    private func ask(_ service: ServiceName) async -> ServiceStatus {
        var status = ServiceStatus()
        status.service = service
        if service == .gateway {
            status.version = Release.version
            return status
        }
        let start = monotonicNanoseconds()
        do {
            let health = try await health(of: service)
            status.status = health.status
            status.version = health.version
            status.detail = health.reason
        } catch {
            status.status = .fail
            status.detail = "does not answer"
        }
        status.latencyMilliseconds = Double((monotonicNanoseconds() - start) / 10_000) / 100
        return status
    }

    private func health(of service: ServiceName) async throws -> Health {
        let request = ClientRequest("GET", "/healthz", timeout: Limits.statusWait, isRepeatable: true)
        return try await client.peer(service).send(request) { response in
            let bytes = try await response.body.collect(upTo: Limits.wholeAnswerBytes)
            return try Health.decode(Array(buffer: bytes), unknownFields: .skip)
        }
    }
}
