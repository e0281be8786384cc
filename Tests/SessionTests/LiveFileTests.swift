import Contracts
import NIOCore
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Files that are edited live", .tags(.medium), .timeLimit(.minutes(2)))
struct LiveFileTests {
    let ada: Identity
    let ben: Identity

    init() throws {
        ada = try .tester("Ada")
        ben = try .tester("Ben")
    }

    private func at(
        _ path: String, in session: Session, _ desk: Desk, ifMatch: String? = nil
    ) -> CallOptions {
        let headers: HTTPHeaders = ifMatch.map { ["If-Match": $0] } ?? [:]
        return desk.options(ada, ["session_id": session.id.text, "path": path], headers: headers)
    }

    private func read(_ path: String, in session: Session, _ desk: Desk) async throws -> (String, String?) {
        try await desk.client.raw(
            SessionRoomEndpoints.getFile, Nothing(), at(path, in: session, desk)
        ) { response in
            let bytes = try await response.body.collect(upTo: 1 << 20)
            let file = try SourceFile.decode(Array(buffer: bytes), unknownFields: .skip)
            return (file.content, response.head.headers.first(name: "ETag"))
        }
    }

    @Test("a document begins with its file; then it is the truth, and lists, ETags and events follow it")
    func following() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada, ["src/a.py": "one"])
            let before = try await read("src/a.py", in: session, desk)
            #expect(before.0 == "one" && fixture.documents.state.snapshot.calls == 0)
            #expect(try await desk.begin("src~a.py", in: session) == "one")
            #expect(try await read("src/a.py", in: session, desk) == before, "nothing was typed yet")
            fixture.documents.type("one two", into: "src~a.py", by: ben.userID)
            let after = try await read("src/a.py", in: session, desk)
            #expect(after.0 == "one two" && after.1 != before.1)
            let list = try await desk.client.call(
                SessionRoomEndpoints.listFiles, desk.options(ada, ["session_id": session.id.text]))
            #expect(list.items.map { "\"\($0.digest.text)\"" } == [after.1])
            #expect(list.items.map(\.updatedBy) == [ben.userID] && list.items.map(\.bytes) == [7])
            let events = try await desk.client.call(
                SessionEndpoints.events, desk.options(ada, ["session_id": session.id.text])).items
            #expect(events.filter { $0.kind == .fileWritten }.map(\.actorID) == [ada.userID, ben.userID])
            _ = try await read("src/a.py", in: session, desk)
            let later = try await desk.client.call(
                SessionEndpoints.events, desk.options(ada, ["session_id": session.id.text])).items
            #expect(later.count == events.count, "reading what is known changes nothing")
        }
    }

    @Test("however many files are live, a list asks once, and again only for what was not answered")
    func asksOnce() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let names = (1...7).map { "f\($0).py" }
            let session = try await desk.session(
                of: ada, Dictionary(uniqueKeysWithValues: names.map { ($0, "old") }))
            for name in names {
                _ = try await desk.begin(name, in: session)
                fixture.documents.type("new \(name)", into: name)
            }
            for (answered, questions) in [(3, 3), (512, 1)] {
                fixture.documents.state.withLock { ($0.answered, $0.calls) = (answered, 0) }
                let list = try await desk.client.call(
                    SessionRoomEndpoints.listFiles, desk.options(ada, ["session_id": session.id.text]))
                #expect(list.items.count == 7 && list.items.allSatisfy { $0.bytes == 9 })
                #expect(fixture.documents.state.snapshot.calls == questions)
            }
        }
    }

    @Test("a write goes into the document, its ETag is checked there, and what the document says is kept")
    func writing() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada, ["a.py": "one"])
            _ = try await desk.begin("a.py", in: session)
            let put = SessionRoomEndpoints.putFile
            let entry = try await desk.client.call(
                put, FileDraft(content: "two"), at("a.py", in: session, desk))
            #expect(fixture.documents.state.snapshot.texts["a.py"]?.text == "two")
            let read = try await read("a.py", in: session, desk)
            #expect(read == ("two", "\"\(entry.digest.text)\""))
            let problem = await #expect(throws: Problem.self) {
                try await desk.client.call(
                    put, FileDraft(content: "three"), at("a.py", in: session, desk, ifMatch: "\"stale\""))
            }
            #expect(problem?.status == 412)
            #expect(try await self.read("a.py", in: session, desk).0 == "two")
        }
    }

    @Test("while the documents are away the copy can be read, and nothing is written beside them")
    func away() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada, ["a.py": "one", "b.py": "b"])
            _ = try await desk.begin("a.py", in: session)
            fixture.documents.state.withLock { $0.isAway = true }
            #expect(try await read("a.py", in: session, desk).0 == "one")
            let put = SessionRoomEndpoints.putFile
            let problem = await #expect(throws: Problem.self) {
                try await desk.client.call(put, FileDraft(content: "two"), at("a.py", in: session, desk))
            }
            #expect((500..<505).contains(problem?.status ?? 0))
            _ = try await desk.client.call(put, FileDraft(content: "B"), at("b.py", in: session, desk))
            fixture.documents.state.withLock { $0.isAway = false }
            #expect(try await read("a.py", in: session, desk).0 == "one")
            #expect(try await read("b.py", in: session, desk).0 == "B")
        }
    }

    @Test("viewers write into no document, and a file that is no text is none's")
    func refused() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada, ["a.py": "one"])
            try await desk.admit(ben, as: .viewer, to: session, by: ada)
            _ = try await desk.begin("a.py", in: session)
            let place = ["session_id": session.id.text, "path": "a.py"]
            let problem = await #expect(throws: Problem.self) {
                try await desk.client.call(
                    SessionRoomEndpoints.putFile, FileDraft(content: "x"), desk.options(ben, place))
            }
            #expect(problem?.status == 403)
            #expect(fixture.documents.state.snapshot.texts.isEmpty)
            let binary = FileDraft.with {
                $0.content = "AAE="
                $0.encoding = .base64
            }
            _ = try await desk.client.call(
                SessionRoomEndpoints.putFile, binary, desk.options(ada, place))
            #expect(try await desk.begin("a.py", in: session) == nil)
            try await told(.fileDeleted, "a.py", fixture)
        }
    }

    private func told(_ kind: LiveNotice.Kind, _ document: String?, _ fixture: Fixture) async throws {
        while !fixture.documents.state.snapshot.notices.contains(where: {
            $0.kind == kind && $0.document?.text == document
        }) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("deleted files, changed members, the end and the deletion are told, also after a time away")
    func notices() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada, ["a.py": "one"])
            try await desk.admit(ben, as: .editor, to: session, by: ada)
            _ = try await desk.begin("a.py", in: session)
            fixture.documents.state.withLock { $0.isAway = true }
            let member = ["session_id": session.id.text, "user_id": ben.userID.text]
            let viewer = MemberPatch.with { $0.role = .viewer }
            _ = try await desk.client.call(
                SessionRoomEndpoints.patchMember, viewer, desk.options(ada, member))
            _ = try await desk.client.call(
                SessionRoomEndpoints.deleteFile, at("a.py", in: session, desk))
            fixture.documents.state.withLock { $0.isAway = false }
            try await told(.membersChanged, nil, fixture)
            try await told(.fileDeleted, "a.py", fixture)
            #expect(try await desk.begin("a.py", in: session) == nil, "it begins anew, with nothing")
            let place = desk.options(ada, ["session_id": session.id.text])
            _ = try await desk.client.call(SessionEndpoints.end, place)
            try await told(.sessionEnded, nil, fixture)
            _ = try await desk.client.call(SessionEndpoints.delete, place)
            try await told(.sessionDeleted, nil, fixture)
        }
    }
}
