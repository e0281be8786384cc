internal import Contracts
internal import Logging
package import ServiceKit
internal import SystemKit

/// Live documents: joins the changes of many editors, and has every change on disk before anybody sees it.
///
/// Start reading at `Room`; `Wire` is the y-websocket protocol, `Rooms` what is done with it, `Log` what
/// stays, `History` what is made of it later.
package struct CollabService: Sendable {
    let rooms: RoomRegistry
    let members: MembershipDesk
    let history: HistoryDesk
    let revocations: RevocationWatch
    let clock: WallClock
    let logger: Logger

    /// The variables that this service reads.
    package static let variables = [
        ConfigurationVariable(
            name: "CODECOLLAB_UPDATES_PER_SECOND", fallback: "\(Limits.updatesPerSecond)",
            about: "Updates that one connection may send per second; twice as many in a burst."),
        ConfigurationVariable(
            name: "CODECOLLAB_IDLE_SECONDS", fallback: "\(Limits.idleSeconds)",
            about: "How long a document that nobody uses stays in memory."),
    ]

    /// Builds the service: routes, and the work beside them.
    /// - Throws: `SystemFailure` when no thread is left, `ConfigurationFault`.
    package static func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        let settings = surroundings.configuration
        let disk = try Disk(named: "collab-disk", logger: surroundings.logger)
        let archive = try Disk(named: "collab-archive", logger: surroundings.logger)
        let shared = RoomSurroundings(
            disk: disk, archive: archive, clock: surroundings.clock, logger: surroundings.logger,
            updatesPerSecond: try settings.integer(
                "CODECOLLAB_UPDATES_PER_SECOND", in: 1...1_000_000, default: Limits.updatesPerSecond))
        let rooms = RoomRegistry(
            directory: settings.dataDirectory, shared, FileSources(client: surroundings.client),
            idleSeconds: try settings.integer(
                "CODECOLLAB_IDLE_SECONDS", in: 0...86_400, default: Limits.idleSeconds))
        let service = CollabService(
            rooms: rooms, members: MembershipDesk(client: surroundings.client, clock: surroundings.clock),
            history: HistoryDesk(rooms: rooms, archive: archive),
            revocations: RevocationWatch(
                client: surroundings.client, rooms: rooms, clock: surroundings.clock),
            clock: surroundings.clock, logger: surroundings.logger)
        surroundings.health.own("disk:append") { await service.check(disk) }
        return service.parts(disk, archive)
    }

    private func parts(_ disk: Disk, _ archive: Disk) -> ServiceParts {
        var parts = ServiceParts(routes)
        parts.connectionLimit = Limits.connections
        parts.add(background: "rooms") { try await keepOrder() }
        parts.add(background: "members") { try await recheckMembers() }
        parts.add(background: "revocations") { try await revocations.run() }
        parts.close = {
            disk.stop()
            archive.stop()
        }
        return parts
    }

    /// Whether the disk thread answers.
    private func check(_ disk: Disk) async -> HealthCheck {
        let start = monotonicNanoseconds()
        await ignoring("an empty errand cannot fail") { try await disk.perform {} }
        var check = HealthCheck(.pass)
        check.componentType = "datastore"
        check.observedValue = Double(monotonicNanoseconds() - start) / 1e6
        check.observedUnit = "ms"
        return check
    }

    /// Looks after time in rooms, and closes idle ones.
    private func keepOrder() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let now = clock.now()
            for room in await rooms.all { room.execute { $0.tick(now) } }
            try await rooms.closeIdle()
        }
    }

    /// Sends out who may not be there any more.
    private func recheckMembers() async throws {
        while true {
            try await Task.sleep(for: .seconds(Limits.recheckSeconds))
            for room in await rooms.all { try await recheck(room) }
        }
    }

    private func recheck(_ room: RoomHandle) async throws {
        for visitor in try await room.on({ $0.visitors }) {
            do {
                let deadline = clock.now() + .seconds(5)
                let role = try await members.role(
                    of: visitor.identity, in: room.key.session, deadline: deadline)
                if role != visitor.role { room.execute { $0.setRole(role, of: visitor.number) } }
            } catch let problem as Problem where problem.status == 403 || problem.status == 404 {
                room.execute { $0.setRole(nil, of: visitor.number) }
            } catch {
                // The session service is away: who was let in stays in until it says otherwise.
                logger.debug("membership not rechecked", metadata: ["error": "\(error)"])
            }
        }
    }
}
