import CollabService
import Contracts
import ServiceKit
import SystemKit
import TestSupport

/// The collab service beside a session service that knows one session and each member's role by name, and an
/// auth service that revokes what it is told to.
struct CollabHouse: Sendable {
    static let session = "ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3"
    let collab: RunningService
    /// Roles of members by name that are not what the name says; nil for those who are none any more.
    let roles: Locked<[String: Role?]>
    /// Revokes what it is told to.
    let auth: RevokingAuth

    /// The statement of a member whose name says the role, e.g. `editor Ada`.
    func statement(_ name: String) throws -> String { collab.statement(of: try .tester(name)) }

    /// Returns when a document has so many connections.
    func connections(_ count: Int, of document: String) async throws {
        while true {
            let all = try await collab.client.call(CollabEndpoints.documents, options("viewer Vic")).items
            if all.contains(where: { $0.name.text == document && $0.connections == count }) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func options(_ name: String, document: String? = nil) throws -> CallOptions {
        var path = ["session_id": Self.session]
        path["document"] = document
        return CallOptions(as: try .tester(name), path: path)
    }

    /// Runs both services while `body` uses them; `home` survives it. The session has one file, `seeded.py`.
    static func open<Result: Sendable>(
        _ home: TemporaryDirectory, _ more: [String: String] = [:],
        _ body: (CollabHouse) async throws -> Result
    ) async throws -> Result {
        let roles = Locked([String: Role?]())
        return try await withService(.session, build: { sessions(roles, $0) }) { session in
            try await RevokingAuth.open { auth in
                let settings = ["CODECOLLAB_HOME": home.path].merging(more) { $1 }
                return try await withService(
                    .collab, environment: settings, peers: [.session: session.port, .auth: auth.port],
                    build: { try await CollabService.build($0) }
                ) { collab in
                    try await body(CollabHouse(collab: collab, roles: roles, auth: auth))
                }
            }
        }
    }

    private static func sessions(
        _ roles: Locked<[String: Role?]>, _ surroundings: ServiceSurroundings
    ) -> ServiceParts {
        var routes = Routes()
        routes.on(SessionEndpoints.get) { call in
            let id: SessionID = try call.path("session_id")
            guard id.text == session else { throw Problem(.notFound, "there is no such session") }
            let name = try call.identity.name.text
            let word = name.split(separator: " ").first.map(String.init) ?? ""
            guard let role = roles.snapshot[name] ?? Role(rawValue: word) else {
                throw Problem(.forbidden, "you are no member")
            }
            return .with {
                $0.id = id
                $0.yourRole = role
            }
        }
        routes.on(SessionRoomEndpoints.getFile) { call in
            let path: SourcePath = try call.path("path")
            guard path.text == "seeded.py" else { throw Problem(.notFound, "there is no such file") }
            return SourceFile(path, seededText)
        }
        routes.on(LiveFileEndpoints.begin) { call in
            .with { $0.text = call.body.document.text == "seeded.py" ? seededText : nil }
        }
        return ServiceParts(routes)
    }

    static let seededText = "print('🦉')\nprint(2)\n"
}
