internal import NIOCore
internal import NIOHTTP1

/// The client's side of one connection: one request, one answer, then the next.
final class ClientHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Exchange {
        let promise: EventLoopPromise<ClientResponse>
        let onEnd: @Sendable (Bool) -> Void
        var timer: Scheduled<Void>
        var stream: ByteStream?
        var isKeptAlive = true
        /// The connection speaks another protocol from here on: it is nobody's for a request any more.
        var isUpgraded = false
        /// Bytes that may still come after nobody wants them any more; nil while somebody does.
        var unwantedBytes: Int?
    }

    private var exchange: Exchange?
    private var context: ChannelHandlerContext?
    private var isPaused = false
    /// Whether the request is out completely; a connection is reused only then.
    private var isRequestOut = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func begin(
        _ head: HTTPRequestHead, _ body: ClientRequest.Body, deadline: NIODeadline,
        _ promise: EventLoopPromise<ClientResponse>, _ onEnd: @escaping @Sendable (Bool) -> Void
    ) {
        guard let context, context.channel.isActive, exchange == nil else {
            promise.fail(ConnectionClosed())
            return onEnd(false)
        }
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        let timer = context.eventLoop.scheduleTask(deadline: deadline) {
            reference.value.end(DeadlinePassed())
        }
        exchange = Exchange(promise: promise, onEnd: onEnd, timer: timer)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        switch body {
        case .bytes(let bytes):
            if bytes.readableBytes > 0 {
                context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            isRequestOut = true
        case .stream:
            context.flush()
            isRequestOut = false
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): headArrived(head)
        case .body(let piece): take(piece)
        case .end: answerComplete()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Reading on while idle notices at once when the peer closes.
        if !isPaused { context.read() }
        context.fireChannelReadComplete()
    }

    private func headArrived(_ head: HTTPResponseHead) {
        guard exchange != nil else {
            context?.close(promise: nil)
            return
        }
        let isInterim = (100..<200).contains(head.status.code) && head.status != .switchingProtocols
        if isInterim { return }
        guard let context else { return }
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        let stream = ByteStream { [eventLoop = context.eventLoop] in
            eventLoop.execute { reference.value.readOn() }
        }
        exchange?.stream = stream
        exchange?.isUpgraded = head.status == .switchingProtocols
        exchange?.isKeptAlive = head.isKeepAlive
        exchange?.promise.succeed(ClientResponse(head: head, body: stream))
    }

    private func readOn() {
        guard isPaused else { return }
        isPaused = false
        context?.read()
    }

    private func answerComplete() {
        guard let exchange, exchange.stream != nil else { return }
        let isReusable = exchange.isKeptAlive && isRequestOut && !exchange.isUpgraded
        self.exchange = nil
        exchange.timer.cancel()
        exchange.stream?.finish()
        exchange.onEnd(isReusable)
        if !isReusable && !exchange.isUpgraded { context?.close(promise: nil) }
    }

    /// The exchange cannot go on.
    private func end(_ error: any Error) {
        if let exchange {
            self.exchange = nil
            exchange.timer.cancel()
            exchange.promise.fail(error)
            exchange.stream?.finish(error)
            exchange.onEnd(false)
        }
        context?.close(promise: nil)
    }

    private func take(_ piece: ByteBuffer) {
        if let left = exchange?.unwantedBytes {
            if piece.readableBytes > left { return end(ConnectionClosed()) }
            exchange?.unwantedBytes = left - piece.readableBytes
        } else if exchange?.stream?.push(piece) == false {
            isPaused = true
        }
    }

    /// Nobody wants the rest of `body`. When it ends at once the connection stays of use; a stream that goes
    /// on is ended by closing.
    func abandon(_ body: ByteStream) {
        guard let context, let stream = exchange?.stream, stream === body else { return }
        exchange?.timer.cancel()
        exchange?.unwantedBytes = Limits.unwantedBytes
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        exchange?.timer = context.eventLoop.scheduleTask(in: .milliseconds(Limits.unwantedMilliseconds)) {
            reference.value.end(ConnectionClosed())
        }
        readOn()
    }

    /// The request's streamed body is out.
    func requestIsOut() { isRequestOut = true }

    /// Another protocol takes over.
    func retire() {
        exchange?.timer.cancel()
        exchange?.stream?.finish()
        exchange?.onEnd(false)
        exchange = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(ConnectionClosed())
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error)
    }
}

/// The deadline of a call came before its answer.
struct DeadlinePassed: Error {}
