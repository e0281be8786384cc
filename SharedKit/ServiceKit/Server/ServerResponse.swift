package import NIOCore
package import NIOHTTP1
package import Contracts

/// One answer on its way to the wire.
package struct ServerResponse: Sendable {
    /// What follows the head.
    package enum Body: Sendable {
        /// Nothing.
        case none
        /// All of it.
        case bytes(ByteBuffer)
        /// Whatever the closure writes; the body ends when it returns and breaks off when it throws.
        case stream(@Sendable (BodyWriter) async throws -> Void)
        /// The connection changes its protocol: after the 101 the HTTP handlers are gone and the closure, on
        /// the event loop, adds those of the new protocol.
        case upgrade(@Sendable (any Channel) throws -> Void)
        /// The connection changes its protocol and belongs to the closure, which ends it by returning.
        case tunnel(@Sendable (RawConnection) async throws -> Void)
    }

    /// The status, 100 to 599.
    package var status: Int
    /// The header fields; framing fields are added by the connection.
    package var headers: HTTPHeaders
    /// What follows the head.
    package var body: Body

    /// An answer.
    package init(status: Int, headers: HTTPHeaders = [:], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// One JSON value.
    package static func json(
        _ value: some Wire, status: Int = 200, contentType: String = "application/json"
    ) -> ServerResponse {
        bytes(value.encode(), contentType: contentType, status: status)
    }

    /// Bytes of a media type.
    package static func bytes(_ bytes: [UInt8], contentType: String, status: Int = 200) -> ServerResponse {
        ServerResponse(
            status: status, headers: ["Content-Type": contentType], body: .bytes(ByteBuffer(bytes: bytes)))
    }

    /// A problem as `application/problem+json`, with the header fields that belong to its kind.
    package static func problem(_ problem: Problem) -> ServerResponse {
        var response = json(problem, status: problem.status, contentType: "application/problem+json")
        if problem.status == 401 { response.headers.add(name: "WWW-Authenticate", value: "Bearer") }
        if problem.status == 426 {
            response.headers.add(name: "Upgrade", value: "websocket")
            response.headers.add(name: "Connection", value: "Upgrade")
            // RFC 6455 4.4: whoever speaks another version learns which one is spoken.
            response.headers.add(name: "Sec-WebSocket-Version", value: "13")
        }
        if let wait = problem.retryAfterMilliseconds {
            response.headers.add(name: "Retry-After", value: "\(max(1, (wait + 999) / 1000))")
        }
        return response
    }

    /// Whether the body is a stream of server-sent events.
    var isEventStream: Bool { headers.first(name: "content-type")?.hasPrefix("text/event-stream") ?? false }
}
