import Contracts
import ServiceKit
import TestSupport
import Testing

/// One endpoint of each kind, whose handlers do not look at their parameters: the router has to.
private enum Shelf {
    static let parameters: [Parameter] = [
        .path("session_id", SessionID.schema, "The shelf."), .limit, .cursor, .lastEventID, .ifMatch, .prefer,
        .idempotencyKey,
        .query("state", SessionState.schema, "Which."), .query("all", .type("boolean"), "Whether all."),
        .header("X-Place", .type("string", [JSONMember("minLength", 2)]), "Where.", isRequired: true),
    ]
    static let value = Endpoint<Nothing, Nothing>(
        "shelf.value", of: .session, .get, "/v1/shelves/{session_id}", access: .open, "One value",
        parameters: parameters)
    static let events = Endpoint<Nothing, Nothing>(
        "shelf.events", of: .session, .get, "/v1/shelves/{session_id}/events", access: .open, "A stream",
        answers: .events(Nothing.schema), parameters: parameters)
    static let socket = Endpoint<Nothing, Nothing>(
        "shelf.socket", of: .session, .get, "/v1/shelves/{session_id}/live", access: .open, "A socket",
        answers: .webSocket, parameters: parameters)
    static let locked = Endpoint<Nothing, Nothing>(
        "shelf.locked", of: .session, .get, "/v1/shelves/{session_id}/locked", access: .identified(nil),
        "Behind a door", parameters: parameters)

    static func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        var routes = Routes()
        routes.on(value) { _ in Nothing() }
        routes.events(on: events) { _, _ in }
        routes.raw(on: socket) { _ in ServerResponse(status: 200) }
        routes.on(locked) { _ in Nothing() }
        return ServiceParts(routes)
    }
}

@Suite("Parameters are held to what the document says of them", .tags(.medium), .timeLimit(.minutes(8)))
struct ParameterTests {
    struct Broken: CustomTestStringConvertible {
        let query: String
        let field: String
        let pointer: String
        let code: String
        var testDescription: String { "\(pointer) \(code): \(query)\(field.debugDescription)" }

        init(_ query: String = "", field: String = "X-Place: here", _ pointer: String, _ code: String) {
            self.query = query
            self.field = "\(field)\r\n"
            self.pointer = pointer
            self.code = code
        }
    }

    private static let place = "X-Place: here\r\n"
    private static let id = "ses_01JD0000000000000000000000"

    private func ask(_ target: String, _ fields: String) async throws -> String {
        try await withService(.session, build: Shelf.build) { service in
            try await RawSocket.exchange(port: service.port) { socket in
                try socket.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)Connection: close\r\n\r\n")
                return try socket.readToEnd()
            }
        }
    }

    static let broken = [
        Broken("?limit=0", "query/limit", "out_of_range"),
        Broken("?limit=101", "query/limit", "out_of_range"),
        Broken("?limit=+5", "query/limit", "wrong_type"), Broken("?limit=", "query/limit", "wrong_type"),
        Broken("?limit=5&limit=6", "query/limit", "duplicate_field"),
        Broken("?limit=99999999999999999999", "query/limit", "out_of_range"),
        Broken("?state=open", "query/state", "not_allowed"), Broken("?all=yes", "query/all", "wrong_type"),
        Broken("?colour=red", "query/colour", "unknown_field"),
        Broken("?cursor=" + String(repeating: "x", count: 513), "query/cursor", "wrong_length"),
        Broken(field: "X-Place: h", "header/X-Place", "wrong_length"),
        Broken(field: "X-Other: here", "header/X-Place", "missing_field"),
        Broken(field: "\(place)Last-Event-ID: x", "header/Last-Event-ID", "wrong_format"),
        Broken(field: "\(place)Last-Event-ID:", "header/Last-Event-ID", "wrong_format"),
        Broken(
            field: "\(place)Last-Event-ID: 1\r\nLast-Event-ID: 2", "header/Last-Event-ID", "duplicate_field"),
        Broken(field: "\(place)If-Match:", "header/If-Match", "wrong_format"),
        Broken(field: "\(place)Idempotency-Key: a b", "header/Idempotency-Key", "wrong_format"),
        Broken(
            field: "\(place)Prefer: \(String(repeating: "x", count: 1001))", "header/Prefer", "wrong_length"),
    ]

    @Test("whoever breaks a rule is told which, at every kind of endpoint", arguments: broken)
    func refused(_ broken: Broken) async throws {
        for end in ["", "/events", "/live"] {
            let answer = try await ask("/v1/shelves/\(Self.id)\(end)\(broken.query)", broken.field)
            #expect(answer.hasPrefix("HTTP/1.1 422 "), "\(answer)")
            let fault = #"{"pointer":"\#(broken.pointer)","code":"\#(broken.code)""#
            #expect(answer.contains(fault), "\(answer)")
        }
    }

    @Test("a path parameter is checked, too, and everything wrong is told at once")
    func several() async throws {
        let answer = try await ask("/v1/shelves/shelf?limit=many", "")
        for part in ["path/session_id", "query/limit", "header/X-Place"] {
            #expect(answer.contains(#""pointer":"\#(part)""#), "\(answer)")
        }
    }

    @Test("who may not come in learns nothing about the parameters")
    func identityFirst() async throws {
        #expect(try await ask("/v1/shelves/shelf/locked?limit=many", "").hasPrefix("HTTP/1.1 401 "))
    }

    @Test("what keeps the rules goes through; lists may come in several lines")
    func accepted() async throws {
        let lists = "Prefer: wait=1\r\nPrefer: other\r\nIf-Match: \"a\", \"b\"\r\n"
        let fields = "\(Self.place)\(lists)Last-Event-ID: 7\r\n"
        let query = "?limit=100&state=active&all=true&cursor=x"
        for (end, status) in [("", "204"), ("/events", "200"), ("/live", "200")] {
            let answer = try await ask("/v1/shelves/\(Self.id)\(end)\(query)", fields)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        }
    }
}
