import Contracts
import Logging
import NIOHTTP1
import ServiceKit
import Supervision
import SystemKit
import Telemetry

/// The fleet as its clients meet it: everything goes through the gateway, as a guest.
struct PublicDoor {
    private let client: FleetClient
    /// Who we are, for as long as it lasts; see `renewed`.
    private(set) var token: String
    private var refreshToken: String

    /// Joins as a guest.
    /// - Throws: `FleetFault` when no gateway answers at `url`, or its `Problem`.
    init(url: String) async throws {
        guard let address = PeerAddress(url) else { throw FleetFault("\(url) is no address of a gateway") }
        var quiet = TelemetryConfiguration()
        quiet.logLevel = .critical
        quiet.logDescriptor = 2
        client = FleetClient(
            addresses: Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, address) }),
            signer: nil,
            telemetry: try Telemetry(service: "codecollab", configuration: quiet))
        let pair = try await client.call(AuthEndpoints.guest, GuestRequest(), CallOptions())
        (token, refreshToken) = (pair.accessToken, pair.refreshToken)
    }

    /// The same guest with a new token.
    func renewed() async throws -> PublicDoor {
        let request = RefreshRequest.with { $0.refreshToken = refreshToken }
        let pair = try await client.call(AuthEndpoints.refresh, request, CallOptions())
        var door = self
        (door.token, door.refreshToken) = (pair.accessToken, pair.refreshToken)
        return door
    }

    private var options: CallOptions {
        var options = CallOptions()
        options.headers.add(name: "Authorization", value: "Bearer \(token)")
        return options
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

    /// Runs the request and gives each event as it comes.
    /// - Returns: The run as it ended, or nil when the events ended before.
    func run(
        _ request: SnippetRequest,
        _ body: (RunEvent) throws -> Void
    ) async throws -> Contracts.Run? {
        let run = try await client.call(SessionEndpoints.runSnippet, request, options)
        var following = options
        following.path = ["run_id": run.id.text]
        return try await client.events(SessionEndpoints.runEvents, following) { events in
            for try await event in events {
                try body(event.value)
                if let ended = event.value.run, ended.state.isFinal { return ended }
            }
            return nil
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
        var options = options
        options.path = ["execution_id": id.text]
        _ = try await client.call(ExecutorEndpoints.cancel, options)
    }
}
