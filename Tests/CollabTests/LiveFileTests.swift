import CollabService
import Contracts
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Files behind documents", .tags(.medium), .timeLimit(.minutes(2)))
struct LiveFileTests {
    private func options(_ document: String?, ifMatch: String? = nil) -> CallOptions {
        var options = CallOptions(path: ["session_id": CollabHouse.session])
        options.path["document"] = document
        if let ifMatch { options.headers.add(name: "If-Match", value: ifMatch) }
        return options
    }

    private func write(
        _ house: CollabHouse, _ text: String, to document: String, ifMatch: String? = nil
    ) async throws -> LiveFile {
        let draft = LiveFileDraft(text, by: try Identity.tester("editor Ada").userID)
        return try await house.collab.client.call(
            LiveFileEndpoints.write, draft, options(document, ifMatch: ifMatch))
    }

    private func read(_ house: CollabHouse, _ known: (String, Int)...) async throws -> [LiveFile] {
        var question = LiveFileQuestion()
        question.items = try known.map { name, sequence in
            let document = try DocumentName(name)
            return .with { ($0.document, $0.known) = (document, sequence) }
        }
        return try await house.collab.client.call(LiveFileEndpoints.read, question, options(nil)).items
    }

    private func isLive(_ house: CollabHouse, _ document: String) async throws -> Bool {
        try await read(house, (document, 0)).first?.isLive ?? false
    }

    private func tell(_ house: CollabHouse, _ kind: LiveNotice.Kind, _ document: String? = nil) async throws {
        var notice = LiveNotice()
        notice.sessionID = try SessionID(CollabHouse.session)
        notice.kind = kind
        notice.document = try document.map { try DocumentName($0) }
        _ = try await house.collab.client.call(LiveFileEndpoints.notice, notice, options(nil))
    }

    @Test("a file is written as a difference, read when it is news, and guarded by its digest")
    func file() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            #expect(try await isLive(house, "a.py") == false)
            let first = try await write(house, "one\ntwo\n", to: "a.py")
            #expect(first.sequence == 1 && first.text == "one\ntwo\n")
            let all = try await read(house, ("a.py", 1), ("none.py", 0), ("a.py", 0))
            #expect(all.count == 3 && !all[1].isLive)
            let (known, news) = (all[0], all[2])
            #expect(known.isLive && known.text == nil && known.sequence == 1)
            let author = try Identity.tester("editor Ada").userID
            #expect(news.text == first.text && news.userID == author)
            let stale = "\"\(String(repeating: "0", count: 64))\""
            let problem = await #expect(throws: Problem.self) {
                try await write(house, "three\n", to: "a.py", ifMatch: stale)
            }
            #expect(problem?.status == 412)
            // Of `printf 'one\ntwo\n' | sha256sum`.
            let right = "\"c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8\""
            #expect(try await write(house, "three\n", to: "a.py", ifMatch: right).sequence == 2)
            #expect(try await write(house, "seeded", to: "seeded.py").sequence == 2, "behind the seed")
        }
    }

    @Test("an idle document is not opened for somebody who knows it")
    func idle() async throws {
        let home = try TemporaryDirectory()
        _ = try await CollabHouse.open(home) { try await write($0, "text", to: "a.py") }
        try await CollabHouse.open(home) { house in
            let known = try #require(try await read(house, ("a.py", 1)).first)
            #expect(known.isLive && known.text == nil)
            let other = try #require(try await read(house, ("a.py", 7)).first)
            let author = try Identity.tester("editor Ada").userID
            #expect(other.text == "text" && other.sequence == 1 && other.userID == author)
        }
    }

    /// Connects, does something when it is heard, and reads until the connection is closed.
    private func ending(
        _ house: CollabHouse, as name: String, _ document: String,
        _ change: @escaping @Sendable () async throws -> Void
    ) async throws -> UInt16 {
        let statement = try house.statement(name)
        async let code = RawSocket.exchange(port: house.collab.port) { socket in
            try socket.send(FanoutTests.handshake(statement, document))
            _ = try socket.read(until: "\r\n\r\n")
            var code = UInt16(0)
            try FanoutTests.frames(socket) { opcode, payload in
                guard opcode == 8, payload.count >= 2 else { return false }
                code = UInt16(payload[0]) << 8 | UInt16(payload[1])
                return true
            }
            return code
        }
        let options = try house.options(name, document: document)
        while true {
            do {
                let presence = try await house.collab.client.call(CollabEndpoints.presence, options)
                if presence.items.contains(where: { $0.name.text == name }) { break }
            } catch let problem as Problem where problem.status == 404 {
                _ = problem
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        try await change()
        return try await code
    }

    @Test("a deleted file takes its document with it: 4404 for those inside, its files into the trash")
    func deletion() async throws {
        let home = try TemporaryDirectory()
        let data = "\(home.path)/data/collab"
        try await CollabHouse.open(home) { house in
            _ = try await write(house, "gone", to: "a.py")
            _ = try await write(house, "stays", to: "b.py")
            let code = try await ending(house, as: "editor Ada", "a.py") {
                try await tell(house, .fileDeleted, "a.py")
            }
            #expect(code == 4404)
            #expect(try await !isLive(house, "a.py"))
            #expect(try DirectoryListing.names(in: "\(data)/\(CollabHouse.session)") == ["b.py"])
            #expect(try DirectoryListing.names(in: "\(data)/.trash").count == 1)
            try await tell(house, .fileDeleted, "a.py")
            #expect(try DirectoryListing.names(in: "\(data)/.trash").count == 1, "twice is once")
            #expect(try await write(house, "anew", to: "a.py").sequence == 1)
            try await tell(house, .sessionDeleted)
            #expect(try await !isLive(house, "b.py"))
            #expect(try DirectoryListing.names(in: data) == [".trash"])
        }
        try await CollabHouse.open(home, ["CODECOLLAB_TRASH_HOURS": "0"]) { _ in
            while try !DirectoryListing.names(in: "\(data)/.trash").isEmpty {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    @Test("the end of a session sends out who writes, and leaves those who read")
    func sessionEnd() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let code = try await ending(house, as: "editor Ada", "a.py") {
                try await tell(house, .sessionEnded)
            }
            #expect(code == 4403)
            let reader = try await ending(house, as: "viewer Vic", "a.py") {
                try await tell(house, .sessionEnded)
                try await tell(house, .sessionDeleted)
            }
            #expect(reader == 4404)
        }
    }

    @Test("a changed role is heard at once, and so is that somebody is no member any more")
    func members() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let code = try await ending(house, as: "editor Ada", "a.py") {
                house.roles.withLock { $0["editor Ada"] = .some(nil) }
                try await tell(house, .membersChanged)
            }
            #expect(code == 4403)
            house.roles.withLock { $0["editor Ada"] = .viewer }
            try await tell(house, .membersChanged)
            let problem = await #expect(throws: Problem.self) {
                try await house.collab.client.call(
                    CollabEndpoints.putText, TextDraft("x"), house.options("editor Ada", document: "a.py"))
            }
            #expect(problem?.status == 403)
        }
    }
}
