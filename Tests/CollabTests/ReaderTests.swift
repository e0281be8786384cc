import CollabService
import Contracts
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Who reads a document's changes as events", .tags(.medium), .timeLimit(.minutes(2)))
struct ReaderTests {
    private let signIn = SignInID(milliseconds: 1, random: [UInt8](repeating: 3, count: 10))

    /// The last word of a stream of changes during which something happens.
    private func lastWord(
        _ during: @escaping @Sendable (CollabHouse) async throws -> Void
    ) async throws -> Problem? {
        let home = try TemporaryDirectory()
        return try await CollabHouse.open(home) { house in
            let name = try house.options("editor Ada", document: "a.py")
            _ = try await house.collab.client.call(CollabEndpoints.putText, TextDraft("a"), name)
            var reader = try Identity.tester("viewer Vic")
            reader.signInID = signIn
            let path = ["session_id": CollabHouse.session, "document": "a.py"]
            var options = CallOptions(as: reader, path: path)
            options.headers.add(name: "Last-Event-ID", value: "0")
            return await #expect(throws: Problem.self) {
                try await house.collab.client.events(CollabEndpoints.events, options) { events in
                    for try await event in events where event.value.sequence == 1 { try await during(house) }
                }
            }
        }
    }

    private func tell(_ house: CollabHouse, _ kind: LiveNotice.Kind) async throws {
        var notice = LiveNotice()
        notice.sessionID = try SessionID(CollabHouse.session)
        notice.kind = kind
        let options = CallOptions(path: ["session_id": CollabHouse.session])
        _ = try await house.collab.client.call(LiveFileEndpoints.notice, notice, options)
    }

    @Test("reads no more when the sign-in is ended")
    func revoked() async throws {
        let problem = try await lastWord { [signIn] house in house.auth.revoke { $0.signInID = signIn } }
        #expect(problem?.code == .unauthenticated)
    }

    @Test("reads no more when no member any more")
    func expelled() async throws {
        let problem = try await lastWord { house in
            house.roles.withLock { $0["viewer Vic"] = .some(nil) }
            try await tell(house, .membersChanged)
        }
        #expect(problem?.code == .forbidden)
    }

    @Test("is told that the document is gone")
    func deleted() async throws {
        let problem = try await lastWord { house in try await tell(house, .sessionDeleted) }
        #expect(problem?.code == .gone)
    }
}
