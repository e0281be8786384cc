package import NIOCore

/// A connection that has left HTTP: bytes in, bytes out, both with back-pressure.
package struct RawConnection: Sendable {
    /// What the other side sends; ends when it closes.
    package let inbound: ByteStream
    private let channel: any Channel

    /// Takes over a channel without HTTP handlers; call it on the channel's event loop.
    package static func install(on channel: any Channel) throws -> RawConnection {
        let handler = RawHandler()
        let reference = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let stream = ByteStream { [eventLoop = channel.eventLoop] in
            eventLoop.execute { reference.value.readOn() }
        }
        handler.stream = stream
        try channel.pipeline.syncOperations.addHandler(handler)
        return RawConnection(inbound: stream, channel: channel)
    }

    /// Writes bytes and waits until the socket has taken them.
    /// - Throws: a channel error when the other side is gone.
    package func write(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes)
    }

    /// Ends the connection in both directions.
    package func close() {
        channel.close(promise: nil)
    }

    /// Carries bytes between two connections until one of them ends, then ends the other.
    package static func join(_ left: RawConnection, _ right: RawConnection) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await left.copy(to: right) }
            group.addTask { await right.copy(to: left) }
            await group.next()
            left.close()
            right.close()
            group.cancelAll()
        }
    }

    private func copy(to other: RawConnection) async {
        do {
            for try await piece in inbound { try await other.write(piece) }
        } catch {
            // A tunnel ends when either side breaks; there is nobody left to tell.
            close()
        }
    }
}

/// Feeds what a channel reads into a byte stream.
final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var stream: ByteStream?
    private var context: ChannelHandlerContext?
    private var isPaused = false

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        stream?.finish()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let stream else { return }
        if !stream.push(unwrapInboundIn(data)) { pause(context) }
    }

    private func pause(_ context: ChannelHandlerContext) {
        isPaused = true
        context.channel.setOption(.autoRead, value: false).whenFailure { [channel = context.channel] _ in
            channel.close(promise: nil)
        }
    }

    func readOn() {
        guard isPaused, let context else { return }
        isPaused = false
        context.channel.setOption(.autoRead, value: true).whenFailure { [channel = context.channel] _ in
            channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        stream?.finish()
        context.fireChannelInactive()
    }

    /// A tunnel has no end of its own: a server that drains ends it, and the client comes back elsewhere.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainEvent { stream?.finish() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        stream?.finish(error)
        context.close(promise: nil)
    }
}
