package import NIOCore
package import NIOHTTP1
private import NIOPosix
private import SystemKit

/// Calls one peer over HTTP/1.1: pool, deadline, breaker, repetition within a budget.
package final class PeerClient: Sendable {
    private struct Health {
        var breaker = CircuitBreaker()
        var budget = RetryBudget()
    }

    /// The peer's name, for problems and logs.
    package let name: String
    private let pool: PeerPool
    private let health = Locked(Health())
    private let metrics: ClientMetrics?

    /// A client of a peer; connections are made when they are needed.
    package init(_ name: String, at address: PeerAddress, metrics: ClientMetrics? = nil) {
        self.name = name
        self.metrics = metrics
        pool = PeerPool(address: address)
    }

    /// Sends a request and gives its answer to `body`; when `body` returns, what is left of the answer is
    /// dropped.
    ///
    /// A repeatable request is sent once more when the connection broke before an answer began.
    /// - Throws: `PeerFailure`, `CancellationError`, and what `body` throws.
    package func send<Result: Sendable>(
        _ request: ClientRequest, _ body: (ClientResponse) async throws -> Result
    ) async throws -> Result {
        let start = try await begin(request)
        defer { start.finish() }
        do {
            return try await body(start.response)
        } catch {
            throw translate(error)
        }
    }

    /// Sends an upgrade request; after a 101 the connection is the caller's.
    /// - Throws: `PeerFailure`; an answer other than 101 comes back whole instead of a connection.
    package func upgrade(_ request: ClientRequest) async throws -> UpgradeOutcome {
        let start = try await begin(request)
        guard start.response.status == 101 else {
            defer { start.finish() }
            let body = try await start.response.body.collect(upTo: Limits.headerBytes * 4)
            return .refused(start.response.head, body)
        }
        do {
            return .upgraded(start.response.head, try await start.connection.leaveHTTP())
        } catch {
            start.connection.channel.close(promise: nil)
            throw translate(error)
        }
    }

    /// Sends a request; the caller reads the answer at its own pace and says `finish` when it is done with
    /// it.
    /// - Throws: `PeerFailure`, `CancellationError`.
    package func begin(_ request: ClientRequest) async throws -> StartedExchange {
        guard health.withLock({ $0.breaker.admits(now: monotonicNanoseconds()) }) else {
            throw PeerFailure(name, .shedding)
        }
        let started = monotonicNanoseconds()
        do {
            let start = try await attempts(request)
            health.withLock { $0.breaker.succeeded() }
            metrics?.ended(request.method, to: name, .status(start.response.status), since: started)
            return start
        } catch {
            let failure = translate(error)
            note(failure)
            let kind = (failure as? PeerFailure)?.kind.rawValue ?? "cancelled"
            metrics?.ended(request.method, to: name, .failure(kind), since: started)
            throw failure
        }
    }

    private func note(_ failure: any Error) {
        let now = monotonicNanoseconds()
        let isPeersFault = (failure as? PeerFailure).map { $0.kind != .crowded } ?? false
        health.withLock { isPeersFault ? $0.breaker.failed(now: now) : $0.breaker.abandoned(now: now) }
    }

    private func attempts(_ request: ClientRequest) async throws -> StartedExchange {
        health.withLock { $0.budget.earn() }
        do {
            return try await attempt(request)
        } catch let failure as Attempt.Failure {
            guard mayRepeat(request, failure) else { throw failure.cause }
            return try await attempt(request)
        }
    }

    /// A call that never left may be made again by anyone, one whose answer got lost only if that does no
    /// harm.
    private func mayRepeat(_ request: ClientRequest, _ failure: Attempt.Failure) -> Bool {
        guard case .bytes = request.body, !Task.isCancelled else { return false }
        let isHarmless = request.isRepeatable || !failure.wasSent
        return isHarmless && failure.isTransport && health.withLock { $0.budget.spend() }
    }

    private func attempt(_ request: ClientRequest) async throws -> StartedExchange {
        let (connection, isReused): (PeerConnection, Bool)
        do {
            (connection, isReused) = try await pool.take(deadline: request.deadlineNanoseconds, peer: name)
        } catch {
            throw Attempt.Failure(cause: error, wasSent: false, isReused: false)
        }
        do {
            return try await exchange(request, connection)
        } catch {
            throw Attempt.Failure(cause: error, wasSent: true, isReused: isReused)
        }
    }

    private func exchange(
        _ request: ClientRequest, _ connection: PeerConnection
    ) async throws -> StartedExchange {
        let pool = pool
        let giveBack: @Sendable (Bool) -> Void = { pool.give(back: connection, isReusable: $0) }
        let response = try await connection.exchange(request, host: pool.address.authority, onEnd: giveBack)
        return StartedExchange(connection: connection, response: response)
    }

    private func translate(_ error: any Error) -> any Error {
        switch error {
        case let failure as Attempt.Failure: translate(failure.cause)
        case is DeadlinePassed: PeerFailure(name, .late)
        case is ConnectionClosed, is ChannelError, is IOError, is NIOConnectionError:
            PeerFailure(name, .interrupted, "\(error)")
        case HTTPParserError.invalidEOFState: PeerFailure(name, .interrupted, "its answer broke off")
        case is HTTPParserError: PeerFailure(name, .misunderstood, "\(error)")
        default: error
        }
    }

    /// Closes the connections that nobody uses.
    package func closeIdle() { pool.closeIdle() }
}

/// What became of an upgrade request.
package enum UpgradeOutcome: Sendable {
    /// The peer switched protocols; the connection is the caller's.
    case upgraded(HTTPResponseHead, RawConnection)
    /// The peer answered something else.
    case refused(HTTPResponseHead, ByteBuffer)
}

/// An exchange whose answer has begun.
package struct StartedExchange: Sendable {
    let connection: PeerConnection
    /// Status, header fields, and the body as it comes.
    package let response: ClientResponse

    /// Drops what is left of the answer; without anything left, this does nothing.
    package func finish() { connection.abandon(response.body) }
}

/// One try of a call.
private enum Attempt {
    struct Failure: Error {
        let cause: any Error
        let wasSent: Bool
        let isReused: Bool

        var isTransport: Bool {
            switch cause {
            case is ConnectionClosed, is ChannelError, is IOError: true
            case let failure as PeerFailure: failure.kind == .unreachable
            default: false
            }
        }
    }
}
