import Contracts
import NIOHTTP1
import ServiceKit
import TestSupport
import Testing

@Suite(.tags(.medium), .timeLimit(.minutes(8))) struct SessionRouteTests {
    let ada: Identity
    let ben: Identity

    init() throws {
        ada = try .tester("Ada")
        ben = try .tester("Ben")
    }

    private func code(_ body: () async throws -> Void) async -> ProblemCode? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? Problem)?.code
        }
    }

    @Test("a session is made, found, changed under its ETag, ended and deleted")
    func life() async throws {
        try await Fixture().serving { desk in
            let made = try await desk.session(of: ada)
            #expect(made.yourRole == .owner && made.files == 1 && made.version == 2)
            let at = ["session_id": made.id.text]
            let found = try await desk.client.call(SessionEndpoints.get, desk.options(ada, at))
            #expect(found == made)
            let stale = desk.options(ada, at, headers: ["If-Match": "\"1\""])
            let other = SessionPatch.with { $0.language = .zero }
            #expect(
                await code { _ = try await desk.client.call(SessionEndpoints.patch, other, stale) }
                    == .preconditionFailed)
            let right = desk.options(ada, at, headers: ["If-Match": "\"2\""])
            #expect(try await desk.client.call(SessionEndpoints.patch, other, right).version == 3)
            #expect(try await desk.client.call(SessionEndpoints.end, desk.options(ada, at)).state == .ended)
            let file = FileDraft(content: "x")
            let path = at.merging(["path": "a.py"]) { $1 }
            let put = SessionRoomEndpoints.putFile
            #expect(
                await code { _ = try await desk.client.call(put, file, desk.options(ada, path)) }
                    == .sessionEnded)
            _ = try await desk.client.call(SessionEndpoints.delete, desk.options(ada, at))
            #expect(
                await code { _ = try await desk.client.call(SessionEndpoints.get, desk.options(ada, at)) }
                    == .notFound)
        }
    }

    @Test("files are written, read, listed page by page and deleted, with ETags")
    func files() async throws {
        try await Fixture().serving { desk in
            let session = try await desk.session(of: ada, [:])
            let at = { (path: String) in ["session_id": session.id.text, "path": path] }
            var entries: [FileEntry] = []
            for path in ["src/b.py", "a.py", "src/a b.py"] {
                entries.append(
                    try await desk.client.call(
                        SessionRoomEndpoints.putFile, FileDraft(content: path), desk.options(ada, at(path))))
            }
            let got = try await desk.client.call(
                SessionRoomEndpoints.getFile, desk.options(ada, at("src/a b.py")))
            #expect(got.content == "src/a b.py")
            var paths: [String] = []
            var query = ["limit": "2"]
            while true {
                let page = try await desk.client.call(
                    SessionRoomEndpoints.listFiles, desk.options(ada, at(""), query: query))
                paths += page.items.map(\.path.text)
                guard let next = page.nextCursor else { break }
                query["cursor"] = next
            }
            #expect(paths == ["a.py", "src/a b.py", "src/b.py"])
            let stale = desk.options(ada, at("a.py"), headers: ["If-Match": "\"\(entries[0].digest)\""])
            #expect(
                await code {
                    _ = try await desk.client.call(
                        SessionRoomEndpoints.putFile, FileDraft(content: "y"), stale)
                } == .preconditionFailed)
            let right = desk.options(ada, at("a.py"), headers: ["If-Match": "\"\(entries[1].digest)\""])
            _ = try await desk.client.call(SessionRoomEndpoints.deleteFile, right)
            #expect(
                await code {
                    _ = try await desk.client.call(
                        SessionRoomEndpoints.getFile, desk.options(ada, at("a.py")))
                } == .notFound)
        }
    }

    @Test("a binary file comes back as it went in; base64 that is none is refused")
    func binary() async throws {
        try await Fixture().serving { desk in
            let session = try await desk.session(of: ada, [:])
            let at = desk.options(ada, ["session_id": session.id.text, "path": "logo.bin"])
            var draft = FileDraft(content: "AAH/")
            draft.encoding = .base64
            let entry = try await desk.client.call(SessionRoomEndpoints.putFile, draft, at)
            #expect(entry.bytes == 3)
            #expect(try await desk.client.call(SessionRoomEndpoints.getFile, at).content == "AAH/")
            draft.content = "%%%"
            #expect(
                await code { _ = try await desk.client.call(SessionRoomEndpoints.putFile, draft, at) }
                    == .invalidRequest)
        }
    }

    @Test(
        "what each role may do through HTTP",
        arguments: [
            (GrantedRole.editor, [nil, nil, nil, ProblemCode.forbidden] as [ProblemCode?]),
            (.runner, [nil, .forbidden, nil, .forbidden]),
            (.commenter, [nil, .forbidden, .forbidden, .forbidden]),
            (.viewer, [nil, .forbidden, .forbidden, .forbidden]),
        ])
    func roles(role: GrantedRole, expected: [ProblemCode?]) async throws {
        try await Fixture().serving { desk in
            let session = try await desk.session(of: ada)
            let at = ["session_id": session.id.text]
            let before = await code {
                _ = try await desk.client.call(SessionEndpoints.get, desk.options(ben, at))
            }
            #expect(before == .notFound)
            try await desk.admit(ben, as: role, to: session, by: ada)
            let path = at.merging(["path": "x.py"]) { $1 }
            let codes = [
                await code { _ = try await desk.client.call(SessionEndpoints.get, desk.options(ben, at)) },
                await code {
                    let put = SessionRoomEndpoints.putFile
                    _ = try await desk.client.call(put, FileDraft(content: "x"), desk.options(ben, path))
                },
                await code {
                    let request = RunRequest.with { $0.entry = session.files == 1 ? nil : .zero }
                    var named = request
                    named.entry = try SourcePath("main.py")
                    _ = try await desk.client.call(SessionRoomEndpoints.run, named, desk.options(ben, at))
                },
                await code { _ = try await desk.client.call(SessionEndpoints.end, desk.options(ben, at)) },
            ]
            #expect(codes == expected)
        }
    }

    @Test("an invitation's token is told once, works until revoked, and is not found when wrong")
    func invitations() async throws {
        try await Fixture().serving { desk in
            let session = try await desk.session(of: ada)
            let at = ["session_id": session.id.text]
            let invitation = try await desk.client.call(
                SessionRoomEndpoints.invite, InvitationDraft(), desk.options(ada, at))
            let token = try #require(invitation.token)
            let listed = try await desk.client.call(
                SessionRoomEndpoints.listInvitations, desk.options(ada, at))
            #expect(listed.items.map(\.token) == [nil])
            let wrong = desk.options(ben, ["token": String(token.reversed())])
            #expect(
                await code { _ = try await desk.client.call(SessionRoomEndpoints.accept, wrong) } == .notFound
            )
            let named = at.merging(["invitation_id": invitation.id.text]) { $1 }
            _ = try await desk.client.call(SessionRoomEndpoints.revoke, desk.options(ada, named))
            let right = desk.options(ben, ["token": token])
            #expect(
                await code { _ = try await desk.client.call(SessionRoomEndpoints.accept, right) } == .gone)
        }
    }

    @Test("members are listed owner first, changed by the owner, and leave")
    func members() async throws {
        try await Fixture().serving { desk in
            let session = try await desk.session(of: ada)
            try await desk.admit(ben, as: .viewer, to: session, by: ada)
            let at = ["session_id": session.id.text]
            let one = at.merging(["user_id": ben.userID.text]) { $1 }
            let patch = SessionRoomEndpoints.patchMember
            #expect(
                await code {
                    _ = try await desk.client.call(patch, MemberPatch(role: .editor), desk.options(ben, one))
                }
                    == .forbidden)
            let changed = try await desk.client.call(
                patch, MemberPatch(role: .editor), desk.options(ada, one))
            #expect(changed.role == .editor)
            let list = try await desk.client.call(SessionRoomEndpoints.listMembers, desk.options(ben, at))
            #expect(list.items.map(\.role) == [.owner, .editor])
            _ = try await desk.client.call(SessionRoomEndpoints.deleteMember, desk.options(ben, one))
            #expect(
                await code { _ = try await desk.client.call(SessionEndpoints.get, desk.options(ben, at)) }
                    == .notFound)
        }
    }

    @Test("sessions are listed newest first, each once, page by page, only one's own")
    func list() async throws {
        try await Fixture().serving { desk in
            var ids: [SessionID] = []
            for _ in 0..<5 {
                ids.append(try await desk.session(of: ada, [:]).id)
                try await Task.sleep(for: .milliseconds(2))
            }
            _ = try await desk.session(of: ben, [:])
            var listed: [SessionID] = []
            var query = ["limit": "2"]
            while true {
                let page = try await desk.client.call(SessionEndpoints.list, desk.options(ada, query: query))
                listed += page.items.map(\.id)
                guard let next = page.nextCursor else { break }
                query["cursor"] = next
            }
            #expect(listed == ids.reversed())
            let bad = desk.options(ada, query: ["cursor": "nonsense"])
            #expect(
                await code { _ = try await desk.client.call(SessionEndpoints.list, bad) } == .notFound)
        }
    }

    @Test("the same key gives the same answer, another body is refused, another user's key is another key")
    func idempotency() async throws {
        try await Fixture().serving { desk in
            let draft = SessionDraft.with { $0.title = .untitled }
            let first = try await desk.client.call(
                SessionEndpoints.create, draft, desk.options(ada, key: "k1"))
            let again = try await desk.client.call(
                SessionEndpoints.create, draft, desk.options(ada, key: "k1"))
            #expect(first == again)
            let other = SessionDraft()
            #expect(
                await code {
                    _ = try await desk.client.call(
                        SessionEndpoints.create, other, desk.options(ada, key: "k1"))
                } == .idempotencyMismatch)
            let bens = try await desk.client.call(
                SessionEndpoints.create, draft, desk.options(ben, key: "k1"))
            #expect(bens.id != first.id)
            let at = ["session_id": first.id.text]
            let invite = SessionRoomEndpoints.invite
            let one = try await desk.client.call(invite, InvitationDraft(), desk.options(ada, at, key: "k2"))
            let two = try await desk.client.call(invite, InvitationDraft(), desk.options(ada, at, key: "k2"))
            #expect(one == two && one.token != nil)
            try await desk.client.raw(SessionEndpoints.create, draft, desk.options(ada, key: "k1")) {
                response in
                #expect(response.head.headers.first(name: "Idempotent-Replayed") == "true")
                #expect(response.status == 201)
            }
        }
    }

    @Test("everything survives a restart, and folding the events gives what the tables say")
    func restart() async throws {
        let fixture = try Fixture()
        let made = try await fixture.serving { desk in
            let session = try await desk.session(of: ada, ["main.py": "1", "b.py": "2"])
            try await desk.admit(ben, as: .runner, to: session, by: ada)
            return session
        }
        try await fixture.serving { desk in
            let at = ["session_id": made.id.text]
            let session = try await desk.client.call(SessionEndpoints.get, desk.options(ben, at))
            #expect(session.files == 2 && session.yourRole == .runner && session.version == made.version + 2)
            let path = at.merging(["path": "b.py"]) { $1 }
            #expect(
                try await desk.client.call(SessionRoomEndpoints.getFile, desk.options(ben, path)).content
                    == "2")
            let events = try await desk.client.call(SessionEndpoints.events, desk.options(ben, at))
            #expect(events.items.map(\.sequence) == Array(1...session.version))
        }
    }
}
