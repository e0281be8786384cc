internal import NIOCore
internal import NIOWebSocket

/// The server's side of one WebSocket: what RFC 6455 asks for beyond framing.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = ByteBuffer

    var receiver: (any WebSocketReceiver)?
    private let messageLimit: Int
    private var context: ChannelHandlerContext?
    /// The pieces so far of a message that comes in several frames.
    private var partial: ByteBuffer?
    private var isFlushDue = false
    private var isClosing = false
    /// Frames queued while the socket is full, in bytes.
    private var backlog = 0
    private var isSilent = false

    init(messageLimit: Int) {
        precondition(messageLimit > 0, "a message has room")
        self.messageLimit = messageLimit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        schedulePing()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        receiver?.closed()
        receiver = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        isSilent = false
        guard !isClosing || frame.opcode == .connectionClose else { return }
        guard frame.maskKey != nil, frame.reservedBits.isEmpty else {
            return close(.protocolError, "frames are masked and have no reserved bits")
        }
        switch frame.opcode {
        case .binary, .continuation: take(frame)
        case .ping: pong(frame)
        case .pong: break
        case .connectionClose: answerClose(frame, context)
        case .text: close(.unsupportedData, "binary messages are spoken here")
        default: close(.protocolError, "an unknown kind of frame")
        }
    }

    private func take(_ frame: WebSocketFrame) {
        let isFirst = frame.opcode == .binary
        guard isFirst == (partial == nil) else { return close(.protocolError, "a message inside a message") }
        var payload = frame.unmaskedData
        if var whole = partial {
            guard whole.readableBytes + payload.readableBytes <= messageLimit else {
                return close(.messageTooBig, "a message has at most \(messageLimit) bytes")
            }
            partial = nil
            whole.writeBuffer(&payload)
            payload = whole
        }
        if frame.fin {
            partial = nil
            receiver?.received(payload)
        } else {
            partial = payload
        }
    }

    private func pong(_ frame: WebSocketFrame) {
        guard frame.fin, frame.length <= 125 else { return close(.protocolError, "control frames are short") }
        send(Self.frame(0x8A, Array(buffer: frame.unmaskedData)))
    }

    private func answerClose(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        if !isClosing {
            var payload = frame.unmaskedData
            let code = payload.readInteger(as: UInt16.self)
            isClosing = true
            send(
                Self.frame(
                    0x88,
                    code.map { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] } ?? []))
        }
        context.flush()
        context.close(promise: nil)
    }

    /// Sends a frame; the flush waits for the end of the event loop's turn.
    func send(_ frame: ByteBuffer) {
        guard let context else { return }
        if !context.channel.isWritable { backlog += frame.readableBytes }
        guard backlog <= Limits.socketBacklogBytes else { return giveUp(context) }
        context.write(wrapOutboundOut(frame), promise: nil)
        guard !isFlushDue else { return }
        isFlushDue = true
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { reference.value.flush() }
    }

    private func flush() {
        isFlushDue = false
        context?.flush()
    }

    /// A reader that does not keep up loses its connection; it comes back and asks for what it missed.
    private func giveUp(_ context: ChannelHandlerContext) {
        isClosing = true
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { backlog = 0 }
        context.fireChannelWritabilityChanged()
    }

    /// Starts the closing handshake; the other side has a few seconds to answer.
    func close(_ code: WebSocketCloseCode, _ reason: String) {
        guard let context, !isClosing else { return }
        isClosing = true
        let number = code.rawValue
        let payload = [UInt8(number >> 8), UInt8(number & 255)] + Array(reason.utf8.prefix(120))
        send(Self.frame(0x88, payload))
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(Limits.closeSeconds)) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainEvent { close(.serviceRestart, "the service restarts") }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength:
            close(.messageTooBig, "a message has at most \(messageLimit) bytes")
        case is NIOWebSocketError: close(.protocolError, "a frame is not valid")
        default: context.close(promise: nil)
        }
    }

    /// Pings now and then; a peer that says nothing in a whole interval is gone.
    private func schedulePing() {
        guard let context else { return }
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .seconds(Limits.pingSeconds)) { reference.value.ping() }
    }

    private func ping() {
        guard let context, context.channel.isActive else { return }
        if isSilent { return giveUp(context) }
        isSilent = true
        send(Self.frame(0x89, []))
        schedulePing()
    }

    /// An unmasked frame with all of its payload.
    static func frame(_ first: UInt8, _ payload: [UInt8]) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.reserveCapacity(payload.count + 10)
        frame.writeInteger(first)
        switch payload.count {
        case ..<126: frame.writeInteger(UInt8(payload.count))
        case ..<65_536:
            frame.writeInteger(UInt8(126))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(UInt8(127))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeBytes(payload)
        return frame
    }
}
