import Contracts
import Glibc
import Logging
import SystemKit
import Telemetry
import Testing
import Tracing

@Suite struct LogTests {
    private struct Broken: Error {}
    private let lines = Locked<[String]>([])

    private func logger(_ label: String = "auth", level: Logger.Level = .trace) -> Logger {
        let lines = lines
        let clock = WallClock { Timestamp(milliseconds: 1_763_891_820_123) }
        return Logger(label: label) { label in
            JSONLogHandler(label: label, service: "auth", level: level, clock: clock) { line in
                lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            }
        }
    }

    @Test("writes one JSON object a line, with the instant, level, service and message first")
    func shape() {
        logger().info("hello \"world\"\n", metadata: ["b": "2", "a": ["x", "y"], "ts": "mine"])
        #expect(
            lines.snapshot == [
                #"{"ts":"2025-11-23T09:57:00.123Z","level":"info","svc":"auth","msg":"hello \"world\"\n","#
                    + #""a":["x","y"],"b":"2","meta_ts":"mine"}"# + "\n"
            ]
        )
    }

    @Test("names the trace, span, request and session that the code works for")
    func place() throws {
        var context = ServiceContext.topLevel
        let trace = TraceContext.root()
        context.traceContext = trace
        context.requestID = "req_1"
        context.sessionID = "ses_1"
        ServiceContext.withValue(context) {
            logger("login").warning("slow", error: Broken(), metadata: ["request_id": "x"])
        }
        let line = try #require(lines.snapshot.first)
        #expect(line.contains(#""trace_id":"\#(trace.traceID)","span_id":"\#(trace.spanID)""#))
        #expect(
            line.contains(#""request_id":"req_1","session_id":"ses_1","logger":"login","err":"Broken()""#)
        )
        let members = try [String: JSONValue].decode(Array(line.utf8.dropLast()))
        #expect(members.count == 10)
    }

    @Test("records below the level are not made")
    func levels() {
        logger(level: .warning).info("quiet")
        #expect(lines.snapshot.isEmpty)
    }

    @Test(
        "hides secrets by their name",
        arguments: [
            "authorization", "Authorization", "cookie", "set-cookie", "Set-Cookie", "access_token",
            "refreshToken",
            "TOKEN", "password", "newPassword", "client_secret", "api.key", "apikey", "signing_key",
            "X-Api-Key",
        ]
    )
    func secretNames(name: String) {
        #expect(Redaction.hides(name))
        logger().info("m", metadata: ["\(name)": "hunter2", "deep": [name: "hunter2"]])
        #expect(!lines.snapshot.joined().contains("hunter2"))
    }

    @Test(
        "leaves harmless names alone",
        arguments: ["monkey", "keyboard", "tokenizer", "path", "secretary", "id"]
    )
    func harmlessNames(name: String) {
        #expect(!Redaction.hides(name))
    }

    @Test(
        "hides secrets inside texts",
        arguments: [
            "Authorization: Bearer abcdefghijklmnop", "got ccp_0123456789abcdefghij back",
            "jwt eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl!",
        ]
    )
    func secretTexts(text: String) {
        let cleaned = Redaction.clean(text, limit: 1000)
        #expect(cleaned.contains("[redacted]"))
        for secret in ["abcdefghijklmnop", "0123456789", "hbGciOi", "c2lnbmF0"] {
            #expect(!cleaned.contains(secret))
        }
    }

    @Test("cuts what is too long")
    func longTexts() throws {
        logger().info(
            "\(String(repeating: "m", count: 100_000))",
            metadata: ["v": "\(String(repeating: "v", count: 100_000))"]
        )
        #expect(try #require(lines.snapshot.first).utf8.count < 13_000)
    }

    @Test("writes every line before it stops, in order, from many tasks")
    func flush() async throws {
        let pipe = try Pipe()
        let writer = try LogWriter(descriptor: pipe.writing, service: "auth")
        let count = 2000
        let reader = Locked<[UInt8]>([])
        let thread = try DedicatedThread(named: "reader") { reader.withLock { $0 = pipe.readAll() } }
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for index in 0..<(count / 4) {
                        writer.append(Array("{\"n\":\(task * 1000 + index)}\n".utf8))
                    }
                }
            }
        }
        writer.stop()
        pipe.closeWriting()
        thread.join()
        let lines = String(decoding: reader.snapshot, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == count)
        #expect(Set(lines).count == count)
        #expect(writer.droppedRecords == 0)
    }

    @Test("drops and counts records when nobody reads, without holding the caller up")
    func slowReader() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Pipe()
        let writer = try LogWriter(descriptor: pipe.writing, service: "auth")
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1023) + [0x0A]
        let start = monotonicNanoseconds()
        for _ in 0..<10_000 { writer.append(line) }
        #expect(monotonicNanoseconds() - start < 2_000_000_000)
        #expect(writer.droppedRecords > 1000)
        pipe.closeReading()
        writer.stop()
        pipe.closeWriting()
    }
}

/// A pipe between the log writer and the test.
private struct Pipe {
    let reading: CInt
    let writing: CInt

    init() throws {
        var ends: [CInt] = [0, 0]
        try check("pipe") { pipe(&ends) }
        (reading, writing) = (ends[0], ends[1])
    }

    func closeWriting() { close(writing) }
    func closeReading() { close(reading) }

    func readAll() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(reading, &buffer, buffer.count)
            if count <= 0 { break }
            all += buffer[..<count]
        }
        close(reading)
        return all
    }
}
