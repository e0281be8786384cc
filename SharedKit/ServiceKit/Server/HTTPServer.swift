package import Logging
package import NIOCore
package import NIOHTTP1
private import NIOPosix
private import SystemKit

/// Where a server listens.
package enum ListenAddress: Sendable, Hashable {
    /// A TCP port; 0 lets the kernel choose.
    case tcp(host: String, port: Int)
    /// A Unix socket at a path; whatever file lies there is replaced.
    case unix(path: String)
    /// A socket that somebody else has bound, listening or not; the server takes it over.
    case inherited(descriptor: CInt, name: String)
}

/// An address that is not to be had, in words.
struct CannotListen: Error, CustomStringConvertible {
    let address: ListenAddress
    let reason: any Error

    var description: String {
        switch address {
        case .tcp(let host, let port): "cannot listen on \(host):\(port): \(reason)"
        case .unix(let path): "cannot listen on \(path): \(reason)"
        case .inherited(let descriptor, let name): "cannot take over \(name) socket \(descriptor): \(reason)"
        }
    }
}

/// Listens, accepts, and knows every open connection, so that it can end them in order.
package final class HTTPServer: Sendable {
    private struct State {
        var listeners: [any Channel] = []
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let core: ServerCore
    private let group: MultiThreadedEventLoopGroup
    private let connectionLimit: Int
    private let state = Locked(State())

    /// A server that asks `plan` about each request; `plan` runs on event loops and must not block.
    /// - Parameters:
    ///   - connectionLimit: connections at once, `Limits.connections` when nil.
    ///   - answersOnLoops: whether answers are made on the event loops, see `LoopExecutor`.
    package init(
        logger: Logger, connectionLimit: Int? = nil, answersOnLoops: Bool = false,
        plan: @escaping @Sendable (HTTPRequestHead) -> RequestPlan
    ) {
        core = ServerCore(plan: plan, logger: logger, answersOnLoops: answersOnLoops)
        self.connectionLimit = connectionLimit ?? Limits.connections
        group = .singleton
    }

    /// Starts to listen; may be called several times.
    /// - Returns: the address really bound, with the port that the kernel chose.
    /// - Throws: what binding threw, e.g. that the address is in use.
    @discardableResult
    package func listen(on address: ListenAddress) async throws -> SocketAddress? {
        let channel: any Channel
        do { channel = try await bind(address) } catch { throw CannotListen(address: address, reason: error) }
        state.withLock { $0.listeners.append(channel) }
        return channel.localAddress
    }

    private func bind(_ address: ListenAddress) async throws -> any Channel {
        switch address {
        case .tcp(let host, let port): try await bootstrap(isTCP: true).bind(host: host, port: port).get()
        case .unix(let path):
            try await bootstrap(isTCP: false)
                .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        case .inherited(let descriptor, let name):
            try await bootstrap(isTCP: name == "tcp").withBoundSocket(descriptor).get()
        }
    }

    private func bootstrap(isTCP: Bool) -> ServerBootstrap {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: ListeningSocket.backlog)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try adopt(channel) }
            }
        return isTCP
            ? bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            : bootstrap
    }

    private func adopt(_ channel: any Channel) throws {
        guard admit(channel) else { throw TooManyConnections() }
        channel.closeFuture.whenComplete { [self] _ in forget(channel) }
        try Self.addHandlers(to: channel, core)
    }

    static func addHandlers(to channel: any Channel, _ core: ServerCore) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Limits.headerBytes
        limits.maxHeaderListSize = Limits.headerBytes
        limits.maxHeaderFieldCount = Limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        let mark = FirstByteMark()
        let handler = ConnectionHandler(core: core, eventLoop: channel.eventLoop)
        mark.onBytes = { [unowned handler] in handler.bytesArrived() }
        try pipeline.addHandler(mark)
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .drop,
            limitConfiguration: limits)
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(handler)
    }

    private func admit(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard !state.isDraining, state.connections.count < connectionLimit else { return false }
            state.connections[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    private func forget(_ channel: any Channel) {
        state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Open connections now.
    package var connectionCount: Int { state.withLock { $0.connections.count } }

    /// Stops accepting, lets requests in flight end within `grace`, then closes what is left.
    package func drain(within grace: Duration) async {
        let (listeners, connections) = state.withLock { state in
            state.isDraining = true
            defer { state.listeners = [] }
            return (state.listeners, Array(state.connections.values))
        }
        for listener in listeners {
            await ignoring("a listener that is closed already needs no closing") {
                try await listener.close()
            }
        }
        for connection in connections { connection.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
        await waitForConnections(within: grace)
        for connection in state.withLock({ Array($0.connections.values) }) { connection.close(promise: nil) }
    }

    private func waitForConnections(within grace: Duration) async {
        let deadline = ContinuousClock.now + grace
        while connectionCount > 0, ContinuousClock.now < deadline {
            let isCancelled = await ignoring("a cancelled drain ends at once") {
                try await Task.sleep(for: .milliseconds(10))
                return false
            }
            if isCancelled == nil { return }
        }
    }
}

/// The newest connection is refused, so that the others go on.
private struct TooManyConnections: Error {}
