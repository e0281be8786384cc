internal import Contracts
internal import Sandbox
private import NIOHTTP1
package import ServiceKit

/// The executor's endpoints.
package struct ExecutorRoutes: Sendable {
    private let service: ExecutorService

    /// Endpoints of a service.
    package init(_ service: ExecutorService) { self.service = service }

    /// Adds all of them.
    package func add(to routes: inout Routes) {
        let service = service
        routes.raw(on: ExecutorEndpoints.create) { try await Self.create($0, service) }
        routes.on(ExecutorEndpoints.get) { try Self.record($0, service).execution }
        routes.on(ExecutorEndpoints.cancel) { call in
            let record = try Self.record(call, service)
            record.cancel()
            return try await record.finished(within: .milliseconds(500))
        }
        routes.events(on: ExecutorEndpoints.events, prepare: { try Self.startingPoint($0, service) }) {
            _, start, stream in
            try await Self.send(start.record, after: start.sequence, to: stream)
        }
        routes.on(ExecutorEndpoints.stdin) { call in
            try await Self.record(call, service).write(Self.bytes(call.body), isLast: call.body.isLast)
            return Nothing()
        }
        routes.on(ExecutorEndpoints.signal) { call in
            try Self.record(call, service).signal(call.body.signal)
            return Nothing()
        }
        routes.raw(on: ExecutorEndpoints.terminal) { try Self.sit($0, service) }
        routes.on(ExecutorEndpoints.resize) { call in
            let size = TerminalSize(columns: call.body.columns, rows: call.body.rows)
            try Self.terminal(of: try Self.record(call, service)).resize(size)
            return Nothing()
        }
        routes.on(ExecutorEndpoints.runtimes) { _ in service.runtimes.list }
        routes.on(ExecutorEndpoints.capabilities) { _ in service.capabilities }
    }

    private static func create(
        _ call: Call<ExecutionRequest>, _ service: ExecutorService
    ) async throws -> ServerResponse {
        let (record, isReplay) = try service.create(
            call.body, key: try call.idempotencyKey(), owner: try call.identity.userID)
        var headers: HTTPHeaders = ["Location": "/v1/executions/\(record.id.text)"]
        if isReplay { headers.add(name: "Idempotent-Replayed", value: "true") }
        if call.header("Accept")?.contains("text/event-stream") == true {
            return try follow(record, after: try call.lastEventID() ?? 0, headers)
        }
        guard let patience = call.preferredWait() else {
            return answer(record.execution, 202, headers)
        }
        let execution = try await record.finished(within: patience)
        headers.add(name: "Preference-Applied", value: "wait")
        return answer(execution, execution.state == .finished ? 200 : 202, headers)
    }

    private static func answer(
        _ execution: Execution, _ status: Int, _ headers: HTTPHeaders
    ) -> ServerResponse {
        var response = ServerResponse.json(execution, status: status)
        response.headers.add(contentsOf: headers)
        return response
    }

    /// Start and events in one exchange: who wants both saves a round trip.
    private static func follow(
        _ record: ExecutionRecord, after sequence: Int, _ headers: HTTPHeaders
    ) throws(Problem) -> ServerResponse {
        try check(sequence, in: record)
        var response = ServerResponse.events { stream in
            try await stream.keepingAlive { try await send(record, after: sequence, to: stream) }
        }
        response.headers.add(contentsOf: headers)
        return response
    }

    private static func send(
        _ record: ExecutionRecord, after sequence: Int, to stream: EventStream<ExecutionEvent>
    ) async throws {
        try await record.follow(after: sequence) { event in
            try await stream.send(event, id: event.sequence, name: event.kind.rawValue)
        }
    }

    private static func sit(_ call: Call<Nothing>, _ service: ExecutorService) throws -> ServerResponse {
        let record = try record(call, service)
        let terminal = try terminal(of: record)
        let position = try call.query("after", in: 0...Int.max) ?? 0
        let window = try call.query("window", in: ExecutorEndpoints.windowBytes)
        guard position <= terminal.end else {
            throw Problem.refusal("query/after", .outOfRange, "so much was not shown yet")
        }
        let limits = WebSocketLimits(messageBytes: Limits.typedMessageBytes, takesText: true)
        return try ServerResponse.webSocket(for: call, limits) { connection in
            terminal.attach(connection, after: position, window: window, record.execution.state)
        }
    }

    private static func terminal(of record: ExecutionRecord) throws(Problem) -> Terminal {
        guard let terminal = record.terminal else {
            throw Problem(.conflict, "this execution has no terminal: ask for one when it is created")
        }
        return terminal
    }

    private static func check(_ sequence: Int, in record: ExecutionRecord) throws(Problem) {
        guard sequence <= record.lastSequence else {
            throw Problem(.notFound, "header/Last-Event-ID: there is no event \(sequence) yet")
        }
    }

    private static func record<Body>(_ call: Call<Body>, _ service: ExecutorService) throws -> ExecutionRecord
    {
        try service.find(try call.path("execution_id"), owner: try call.identity)
    }

    private struct StartingPoint: Sendable {
        let record: ExecutionRecord
        let sequence: Int
    }

    private static func startingPoint(
        _ call: Call<Nothing>, _ service: ExecutorService
    ) throws -> StartingPoint {
        let record = try record(call, service)
        let sequence = try call.lastEventID() ?? 0
        try check(sequence, in: record)
        return StartingPoint(record: record, sequence: sequence)
    }

    private static func bytes(_ chunk: StdinChunk) throws(Problem) -> [UInt8] {
        var file = SourceFile()
        file.content = chunk.content
        file.encoding = chunk.encoding
        do throws(WireFault) {
            return try file.bytes()
        } catch {
            throw .refusal("/content", error.code, error.detail)
        }
    }
}
