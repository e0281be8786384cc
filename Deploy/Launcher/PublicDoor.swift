import Contracts
import Logging
import NIOHTTP1
import ServiceKit
import Supervision
import SystemKit
import Telemetry

/// The fleet as its clients meet it: everything goes through the gateway, as whoever has a token, or as a
/// guest.
struct PublicDoor {
    private let client: FleetClient
    private let host: String
    private let port: Int
    private var token: String
    /// Gets a guest another token; a token that was given lasts as long as it lasts.
    private var refreshToken: String?

    /// Joins as whose token it is, or as a guest without one.
    /// - Throws: `FleetFault` when no gateway answers at `url`, or its `Problem`.
    init(url: String, token given: String? = nil, name: DisplayName? = nil) async throws {
        guard let address = PeerAddress(url), case .tcp(let host, let port) = address else {
            throw FleetFault("\(url) is no address of a gateway")
        }
        (self.host, self.port) = (host, port)
        var quiet = TelemetryConfiguration()
        quiet.logLevel = .critical
        quiet.logDescriptor = 2
        client = FleetClient(
            addresses: Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, address) }),
            signer: nil,
            telemetry: try Telemetry(service: "codecollab", configuration: quiet))
        if let given {
            (token, refreshToken) = (given, nil)
            return
        }
        let guest = GuestRequest.with { if let name { $0.name = name } }
        let pair = try await client.call(AuthEndpoints.guest, guest, CallOptions())
        (token, refreshToken) = (pair.accessToken, pair.refreshToken)
    }

    /// Opens a WebSocket; as the same guest with a new token when the old one has ended.
    mutating func webSocket(_ path: String) throws -> ClientWebSocket {
        do {
            return try ClientWebSocket.open(host: host, port: port, path: path, token: token)
        } catch let refused as ClientWebSocket.Refused where refused.status == 401 && refreshToken != nil {
            self = try blocking { [self] in try await renewed() }
            return try ClientWebSocket.open(host: host, port: port, path: path, token: token)
        }
    }

    private func renewed() async throws -> PublicDoor {
        guard let refreshToken else { return self }
        let request = RefreshRequest.with { $0.refreshToken = refreshToken }
        let pair = try await client.call(AuthEndpoints.refresh, request, CallOptions())
        var door = self
        (door.token, door.refreshToken) = (pair.accessToken, pair.refreshToken)
        return door
    }

    private var options: CallOptions { options() }

    private func options(_ path: [String: String] = [:]) -> CallOptions {
        CallOptions(path: path, headers: ["Authorization": "Bearer \(token)"])
    }

    /// The language with this name or alias, or else the one whose files end like `file`.
    /// - Throws: `FleetFault` listing what runs on this machine.
    func language(named name: String?, ofFile file: String) async throws -> Runtime {
        let runtimes = try await client.call(ExecutorEndpoints.runtimes, options).items
        let ending = file.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last.map(
            String.init)
        let found = runtimes.first { runtime in
            guard let name else {
                return ending.map { runtime.extensions.contains($0) || runtime.extensions.contains(".\($0)") }
                    ?? false
            }
            return runtime.language.text == name || runtime.aliases.contains(name)
        }
        if let found { return found }
        let known = runtimes.map { "\($0.language.text) (\($0.extensions.joined(separator: " ")))" }
        let wanted = name ?? "files like \(file)"
        throw FleetFault("nothing runs \(wanted) here; there are \(known.joined(separator: ", "))")
    }

    /// Starts a run of its own.
    func start(_ request: SnippetRequest) async throws -> Contracts.Run {
        try await client.call(SessionEndpoints.runSnippet, request, options)
    }

    /// Gives each event of a run as it comes.
    /// - Returns: The run as it ended.
    /// - Throws: `FleetFault` when the events ended before.
    func follow(_ run: RunID, _ body: (RunEvent) throws -> Void) async throws -> Contracts.Run {
        try await client.events(SessionEndpoints.runEvents, options(["run_id": run.text])) { events in
            for try await event in events {
                try body(event.value)
                if let ended = event.value.run, ended.state.isFinal { return ended }
            }
            throw FleetFault("the gateway's answer ended before the run did")
        }
    }

    /// Compiles.
    func compile(_ request: CompilationRequest) async throws -> Compilation {
        try await client.call(CompilerEndpoints.compile, request, options)
    }

    /// Starts a program.
    func start(_ request: ExecutionRequest) async throws -> ExecutionID {
        try await client.call(ExecutorEndpoints.create, request, options).id
    }

    /// Ends a program.
    func cancel(_ id: ExecutionID) async throws {
        _ = try await client.call(ExecutorEndpoints.cancel, options(["execution_id": id.text]))
    }
}

// What somebody does in a session.
extension PublicDoor {
    /// Who we are.
    func me() async throws -> Account { try await client.call(AuthEndpoints.me, options) }

    /// Joins with an invitation's token.
    func accept(_ invitation: String) async throws {
        _ = try await client.call(SessionRoomEndpoints.accept, options(["token": invitation]))
    }

    /// The session, with our role in it.
    func session(_ id: SessionID) async throws -> Contracts.Session {
        try await client.call(SessionEndpoints.get, options(["session_id": id.text]))
    }

    /// Starts a run of the session's files.
    func start(_ request: RunRequest, in session: SessionID) async throws -> Contracts.Run {
        try await client.call(SessionRoomEndpoints.run, request, options(["session_id": session.text]))
    }

    /// One of the session's runs.
    func run(_ id: RunID, of session: SessionID) async throws -> Contracts.Run {
        let path = ["session_id": session.text, "run_id": id.text]
        return try await client.call(SessionRoomEndpoints.getRun, options(path))
    }

    /// The session's last runs, newest first.
    func runs(of session: SessionID) async throws -> [Contracts.Run] {
        try await client.call(SessionRoomEndpoints.listRuns, options(["session_id": session.text])).items
    }
}
