private import Contracts
package import Credentials
private import NIOHTTP1
package import ServiceKit
package import SystemKit
private import NIOCore
private import Telemetry
private import Tracing

/// Passes a request on to the service that answers it, and its answer back.
package struct Forwarder: Sendable {
    private let transport: any UpstreamTransport
    private let signer: IdentitySigner
    private let clock: WallClock

    /// A forwarder that states identities with `signer`.
    package init(transport: any UpstreamTransport, signer: IdentitySigner, clock: WallClock = .system) {
        self.transport = transport
        self.signer = signer
        self.clock = clock
    }

    /// The service's answer, stripped of what is only between the service and us.
    /// - Throws: `PeerFailure`, which is a problem of its own.
    package func answer(_ call: EdgeCall) async throws -> ServerResponse {
        if case .webSocket = call.route.response { return try await upgraded(call) }
        let answer = try await transport.send(request(call), to: call.route.service)
        return try await response(answer, to: call)
    }

    private func request(_ call: EdgeCall) -> ClientRequest {
        let head = call.request.head
        var headers = HeaderHygiene.forService(head.headers, call.route.service)
        headers.add(name: "X-Request-Id", value: call.requestID)
        headers.add(name: DeadlineField.name, value: "\(call.deadline.milliseconds)")
        headers.add(name: "X-Forwarded-For", value: call.request.peer)
        if let statement = call.identity.flatMap({
            signer.sign($0, to: call.route.service, now: clock.now())
        }) {
            headers.add(name: IdentityHeader.name, value: statement)
        }
        if let trace = ServiceContext.current?.traceContext {
            headers.add(name: "traceparent", value: trace.traceparent)
            if let state = trace.state { headers.add(name: "tracestate", value: state) }
        }
        let left = max(1, call.deadline.milliseconds - clock.now().milliseconds)
        return ClientRequest(
            head.method.rawValue,
            head.uri,
            headers: headers,
            body: body(call),
            timeout: .milliseconds(left),
            isRepeatable: isRepeatable(call)
        )
    }

    private func body(_ call: EdgeCall) -> ClientRequest.Body {
        switch call.request.body {
        case .bytes(let bytes): .bytes(bytes)
        case .stream(let stream): .stream(stream)
        }
    }

    private func isRepeatable(_ call: EdgeCall) -> Bool {
        switch call.route.repeatability {
        case .safe, .idempotent: true
        case .keyed: call.request.head.headers.contains(name: "idempotency-key")
        case .once: false
        }
    }

    private func response(_ answer: UpstreamAnswer, to call: EdgeCall) async throws -> ServerResponse {
        var response = ServerResponse(
            status: Int(answer.head.status.code),
            headers: HeaderHygiene.forClient(answer.head.headers)
        )
        let length = answer.head.headers.first(name: "content-length").flatMap { Int($0) }
        if let length, length <= Limits.wholeAnswerBytes {
            defer { answer.finish() }
            // A HEAD's answer announces a body that does not come.
            response.body = .bytes(try await answer.body.collect(upTo: Limits.wholeAnswerBytes))
            return response
        }
        response.body = .stream { writer in
            defer { answer.finish() }
            for try await piece in answer.body { try await writer.write(piece) }
        }
        return response
    }

    private func upgraded(_ call: EdgeCall) async throws -> ServerResponse {
        var request = request(call)
        request.target = Credential.withoutToken(request.target)
        HeaderHygiene.addHandshake(from: call.request.head.headers, to: &request.headers)
        switch try await transport.upgrade(request, to: call.route.service) {
        case .refused(let head, let body):
            return ServerResponse(
                status: Int(head.status.code),
                headers: HeaderHygiene.forClient(head.headers),
                body: .bytes(body)
            )
        case .upgraded(let head, let upstream):
            var headers = HeaderHygiene.forClient(head.headers)
            headers.replaceOrAdd(name: "Connection", value: "Upgrade")
            headers.replaceOrAdd(name: "Upgrade", value: "websocket")
            return ServerResponse(
                status: 101,
                headers: headers,
                body: .tunnel { client in
                    await RawConnection.join(client, upstream)
                }
            )
        }
    }
}
