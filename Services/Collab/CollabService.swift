internal import Contracts
internal import Logging
package import ServiceKit
internal import SystemKit

/// Live documents: relays the changes of many editors, and has every change on disk before anybody sees it.
///
/// Start reading at `Room`; `Wire` is the y-websocket protocol, `Rooms` what is done with it.
package struct CollabService: Sendable {
    let rooms: RoomRegistry
    let members: MembershipDesk
    let clock: WallClock
    let logger: Logger

    /// Builds the service: routes, and the work beside them.
    /// - Throws: `SystemFailure` when no thread is left.
    package static func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        let disk = try Disk(logger: surroundings.logger)
        let clock = surroundings.clock
        let service = CollabService(
            rooms: RoomRegistry(
                directory: surroundings.configuration.dataDirectory, disk: disk, clock: clock),
            members: MembershipDesk(client: surroundings.client, clock: clock), clock: clock,
            logger: surroundings.logger)
        var parts = ServiceParts(service.routes)
        parts.add(background: "rooms") { try await service.keepOrder() }
        parts.close = { disk.stop() }
        surroundings.health.own("disk:append") { await service.check(disk) }
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

    /// Closes idle rooms, and sends out who may not be there any more.
    private func keepOrder() async throws {
        while true {
            try await Task.sleep(for: .seconds(10))
            await rooms.closeIdle()
            for room in await rooms.all { await recheck(room) }
        }
    }

    private func recheck(_ room: Room) async {
        for (number, guest) in room.guests {
            do {
                let deadline = clock.now() + .seconds(5)
                let role = try await members.role(
                    of: guest.identity, in: room.key.session, deadline: deadline)
                if role != guest.role { room.setRole(role, of: number) }
            } catch let problem as Problem where problem.status == 403 || problem.status == 404 {
                room.setRole(nil, of: number)
            } catch {
                // The session service is away: who was let in stays in until it says otherwise.
                logger.debug("membership not rechecked", metadata: ["error": "\(error)"])
            }
        }
    }
}
