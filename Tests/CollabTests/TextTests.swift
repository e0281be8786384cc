import CollabService
import Contracts
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Documents over REST", .tags(.medium), .timeLimit(.minutes(8)))
struct TextTests {
    private func put(_ house: CollabHouse, _ text: String, as name: String = "editor Ada") async throws
        -> DocumentText
    {
        try await house.collab.client.call(
            CollabEndpoints.putText, TextDraft(text), try house.options(name, document: "a.py"))
    }

    @Test("a text is written, read, edited in every unit, and survives a restart")
    func writing() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let client = house.collab.client
            let options = try house.options("editor Ada", document: "a.py")
            #expect(try await put(house, "one\n🦉two\nthree\n").sequence == 1)
            #expect(try await put(house, "one\n🦉two\nthree\n").sequence == 1, "nothing changed")
            var patch = TextPatch([TextEdit(0..<3, "ONE"), TextEdit(4..<6, "owl ")])
            var text = try await client.call(CollabEndpoints.patchText, patch, options)
            #expect(text.text == "ONE\nowl two\nthree\n" && text.sequence == 2)
            patch = TextPatch([TextEdit(0..<3, "🦉"), TextEdit(0..<4, "")], unit: .utf8)
            text = try await client.call(CollabEndpoints.patchText, patch, options)
            #expect(text.text == "\nowl two\nthree\n")
            var edit = TextEdit(2..<2, "TH")
            edit.endColumn = 2
            patch = TextPatch([edit], unit: .lines)
            text = try await client.call(CollabEndpoints.patchText, patch, options)
            #expect(text.text == "\nowl two\nTHree\n" && text.utf16Units == 15)
        }
        try await CollabHouse.open(home) { house in
            let options = try house.options("viewer Vic", document: "a.py")
            let text = try await house.collab.client.call(CollabEndpoints.text, options)
            #expect(text.text == "\nowl two\nTHree\n" && text.sequence == 4)
        }
    }

    @Test("edits that do not fit change nothing, not even the version, and are named")
    func badEdits() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let client = house.collab.client
            let options = try house.options("editor Ada", document: "a.py")
            _ = try await put(house, "a🦉b")
            for edits in [
                [TextEdit(0..<9, "")], [TextEdit(2..<3, "x")], [TextEdit(0..<1, "z"), TextEdit(7..<9, "")],
            ] {
                let problem = await #expect(throws: Problem.self) {
                    try await client.call(CollabEndpoints.patchText, TextPatch(edits), options)
                }
                #expect(problem?.errors?.first?.pointer == "/edits/\(edits.count - 1)")
                let text = try await client.call(CollabEndpoints.text, options)
                #expect(text.text == "a🦉b" && text.sequence == 1)
            }
        }
    }

    @Test("If-Match keeps from overwriting, If-None-Match from reading twice")
    func tags() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let client = house.collab.client
            let written = try await put(house, "one")
            var options = try house.options("editor Ada", document: "a.py")
            options.headers.add(name: "If-Match", value: "\"\(written.sequence)\"")
            _ = try await client.call(CollabEndpoints.putText, TextDraft("two"), options)
            let late = options
            let problem = await #expect(throws: Problem.self) {
                try await client.call(CollabEndpoints.putText, TextDraft("three"), late)
            }
            #expect(problem?.status == 412)
            options.headers = ["If-None-Match": "\"\(written.sequence + 1)\""]
            let again = options
            let status = try await client.raw(CollabEndpoints.text, Nothing(), again) { $0.status }
            #expect(status == 304)
        }
    }

    @Test("members who may not write are refused, strangers too", arguments: [
        ("viewer Vic", 403), ("commenter Cy", 403), ("runner Ron", 403), ("stranger Eve", 403),
    ])
    func roles(name: String, status: Int) async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let problem = await #expect(throws: Problem.self) { try await put(house, "x", as: name) }
            #expect(problem?.status == status)
        }
    }

    @Test("a session's file becomes a document once, with the same bytes, and only when it can be read")
    func seeding() async throws {
        let home = try TemporaryDirectory()
        let first = try await CollabHouse.open(home) { house in
            let options = try house.options("viewer Vic", document: "seeded.py")
            let text = try await house.collab.client.call(CollabEndpoints.text, options)
            #expect(text.text == CollabHouse.seededText && text.sequence == 1)
            let missing = try house.options("viewer Vic", document: "missing.py")
            let problem = await #expect(throws: Problem.self) {
                try await house.collab.client.call(CollabEndpoints.text, missing)
            }
            #expect(problem?.status == 404)
            return try await house.collab.client.call(CollabEndpoints.updates, options).items.map(\.update)
        }
        let elsewhere = try TemporaryDirectory()
        let second = try await CollabHouse.open(elsewhere) { house in
            let options = try house.options("editor Ada", document: "seeded.py")
            _ = try await house.collab.client.call(CollabEndpoints.text, options)
            return try await house.collab.client.call(CollabEndpoints.updates, options).items.map(\.update)
        }
        #expect(first.count == 1 && first == second)
    }

    @Test("Yjs updates travel as bytes, both ways, and twice is once")
    func updates() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let client = house.collab.client
            _ = try await put(house, "hello")
            let options = try house.options("editor Ada", document: "a.py")
            let update = try await client.raw(CollabEndpoints.update, Nothing(), options) {
                try await $0.body.collect(upTo: 1 << 20)
            }
            var copy = options
            copy.path["document"] = "b.py"
            for _ in 0..<2 {
                let state = try await client.upload(CollabEndpoints.postUpdate, .bytes(update), copy)
                #expect(state.sequence == 1 && !state.isPending)
            }
            #expect(try await client.call(CollabEndpoints.text, copy).text == "hello")
        }
    }

    @Test("versions are listed, named, read, compared and restored; it is known who wrote what")
    func history() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let client = house.collab.client
            _ = try await put(house, "one\ntwo\nthree\n")
            let name = VersionDraft(try DisplayName("first"))
            var options = try house.options("editor Ada", document: "a.py")
            let named = try await client.call(DocumentHistoryEndpoints.name, name, options)
            #expect(named.sequence == 1 && named.name?.text == "first")
            _ = try await put(house, "one\nTWO\nthree\nfour\n", as: "owner Bob")
            let list = try await client.call(DocumentHistoryEndpoints.versions, options).items
            #expect(list.map(\.sequence) == [2, 1, 1] && list.map(\.name?.text) == [nil, "first", nil])
            options.path["sequence"] = "1"
            let old = try await client.call(DocumentHistoryEndpoints.version, options)
            #expect(old.text == "one\ntwo\nthree\n")
            let hunks = try await client.call(DocumentHistoryEndpoints.difference, options).hunks
            #expect(hunks.map(\.removed) == [["two"], []] && hunks.map(\.added) == [["TWO"], ["four"]])
            #expect(hunks.map(\.newLine) == [1, 3])
            let authors = try await client.call(DocumentHistoryEndpoints.authors, options).items
            let people = try ["editor Ada", "owner Bob"].map { try Identity.tester($0).userID }
            #expect(Set(authors.compactMap(\.userID)) == Set(people))
            #expect(authors.reduce(0) { $0 + $1.units } == 19)
            let restored = try await client.call(DocumentHistoryEndpoints.restore, Nothing(), options)
            #expect(restored.text == old.text && restored.sequence == 3)
            options.path["sequence"] = "9"
            let far = options
            let problem = await #expect(throws: Problem.self) {
                try await client.call(DocumentHistoryEndpoints.version, far)
            }
            #expect(problem?.status == 404)
        }
    }

    @Test("changes are told as events, missed ones first")
    func events() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            for text in ["a", "ab", "abc"] { _ = try await put(house, text) }
            var options = try house.options("viewer Vic", document: "a.py")
            options.headers.add(name: "Last-Event-ID", value: "1")
            let seen = try await house.collab.client.events(CollabEndpoints.events, options) { events in
                var seen: [Int] = []
                for try await event in events {
                    seen.append(event.value.sequence)
                    if seen.count == 2 { _ = try await put(house, "abcd") }
                    if seen.count == 3 { return seen }
                }
                return seen
            }
            #expect(seen == [2, 3, 4])
            options.headers.replaceOrAdd(name: "Last-Event-ID", value: "5")
            let ahead = options
            let problem = await #expect(throws: Problem.self) {
                try await house.collab.client.events(CollabEndpoints.events, ahead) { _ in }
            }
            #expect(problem?.code == .notFound)
        }
    }

    /// Writes versions until each second one is a snapshot; the third gets a name.
    private func makePast(_ house: CollabHouse, in folder: String) async throws {
        let options = try house.options("editor Ada", document: "a.py")
        let line = String(repeating: "0123456789abcdef\n", count: 2500)
        for number in 1...4 {
            _ = try await put(house, "\(number)\n\(line)")
            if number == 2 {
                let name = VersionDraft(try DisplayName("kept"))
                _ = try await house.collab.client.call(DocumentHistoryEndpoints.name, name, options)
            }
            _ = try await put(house, "\(number)+\n" + String(repeating: "\(number)", count: 40_000))
            while try !DirectoryListing.names(in: folder).contains(where: {
                $0.hasSuffix(".snap") && Int($0.dropLast(5), radix: 16) == number * 2
            }) { try await Task.sleep(for: .milliseconds(10)) }
        }
        _ = try await put(house, "the end")
    }

    @Test("old history goes but for named versions, and the document is whole without it")
    func thinning() async throws {
        let home = try TemporaryDirectory()
        let settings = ["CODECOLLAB_IDLE_SECONDS": "0", "CODECOLLAB_HISTORY_KIB": "0"]
        let folder = "\(home.path)/data/collab/\(CollabHouse.session)/a.py"
        try await CollabHouse.open(home, settings) { house in
            let client = house.collab.client
            try await makePast(house, in: folder)
            let logs = try DirectoryListing.names(in: folder).filter { $0.hasSuffix(".log") }
            #expect(logs.count <= 2, "\(logs)")
            let options = try house.options("editor Ada", document: "a.py")
            var texts: [Int: String] = [:]
            for sequence in 1...9 {
                var past = options
                past.path["sequence"] = "\(sequence)"
                do {
                    texts[sequence] = try await client.call(DocumentHistoryEndpoints.version, past).text
                } catch let problem as Problem {
                    #expect(problem.status == 404)
                }
            }
            let left = try DirectoryListing.names(in: folder).sorted()
            #expect(texts[3]?.hasPrefix("2\n0123") == true && texts[9] == "the end")
            #expect(texts.count < 9, "\(left)")
            let list = try await client.call(DocumentHistoryEndpoints.versions, options).items
            #expect(list.contains { $0.name?.text == "kept" && $0.sequence == 3 })
        }
        try await CollabHouse.open(home) { house in
            let options = try house.options("viewer Vic", document: "a.py")
            #expect(try await house.collab.client.call(CollabEndpoints.text, options).text == "the end")
        }
    }

    @Test("an idle document leaves memory, its log becomes a snapshot, and its history stays")
    func idle() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home, ["CODECOLLAB_IDLE_SECONDS": "0"]) { house in
            let text = String(repeating: "0123456789abcdef\n", count: 4000)
            _ = try await put(house, text)
            _ = try await put(house, text + "more\n")
            let folder = "\(home.path)/data/collab/\(CollabHouse.session)/a.py"
            func isClosed() throws -> Bool {
                try DirectoryListing.names(in: folder).contains { $0.hasSuffix(".snap") }
            }
            for _ in 0..<200 where try !isClosed() { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try isClosed())
            let options = try house.options("editor Ada", document: "a.py")
            let list = try await house.collab.client.call(CollabEndpoints.documents, options).items
            #expect(list.map(\.sequence) == [2])
            #expect(try await put(house, text + "more\nand more\n").sequence == 3)
            var past = options
            past.path["sequence"] = "1"
            #expect(try await house.collab.client.call(DocumentHistoryEndpoints.version, past).text == text)
        }
    }
}
