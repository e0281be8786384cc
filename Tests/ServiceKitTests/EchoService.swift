import Contracts
import NIOCore
import NIOHTTP1
import ServiceKit
import SystemKit

/// What the tests talk to: one endpoint of each kind.
struct Note: WireObject, Hashable {
    var text = ""
    var count = 1
    init() {}
    init(_ text: String, count: Int = 1) {
        self.text = text
        self.count = count
    }
    static let fields = Fields<Note>(
        field("text", \.text, .length(1...20)), defaulted("count", \.count, .range(1...1000)))
}

enum Echo {
    static let limit = Parameter.query("limit", Int.schema, "How many.")
    static let note = Endpoint<Note, Note>(
        "echo.note", of: .session, .post, "/v1/notes", access: .identified(.run), "Echo", bodyLimit: 4096)
    static let named = Endpoint<Nothing, Note>(
        "echo.named", of: .session, .get, "/v1/notes/{session_id}", access: .identified(nil), "Echo a path",
        parameters: [limit])
    static let rest = Endpoint<Nothing, Note>(
        "echo.rest", of: .session, .get, "/v1/files/{path*}", access: .open, "Echo the rest of a path")
    static let remove = Endpoint<Nothing, Nothing>(
        "echo.remove", of: .session, .delete, "/v1/notes/{session_id}", access: .open, "Remove")
    static let fail = Endpoint<Note, Note>(
        "echo.fail", of: .session, .put, "/v1/fail", access: .open, "Fail as told")
    static let slow = Endpoint<Nothing, Note>(
        "echo.slow", of: .session, .get, "/v1/slow", access: .open, "Never answer",
        timeout: .milliseconds(200))
    static let count = Endpoint<Note, Note>(
        "echo.count", of: .session, .post, "/v1/count", access: .open, "Count", answers: .events(Note.schema))
    static let upload = Endpoint<Nothing, Note>(
        "echo.upload", of: .session, .put, "/v1/upload", access: .open, "Count bytes",
        takes: .bytes(mediaType: "application/octet-stream"), bodyLimit: 8 << 20)
    static let tunnel = Endpoint<Nothing, Nothing>(
        "echo.tunnel", of: .session, .get, "/v1/tunnel", access: .open, "Echo bytes", answers: .webSocket)
    static let download = Endpoint<Nothing, Nothing>(
        "echo.download", of: .session, .get, "/v1/download", access: .open, "Many bytes",
        answers: .bytes(mediaType: "application/octet-stream"))

    static func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        var routes = Routes()
        routes.on(note) { Note($0.body.text.uppercased(), count: $0.body.count + 1) }
        routes.on(named) { call in
            let id: SessionID = try call.path("session_id")
            return Note(String(id.text.prefix(4)), count: try call.query("limit", in: 1...100) ?? 7)
        }
        routes.on(rest) { Note($0.scene.path["path"] ?? "") }
        routes.on(remove) { _ in Nothing() }
        routes.on(fail) { call in throw failure(call.body.text) }
        routes.on(slow) { _ in
            try await Task.sleep(for: .seconds(60))
            return Note("late")
        }
        routes.events(on: count) { call, stream in
            for number in 1...call.body.count {
                try await stream.send(Note("tick", count: number), id: number)
            }
            if call.body.text == "break" { throw Problem(.conflict, "broken") }
        }
        routes.upload(on: upload) { _, body in Reply(Note("bytes", count: try await size(body) % 1000 + 1)) }
        routes.raw(on: tunnel) { _ in
            ServerResponse(
                status: 101, headers: ["Connection": "Upgrade", "Upgrade": "echo"],
                body: .tunnel { raw in for try await piece in raw.inbound { try await raw.write(piece) } })
        }
        routes.raw(on: download) { _ in
            ServerResponse(
                status: 200,
                body: .stream { writer in
                    for _ in 0..<64 { try await writer.write([UInt8](repeating: 7, count: 65_536)) }
                })
        }
        return ServiceParts(routes)
    }

    private static func size(_ body: ServerRequest.Body) async throws -> Int {
        switch body {
        case .bytes(let bytes): return bytes.readableBytes
        case .stream(let stream):
            var size = 0
            for try await piece in stream { size += piece.readableBytes }
            return size
        }
    }

    private static func failure(_ kind: String) -> any Error {
        switch kind {
        case "problem": Problem(.conflict, "told so")
        case "domain": Overrun(by: 3)
        default: SystemFailure(call: "secret_call", errno: 5)
        }
    }
}

struct Overrun: ProblemConvertible {
    let by: Int
    var problem: Problem { Problem(.quotaExceeded, "too much by \(by)") }
}
