import Contracts
import NIOHTTP1
import ServiceKit
import SessionService
import SystemKit
import TestSupport

/// A session service behind its real HTTP layer, with a real database and scripted peers.
struct Fixture {
    let directory: TemporaryDirectory
    let peers: ScriptedPeers
    let documents = ScriptedDocuments()
    let clock: WallClock

    init(_ peers: ScriptedPeers = ScriptedPeers(), clock: WallClock = .system) throws {
        directory = try TemporaryDirectory()
        self.peers = peers
        self.clock = clock
    }

    /// Runs the service; again with the same fixture is a restart.
    func serving<Result: Sendable>(
        beside services: [ServiceName: Int] = [:], _ body: (Desk) async throws -> Result
    ) async throws -> Result {
        try await withService(
            .session, environment: ["CODECOLLAB_HOME": directory.path], peers: services, clock: clock,
            build: { try await SessionService.build($0, peers: peers, documents: documents) },
            { try await body(Desk(service: $0, peers: peers)) })
    }
}

/// Calls to the service as its users make them.
struct Desk: Sendable {
    let service: RunningService
    let peers: ScriptedPeers
    var client: FleetClient { service.client }

    func options(
        _ user: Identity, _ path: [String: String] = [:], key: String? = nil, headers: HTTPHeaders = [:],
        query: [String: String] = [:]
    ) -> CallOptions {
        CallOptions(as: user, path: path, query: query, headers: headers, idempotencyKey: key)
    }

    func session(
        of user: Identity, _ files: [String: String] = ["main.py": "print(42)"]
    ) async throws -> Session {
        var draft = SessionDraft()
        draft.files = try files.sorted { $0.key < $1.key }.map {
            SourceFile(try SourcePath($0.key), $0.value)
        }
        return try await client.call(SessionEndpoints.create, draft, options(user))
    }

    /// From now on a file is edited live.
    /// - Returns: the text with which its document begins.
    @discardableResult
    func begin(_ document: String, in session: Session) async throws -> String? {
        try await client.call(
            LiveFileEndpoints.begin, LiveFileStart(try DocumentName(document)),
            CallOptions(path: ["session_id": session.id.text])
        ).text
    }

    /// Lets another user in.
    func admit(_ guest: Identity, as role: GrantedRole, to session: Session, by owner: Identity) async throws
    {
        let draft = InvitationDraft.with { $0.role = role }
        let invitation = try await client.call(
            SessionRoomEndpoints.invite, draft, options(owner, ["session_id": session.id.text]))
        _ = try await client.call(
            SessionRoomEndpoints.accept, options(guest, ["token": invitation.token ?? ""]))
    }

    func snippet(
        _ language: String = "python", _ source: String = "x", wait: Int? = 20, by user: Identity,
        key: String? = nil
    ) async throws -> Run {
        var request = SnippetRequest()
        request.language = try LanguageID(language)
        request.files = [SourceFile(try SourcePath("main"), source)]
        return try await run(request, wait: wait, by: user, key: key)
    }

    func run(
        _ request: SnippetRequest, wait: Int? = 20, by user: Identity, key: String? = nil
    ) async throws -> Run {
        let headers: HTTPHeaders = wait.map { ["Prefer": "wait=\($0)"] } ?? [:]
        return try await client.call(
            SessionEndpoints.runSnippet, request, options(user, key: key, headers: headers))
    }

    func events(of run: RunID, by user: Identity, after: Int? = nil) async throws -> [RunEvent] {
        let headers: HTTPHeaders = after.map { ["Last-Event-ID": "\($0)"] } ?? [:]
        return try await client.events(
            SessionEndpoints.runEvents, options(user, ["run_id": run.text], headers: headers)
        ) { stream in
            var events: [RunEvent] = []
            for try await event in stream { events.append(event.value) }
            return events
        }
    }

    /// Waits until the run has ended.
    func end(of run: RunID, by user: Identity) async throws -> Run {
        while true {
            let now = try await client.call(SessionEndpoints.getRun, options(user, ["run_id": run.text]))
            if now.state.isFinal { return now }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
