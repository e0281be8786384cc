package import NIOCore
package import NIOHTTP1

/// One request as it came over the wire, checked for form but not for meaning.
package struct ServerRequest: Sendable {
    /// How the body arrives.
    package enum Body: Sendable {
        /// All of it.
        case bytes(ByteBuffer)
        /// Piece by piece, with back-pressure.
        case stream(ByteStream)
    }

    /// Method, target and header fields.
    package let head: HTTPRequestHead
    /// The body, maybe empty.
    package let body: Body
    /// Who sent it, e.g. `127.0.0.1`; `unix` for a Unix socket.
    package let peer: String
    /// When its head was complete, in nanoseconds of the monotonic clock.
    package let startNanoseconds: UInt64

    /// The same request with other header fields.
    package func replacing(headers: HTTPHeaders) -> ServerRequest {
        var head = head
        head.headers = headers
        return ServerRequest(head: head, body: body, peer: peer, startNanoseconds: startNanoseconds)
    }

    /// The same request, sent by somebody else: whom a trusted proxy names.
    package func replacing(peer: String) -> ServerRequest {
        ServerRequest(head: head, body: body, peer: peer, startNanoseconds: startNanoseconds)
    }

    /// The target up to the question mark.
    package var path: Substring { head.uri.prefix { $0 != "?" } }
    /// The target behind the question mark, or empty.
    package var query: Substring {
        guard let mark = head.uri.firstIndex(of: "?") else { return "" }
        return head.uri[head.uri.index(after: mark)...]
    }
}

/// How a request is to be read and who answers it; decided from its head alone, on the event loop.
package struct RequestPlan: Sendable {
    /// Whether the body is collected before `respond` or streamed to it.
    package let streamsBody: Bool
    /// Bytes of body, at most; more is answered with 413.
    package let bodyLimit: Int
    /// How long the answer may take; then its task is cancelled.
    package let timeout: Duration
    /// The answer; never throws, since errors are mapped inside.
    package let respond: @Sendable (ServerRequest) async -> ServerResponse

    /// A plan.
    package init(
        streamsBody: Bool = false, bodyLimit: Int, timeout: Duration,
        respond: @escaping @Sendable (ServerRequest) async -> ServerResponse
    ) {
        self.streamsBody = streamsBody
        self.bodyLimit = bodyLimit
        self.timeout = timeout
        self.respond = respond
    }
}
