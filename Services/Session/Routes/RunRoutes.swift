internal import Contracts
internal import Messaging
internal import NIOHTTP1
internal import ServiceKit
internal import SystemKit

extension SessionService {
    func addRunRoutes(to routes: inout Routes) {
        routes.reply(to: SessionEndpoints.runSnippet) { call in
            try await start(call) {
                try call.body.check()
                return RunSpec(call.body, for: try call.identity, until: deadline)
            }
        }
        routes.reply(to: SessionRoomEndpoints.run) { call in
            try await start(call) { try await spec(call) }
        }
        routes.reply(to: SessionRoomEndpoints.listRuns) { call in
            let id: SessionID = try call.path("session_id")
            _ = try await sessions.room(id, for: call.identity.userID)
            let slice = try await runs.runs(
                of: id, behind: try Cursor.key(of: call), limit: try call.pageLimit())
            return slice.page(of: call) { $0.id.text }
        }
        routes.on(SessionRoomEndpoints.getRun) { call in
            let run = try await runs.run(call.path("run_id"), for: call.identity.userID)
            let session: SessionID = try call.path("session_id")
            guard run.sessionID == session else { throw Refusal.noRun }
            return run
        }
        routes.raw(on: SessionRoomEndpoints.runTerminal) { try await sit($0) }
        routes.on(SessionEndpoints.getRun) { call in
            try await runs.run(call.path("run_id"), for: call.identity.userID)
        }
        routes.on(SessionEndpoints.cancelRun) { call in
            try await desk.cancel(call.path("run_id"), by: call.identity.userID)
        }
    }

    private var deadline: Instant { (runs.clock.now() + Limits.runDeadline).instant }

    /// People need more time than programs.
    private func deadline(_ terminal: TerminalRequest?) -> Instant {
        let more = Duration.milliseconds(terminal?.wallMilliseconds ?? 0)
        return (runs.clock.now() + Limits.runDeadline + more).instant
    }

    private func sit(_ call: Call<Nothing>) async throws -> ServerResponse {
        let (id, user): (SessionID, Identity) = (try call.path("session_id"), try call.identity)
        let run = try await runs.run(call.path("run_id"), for: user.userID)
        guard run.sessionID == id else { throw Refusal.noRun }
        guard run.terminal != nil else {
            throw Refusal.clash("this run has no terminal: ask for one when it is started")
        }
        let after = try call.query("after", in: 0...Int.max) ?? 0
        let limits = WebSocketLimits(messageBytes: Limits.typedMessageBytes, takesText: true)
        return try ServerResponse.webSocket(for: call, limits) { connection in
            let seat = RunSeat(run, in: id, for: user, connection, after: after, self)
            terminals.take(seat)
            return RunSeatClient(seat)
        }
    }

    /// Takes a run and waits for its end as long as the caller wants to.
    private func start<Request: Wire>(
        _ call: Call<Request>, _ spec: () async throws -> RunSpec
    ) async throws -> Reply<Run> {
        try await once(call) { ticket in
            let queued = try await desk.queue(try await spec(), ticket)
            defer { queued.subscription.cancel() }
            return try await awaited(queued, call)
        } replay: { answer in
            let id = try RunID(answer.resource ?? "")
            let subscription = runs.bus.subscribe(to: id)
            defer { subscription.cancel() }
            // Read behind the subscription: an end between the two would be missed.
            let run = try await runs.run(id, for: call.identity.userID)
            return try await awaited(RunDesk.Queued(run: run, subscription: subscription), call)
        }
    }

    /// 200 with the finished run, or 202 with the run as it stands.
    private func awaited<Request: Wire>(
        _ queued: RunDesk.Queued, _ call: Call<Request>
    ) async throws -> Reply<Run> {
        var run = queued.run
        if let wait = call.preferredWait() {
            run = try await desk.wait(for: run, atMost: wait, queued.subscription)
        }
        guard run.state.isFinal else { return .accepted(run, location: run.location) }
        let times = run.timings
        let timing =
            "queue;dur=\(times.queueMilliseconds), compile;dur=\(times.compileMilliseconds), "
            + "run;dur=\(times.executeMilliseconds)"
        return Reply(run, status: 200, headers: ["Location": run.location, "Server-Timing": timing])
    }

    private func spec(_ call: Call<RunRequest>) async throws -> RunSpec {
        let identity = try call.identity
        let room = try await sessions.room(call.path("session_id"), for: identity.userID, .run)
        let entry = try room.entry(call.body.entry)
        guard room.files.count <= ContractLimits.filesPerRun else {
            throw Refusal.full("a run takes at most \(ContractLimits.filesPerRun) files")
        }
        let guessed = await desk.languages.guess(entry)
        guard let language = call.body.language ?? guessed ?? room.language else {
            throw Problem(.unknownLanguage, "the language of \(entry.text) is not known; name it")
        }
        let pinned = room.files.values.sorted { $0.path < $1.path }
        try call.body.check(pinned)
        return RunSpec(
            call.body, in: room.id, language, entry, pinned: pinned, for: identity,
            until: deadline(call.body.terminal))
    }
}

extension Room {
    /// The file that is started: the one asked for, the only one, or `main.*`.
    func entry(_ wanted: SourcePath?) throws(Refusal) -> SourcePath {
        if let wanted {
            guard files[wanted] != nil else { throw .noFile(wanted) }
            return wanted
        }
        if files.count == 1, let only = files.keys.first { return only }
        let mains = files.keys.filter { $0.text.lowercased().hasPrefix("main.") }.sorted()
        guard let first = mains.first else {
            throw .clash("name the entry: there is no single file and no main.*")
        }
        return first
    }
}
