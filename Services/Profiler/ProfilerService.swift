internal import Contracts
private import Glibc
internal import Logging
package import ServiceKit
private import Storage
internal import SystemKit

/// Where a program's memory and CPU went over time.
///
/// Start reading here. `RecordingDesk` runs a `Recorder` for each execution, which follows the executor's
/// events; `ProfileFigures` is what they mean, `SampleChunk` how samples are packed, `ProfileStore` where
/// they stay. The program itself is never touched: all figures come from outside its sandbox.
package struct ProfilerService: Sendable {
    private let store: ProfileStore
    private let desk: RecordingDesk
    private let client: FleetClient
    private let clock: WallClock

    /// The service's endpoints, its recordings in the background, and its database.
    /// - Throws: `StoreFailure`, `SystemFailure` when the database cannot be opened.
    package static func parts(_ surroundings: ServiceSurroundings) throws -> ServiceParts {
        let directory = surroundings.configuration.dataDirectory
        try Directories.make(directory)
        let store = try ProfileStore(path: "\(directory)/profiler.sqlite")
        let desk = RecordingDesk(store: store, client: surroundings.client, logger: surroundings.logger)
        let service = ProfilerService(
            store: store, desk: desk, client: surroundings.client, clock: surroundings.clock)
        surroundings.health.store("profiler:database") { _ = try await store.store.probe() }
        var routes = Routes()
        ProfilerRoutes(service: service).add(to: &routes)
        var parts = ServiceParts(routes)
        parts.add(background: "recordings") { try await desk.run() }
        let logger = surroundings.logger
        parts.close = {
            ignoring("the process ends either way", logger: logger) { try store.store.close() }
        }
        return parts
    }

    /// Starts recording; answers whether the profile is new.
    /// - Throws: `Problem`: `not_found` for executions of others, `conflict`, `overloaded`, `unavailable`.
    func create(
        _ request: ProfileRequest, for call: some CallAccess
    ) async throws -> (profile: Profile, isNew: Bool) {
        let owner = try call.identity
        let now = clock.now().milliseconds
        let birth = ProfileStore.Birth(
            id: ProfileID(milliseconds: now, random: randomBytes(10)), owner: owner, request: request,
            key: try call.idempotencyKey(), created: Instant(milliseconds: now))
        // The executor may have forgotten what was recorded long ago.
        if let known = try await store.recall(birth) { return (known.profile, false) }
        _ = try await client.call(
            ExecutorEndpoints.get, CallOptions(for: call, path: ["execution_id": request.executionID.text]))
        return try await start(birth)
    }

    private func start(_ birth: ProfileStore.Birth) async throws -> (profile: Profile, isNew: Bool) {
        try desk.reserve()
        do {
            switch try await store.create(birth) {
            case .known(let row):
                desk.release()
                return (row.profile, false)
            case .made(let row):
                desk.start(row)
                return (row.profile, true)
            }
        } catch {
            desk.release()
            throw error
        }
    }

    /// The owner's profile.
    /// - Throws: `Problem` (`not_found`), for profiles of others too.
    func profile(_ id: ProfileID, of owner: UserID) async throws -> Profile {
        guard let row = try await store.find(id, of: owner) else {
            throw Problem(.notFound, "you have no profile \(id.text)")
        }
        return row.profile
    }

    /// The profile when it is finished, or as it stands after `limit`.
    func wait(for id: ProfileID, of owner: UserID, atMost limit: Duration) async throws -> Profile {
        let end = ContinuousClock.now + limit
        while desk.isAwaited(id), ContinuousClock.now < end {
            let step = min(ContinuousClock.now.duration(to: end), .milliseconds(Limits.lookMilliseconds))
            try await Task.sleep(for: step)
        }
        return try await profile(id, of: owner)
    }

    func list(of owner: UserID, before cursor: ProfileID?, limit: Int) async throws -> Page<Profile> {
        try await store.list(of: owner, before: cursor, limit: limit)
    }

    /// The samples so far, thinned to `points`.
    func timeline(of id: ProfileID, owner: UserID, points: Int) async throws -> Timeline {
        let profile = try await profile(id, of: owner)
        var samples = try await store.samples(of: id, after: -1)
        if case .samples(let rest) = desk.track(of: id)?.step(after: samples.last?.atMicroseconds ?? -1) {
            samples += rest
        }
        var timeline = Timeline()
        timeline.samples = Thinning.thin(samples, to: points)
        timeline.isThinned = timeline.samples.count < max(samples.count, profile.samples)
        timeline.intervalMicroseconds = Limits.intervalMicroseconds
        if timeline.isThinned { timeline.intervalMicroseconds = Thinning.interval(samples, points) }
        return timeline
    }

    /// Gives every sample behind `start` to `send`, stored ones first, until the recording is over.
    func follow(_ id: ProfileID, after start: Int, _ send: (UsageSample) async throws -> Void) async throws {
        var at = start
        try await desk.resumed()
        guard let track = desk.track(of: id) else {
            for sample in try await store.samples(of: id, after: at) { try await send(sample) }
            return
        }
        var bell = try track.follow().makeAsyncIterator()
        while true {
            let step = track.step(after: at)
            let samples: [UsageSample]
            switch step {
            case .samples(let pending): samples = pending
            case .stored: samples = try await store.samples(of: id, after: at)
            case .wait:
                _ = await bell.next()
                try Task.checkCancellation()
                continue
            case .over: return
            }
            for sample in samples { try await send(sample) }
            guard let last = samples.last else { return }
            at = last.atMicroseconds
        }
    }
}
