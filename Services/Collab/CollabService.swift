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
    let trashHours: Int
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
        ConfigurationVariable(
            name: "CODECOLLAB_HISTORY_DAYS", fallback: "\(HistoryPolicy().fullDays)",
            about: "How long every update is kept; then versions of each day, of each week, and named ones."),
        ConfigurationVariable(
            name: "CODECOLLAB_HISTORY_KIB", fallback: "\(HistoryPolicy().logBytes >> 10)",
            about: "KiB of a document's logs with every update; the oldest go first."),
        ConfigurationVariable(
            name: "CODECOLLAB_TRASH_HOURS", fallback: "\(Limits.trashHours)",
            about: "How long deleted documents can be brought back by hand from the folder .trash."),
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
                "CODECOLLAB_UPDATES_PER_SECOND", in: 1...1_000_000, default: Limits.updatesPerSecond),
            policy: try policy(settings))
        let rooms = RoomRegistry(
            directory: settings.dataDirectory, shared, FileSources(client: surroundings.client),
            idleSeconds: try settings.integer(
                "CODECOLLAB_IDLE_SECONDS", in: 0...86_400, default: Limits.idleSeconds))
        let service = CollabService(
            rooms: rooms, members: MembershipDesk(client: surroundings.client, clock: surroundings.clock),
            history: HistoryDesk(rooms: rooms, archive: archive),
            trashHours: try settings.integer(
                "CODECOLLAB_TRASH_HOURS", in: 0...87_600, default: Limits.trashHours),
            clock: surroundings.clock, logger: surroundings.logger)
        surroundings.health.store("disk:append") { try await disk.perform {} }
        return service.parts(disk, archive)
    }

    private static func policy(_ settings: Configuration) throws -> HistoryPolicy {
        var policy = HistoryPolicy()
        policy.fullDays = Int64(
            try settings.integer("CODECOLLAB_HISTORY_DAYS", in: 0...36_500, default: Int(policy.fullDays)))
        let kibibytes = try settings.integer(
            "CODECOLLAB_HISTORY_KIB", in: 0...(1 << 20), default: policy.logBytes >> 10)
        policy.logBytes = kibibytes << 10
        return policy
    }

    private func parts(_ disk: Disk, _ archive: Disk) -> ServiceParts {
        var parts = ServiceParts(routes)
        parts.connectionLimit = Limits.connections
        parts.add(background: "rooms") { try await keepOrder() }
        parts.add(background: "trash") { try await emptyTrash() }
        parts.add(background: "members") { try await recheckMembers() }
        parts.close = {
            disk.stop()
            archive.stop()
        }
        return parts
    }

    /// Looks after time in rooms, and closes idle ones.
    private func keepOrder() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            for room in await rooms.all { room.execute { $0.tick() } }
            try await rooms.closeIdle()
        }
    }

    /// Removes for good what was deleted long enough ago.
    private func emptyTrash() async throws {
        while true {
            let limit = clock.now() + .seconds(-3600 * Int64(trashHours))
            await ignoring("what is left is tried again", logger: logger) {
                try await rooms.emptyTrash(before: limit)
            }
            try await Task.sleep(for: .seconds(Limits.trashSeconds))
        }
    }

    /// Sends out who may not be there any more; a safety net, since changes are told by the session service.
    private func recheckMembers() async throws {
        while true {
            try await Task.sleep(for: .seconds(Limits.recheckSeconds))
            for room in await rooms.all { try await recheck(room) }
        }
    }

    /// Asks for everybody in a room what they may do now.
    func recheck(_ room: RoomHandle) async throws {
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
