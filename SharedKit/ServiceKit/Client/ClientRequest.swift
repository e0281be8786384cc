package import Contracts
package import NIOCore
package import NIOHTTP1
private import SystemKit

/// A request to a peer.
package struct ClientRequest: Sendable {
    /// What is sent behind the head.
    package enum Body: Sendable {
        /// All of it, maybe nothing.
        case bytes(ByteBuffer)
        /// Piece by piece as it comes from somewhere else; cannot be repeated.
        case stream(ByteStream)
    }

    /// The method.
    package var method: String
    /// Path and query.
    package var target: String
    /// Header fields; `Host` and framing are added, everything else is sent as it is.
    package var headers: HTTPHeaders
    /// The body.
    package var body: Body
    /// When to give up, in nanoseconds of the monotonic clock.
    package var deadlineNanoseconds: UInt64
    /// Whether the request may be sent again when its answer got lost.
    package var isRepeatable: Bool

    /// A request that may take `timeout`.
    package init(
        _ method: String, _ target: String, headers: HTTPHeaders = [:], body: Body = .bytes(ByteBuffer()),
        timeout: Duration = .seconds(30), isRepeatable: Bool = false
    ) {
        precondition(timeout > .zero, "a call without time is not worth making")
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        deadlineNanoseconds = monotonicNanoseconds() + UInt64(timeout.wholeMilliseconds) * 1_000_000
        self.isRepeatable = isRepeatable
    }
}

/// A peer's answer; its body is still on the way.
package struct ClientResponse: Sendable {
    /// Status and header fields.
    package let head: HTTPResponseHead
    /// The body, with back-pressure.
    package let body: ByteStream

    /// The status.
    package var status: Int { Int(head.status.code) }
}

/// Why a peer did not answer.
package struct PeerFailure: ProblemConvertible, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Kind: String, Sendable {
        /// Nobody listens, or the connection could not be made.
        case unreachable
        /// The connection ended before the answer was complete.
        case interrupted
        /// The deadline came first.
        case late
        /// Too many calls fail at the moment, so this one was not made.
        case shedding
        /// Too many calls wait for a connection.
        case crowded
        /// The answer is not what the contract says.
        case misunderstood
    }

    /// The peer.
    package let peer: String
    /// What went wrong.
    package let kind: Kind
    /// In words, for the log.
    package let detail: String

    /// A failure.
    package init(_ peer: String, _ kind: Kind, _ detail: String = "") {
        self.peer = peer
        self.kind = kind
        self.detail = detail
    }

    /// For logs.
    package var description: String { "\(peer) \(kind.rawValue)\(detail.isEmpty ? "" : ": \(detail)")" }

    /// What the client is told.
    package var problem: Problem {
        switch kind {
        case .unreachable, .interrupted, .shedding, .crowded:
            Problem(.unavailable, "\(peer) is not available at the moment", retryAfter: 1000)
        case .late: Problem(.deadlineExceeded, "\(peer) did not answer before the request's deadline")
        case .misunderstood: Problem(.badGateway, "\(peer) gave an answer that was not understood")
        }
    }
}
