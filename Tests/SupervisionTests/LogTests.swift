import Contracts
import Glibc
import Supervision
import SystemKit
import Testing

/// A directory that goes away with the test.
final class Folder {
    let path: String

    init() throws {
        path = "/tmp/codecollab-test-\(getpid())-\(monotonicNanoseconds())"
        try Directories.make(path)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        for name in names(in: path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) == -1 { remove(inner) }
        }
        rmdir(path)
    }
}

@Suite("logs and what is kept") struct LogTests {
    @Test("bytes become lines however they are cut, and long lines are bounded")
    func lines() {
        var splitter = LineSplitter(limit: 5)
        #expect(splitter.take(Array("ab".utf8)).isEmpty)
        #expect(
            splitter.take(Array("c\n\n1234567\nx".utf8)).map { String(decoding: $0, as: UTF8.self) } == [
                "abc", "", "12345",
            ])
        #expect(splitter.finish() == Array("x".utf8) && splitter.finish() == nil)
    }

    @Test(
        "JSON lines stay, everything else becomes one",
        arguments: [("{\"a\":1}", true), ("plain", false), ("{broken}", false)])
    func normalized(text: String, stays: Bool) throws {
        let now = Timestamp(milliseconds: 0)
        let line = LogLine.normalized(Array(text.utf8), service: "x", isError: true, at: now)
        #expect((line == Array(text.utf8)) == stays)
        let value = try JSONValue.decode(line)
        if !stays {
            #expect(
                value["msg"]?.text == text && value["level"]?.text == "error" && value["svc"]?.text == "x")
        }
    }

    @Test("a full log is renamed away and only the newest stay")
    func rotation() throws {
        let folder = try Folder()
        let log = try LogFile("\(folder.path)/x.jsonl", limit: 100, kept: 2)
        for number in 0..<40 { try log.append(Array("line \(number)".utf8)) }
        #expect(names(in: folder.path) == ["x.jsonl", "x.jsonl.1", "x.jsonl.2"])
        #expect(readText("\(folder.path)/x.jsonl")?.hasSuffix("line 39\n") == true)
    }

    @Test("only the latest crash records stay")
    func crashes() throws {
        let folder = try Folder()
        for number in 1...5 {
            var record = CrashRecord()
            record.service = "auth"
            record.generation = number
            try record.save(in: folder.path, at: Timestamp(milliseconds: Int64(1000 + number)), keeping: 2)
        }
        #expect(names(in: folder.path) == ["auth-1004-4.json", "auth-1005-5.json"])
    }

    @Test("secrets are made once, for the owner only, and given to those who name them")
    func secrets() throws {
        let folder = try Folder()
        let file = "\(folder.path)/secrets"
        let first = try Secrets(file: file, names: ["A", "B"])
        #expect(first.variables(["A"]).keys.sorted() == ["A"] && first.variables(["A"])["A"]?.count == 64)
        #expect(
            try Secrets(file: file, names: ["A", "B", "C"]).variables(["A", "B"])
                == first.variables(["A", "B"]))
        try Secrets.rotate(file: file)
        #expect(try Secrets(file: file, names: []).variables(["A"]) != first.variables(["A"]))
        chmod(file, 0o644)
        #expect(throws: FleetFault.self) { try Secrets(file: file, names: []) }
    }

    @Test("a home too deep for socket addresses keeps its sockets in a short place")
    func longHome() {
        let deep = FleetHome("/tmp/" + String(repeating: "x", count: 100))
        #expect(deep.socketFolder.utf8.count < 60 && FleetHome("/tmp/a").socketFolder == "/tmp/a/run")
        #expect(
            unixAddress(deep.socket("gateway")) != nil
                && unixAddress(String(repeating: "x", count: 108)) == nil)
    }

    @Test(
        "a fleet that makes no sense is refused",
        arguments: [
            #"{"services":[]}"#, #"{"services":[{"name":"a","port":1,"offset":0,"depends_on":["b"]}]}"#,
            #"{"services":[{"name":"a","port":1,"offset":0},{"name":"a","port":2,"offset":1}]}"#,
            #"{"services":[{"name":"a","port":70000,"offset":0}]}"#, #"{"services":[],"unknown":1}"#,
        ])
    func descriptions(text: String) {
        #expect(throws: (any Error).self) { try FleetDescription.parse(Array(text.utf8)) }
    }
}
