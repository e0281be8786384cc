internal import Contracts
internal import Logging
private import NIOHTTP1
internal import ServiceKit
internal import SystemKit

/// Records one execution: follows its events, stores samples chunk by chunk, goes on after a broken
/// connection.
actor Recorder {
    private let row: ProfileRow
    private let track: LiveTrack
    private let store: ProfileStore
    private let client: FleetClient
    private let logger: Logger
    private var figures: ProfileFigures
    private var chunk = SampleChunk(capacity: Limits.chunkSamples)
    private var storedAtNanoseconds = monotonicNanoseconds()
    private var isFinished = false

    init(
        _ row: ProfileRow, _ track: LiveTrack, _ store: ProfileStore, _ client: FleetClient, _ logger: Logger
    ) {
        self.row = row
        self.track = track
        self.store = store
        self.client = client
        self.logger = logger
        figures = row.figures
    }

    /// Records until the program has ended, the executor has lost it, or the task is cancelled; then the
    /// profile stays `recording` and the next start goes on with it.
    func run() async {
        await follow()
        let state: Profile.State = isFinished ? .finished : Task.isCancelled ? .recording : .incomplete
        do {
            try await flush(as: state)
        } catch {
            logger.error(
                "a profile's end was not stored",
                metadata: ["error": "\(error)", "profile": "\(row.profile.id)"])
        }
        track.end()
        logger.info(
            "recording over",
            metadata: [
                "profile": "\(row.profile.id)", "state": "\(state.rawValue)", "samples": "\(figures.samples)",
            ])
    }

    private func follow() async {
        var failures = 0
        while !isFinished && !Task.isCancelled && failures < Limits.attempts {
            let before = figures.lastEvent
            do {
                try await attempt()
            } catch let problem as Problem where problem.status < 500 {
                logger.info("the executor has it no more", metadata: ["code": "\(problem.code.rawValue)"])
                return
            } catch {
                logger.warning("the executor's stream broke", metadata: ["error": "\(error)"])
            }
            if isFinished { return }
            failures = figures.lastEvent > before ? 1 : failures + 1
            let pause = Limits.retryMilliseconds << (failures - 1)
            await ignoring("being cancelled is how this pause ends early") {
                try await Task.sleep(for: .milliseconds(pause))
            }
        }
    }

    private func attempt() async throws {
        let id = row.profile.executionID.text
        var options = CallOptions(as: row.owner, path: ["execution_id": id])
        if figures.lastEvent > 0 { options.headers.add(name: "Last-Event-ID", value: "\(figures.lastEvent)") }
        try await client.events(ExecutorEndpoints.events, options) { events in
            for try await event in events {
                try await take(event.value)
                if isFinished { return }
            }
        }
    }

    private func take(_ event: ExecutionEvent) async throws {
        switch figures.take(event) {
        case .nothing: return
        case .finished: isFinished = true
        case .sample(let sample):
            chunk.append(sample)
            track.add(sample)
            let age = monotonicNanoseconds() - storedAtNanoseconds
            if chunk.isFull || age > UInt64(Limits.chunkMilliseconds) * 1_000_000 {
                try await flush(as: .recording)
            }
        }
    }

    /// Stores what is there; between reading the state and clearing it nothing is awaited.
    private func flush(as state: Profile.State) async throws {
        let encoded = EncodedChunk(&chunk)
        let known = figures
        chunk.removeAll()
        storedAtNanoseconds = monotonicNanoseconds()
        try await store.save(known, encoded, state, of: row.profile.id)
        track.stored(upTo: known.lastAt)
    }
}
