internal import Glibc
internal import NIOCore
internal import SystemKit

/// The server's side of one WebSocket: what RFC 6455 asks for beyond the form of frames, and when to write.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        /// Our close frame is out; only the peer's is still of interest.
        case closing
        /// The peer sent what no client may send; whatever follows is dropped.
        case failed
        case over
    }

    // What every delivery looks at lies together: with hundreds of readers none of it is in the cache.
    private var phase = Phase.open
    private var socket: CInt = -1
    /// Bytes that the channel has and the kernel has not.
    private var waitingBytes = 0
    /// Frames of this turn of the event loop.
    private var outbox: [ByteBuffer] = []
    /// The answer to the newest ping; older ones need none (RFC 6455 5.5.3).
    private var duePong: [UInt8]?
    /// The context's, which it looks up anew each time that it is asked.
    private var channel: (any Channel)?

    var receiver: (any WebSocketReceiver)?
    /// Called once, at the end.
    var farewell: (() -> Void)?
    let pressure = WebSocketPressure()
    private var reader: WebSocketReader
    private var context: ChannelHandlerContext?
    private var loop: WebSocketLoop?
    private var lastHeard = NIODeadline.now()
    /// The receiver has enough for now; nothing is heard of the peer meanwhile.
    private var isReadingPaused = false
    private var lastPing = NIODeadline.now()

    init(_ limits: WebSocketLimits) { reader = WebSocketReader(limits) }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        channel = context.channel
        let loop = WebSocketLoop.of(context.eventLoop)
        loop.add(self)
        self.loop = loop
        let found = ignoring("a channel without a descriptor (tests) takes the frames itself") {
            try context.channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
        }
        socket = (found ?? nil) ?? -1
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
        channel = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        phase = .over
        socket = -1
        outbox = []
        loop?.remove(self)
        loop = nil
        let (receiver, farewell) = (receiver, farewell)
        self.receiver = nil
        self.farewell = nil
        receiver?.closed()
        farewell?()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .open || phase == .closing else { return }
        lastHeard = .now()
        reader.feed(unwrapInboundIn(data))
        do throws(WebSocketFault) {
            while let event = try reader.next() {
                take(event)
                guard phase == .open || phase == .closing else { return }
            }
        } catch {
            fail(error)
        }
    }

    private func take(_ event: WebSocketEvent) {
        switch event {
        case .message(let bytes, let isText):
            if phase == .open { receiver?.received(bytes, isText: isText) }
        case .ping(let payload):
            guard phase == .open else { return }
            duePong = payload
            loop?.flushSoon(self)
        case .pong: break
        case .close(let code): answerClose(code)
        }
    }

    /// RFC 6455 5.5.1 and 7.1.1: echo the code, then the server is the first to close the connection.
    private func answerClose(_ code: UInt16?) {
        guard let context else { return }
        if phase == .open {
            outbox.append(WebSocketFrame.close(code))
            flush()
        }
        phase = .over
        context.close(promise: nil)
    }

    /// RFC 6455 7.1.7: say why, then take nothing more. What the peer still sends is read, since closing with
    /// unread bytes would reset the connection and take the reason with it.
    private func fail(_ fault: WebSocketFault) {
        guard let context else { return }
        if phase == .open { outbox.append(WebSocketFrame.close(fault.code.rawValue, fault.reason)) }
        flush()
        phase = .failed
        context.close(mode: .output, promise: nil)
        closeLater(context)
    }

    private func closeLater(_ context: ChannelHandlerContext) {
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(Limits.closeSeconds)) { channel.close(promise: nil) }
    }

    /// Starts the closing handshake; the other side has a few seconds to answer.
    func close(_ code: WebSocketCloseCode, _ reason: String) {
        guard let context, phase == .open else { return }
        outbox.append(WebSocketFrame.close(code.rawValue, reason))
        phase = .closing
        loop?.flushSoon(self)
        closeLater(context)
    }

    /// Whoever came with a token does not stay behind it.
    func endCredential(_ reason: String) {
        guard phase == .open else { return }
        receiver?.credentialEnded(reason)
        close(.unauthorized, reason)
    }

    /// Reads on, or not.
    func takeMore(_ isWanted: Bool) {
        guard let context, isWanted == isReadingPaused, phase != .over else { return }
        isReadingPaused = !isWanted
        lastHeard = .now()
        context.channel.setOption(.autoRead, value: isWanted).whenFailure { [channel = context.channel] _ in
            channel.close(promise: nil)
        }
    }

    /// Sends a frame at the end of the event loop's turn.
    func send(_ frame: ByteBuffer) {
        guard phase == .open else { return }
        guard waitingBytes <= Limits.socketBacklogBytes else { return giveUp() }
        outbox.append(frame)
        if outbox.count == 1 { loop?.flushSoon(self) }
    }

    /// Sends frames, of which these are the bytes, to one of many: at once if nothing is before them. What is
    /// for hundreds has been waited for already, and a second walk over all of them costs as much as the
    /// first.
    func deliver(_ bytes: UnsafeRawBufferPointer, of frames: ByteBuffer) {
        guard phase == .open, outbox.isEmpty, waitingBytes == 0, duePong == nil else { return send(frames) }
        let sent = transmit(bytes)
        guard sent < bytes.count else { return }
        var rest = frames
        rest.moveReaderIndex(forwardBy: sent)
        send(rest)
    }

    /// A reader that does not keep up loses its connection; it comes back and asks for what it missed.
    private func giveUp() {
        phase = .over
        context?.close(promise: nil)
    }

    /// Writes what has come together in this turn.
    func flush() {
        guard let context, phase != .over else { return }
        if let pong = duePong {
            duePong = nil
            if phase == .open { outbox.append(WebSocketFrame.frame(0x8A, pong)) }
        }
        guard let first = outbox.first else { return }
        if outbox.count == 1, waitingBytes == 0 {
            outbox.removeAll(keepingCapacity: true)
            if let rest = sendNow(first) {
                write(rest, context)
                context.flush()
            }
            return
        }
        let frames = outbox
        outbox = []
        for frame in frames { write(frame, context) }
        context.flush()
    }

    /// Hands a frame to the kernel without the way through the channel, which costs as much again; only while
    /// the channel holds nothing back.
    /// - Returns: what the kernel did not take; errors show when the channel writes it.
    private func sendNow(_ frame: ByteBuffer) -> ByteBuffer? {
        let sent = frame.withUnsafeReadableBytes { transmit($0) }
        if sent == frame.readableBytes { return nil }
        var rest = frame
        rest.moveReaderIndex(forwardBy: sent)
        return rest
    }

    /// How many of the bytes the kernel has taken.
    private func transmit(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard socket >= 0, let channel, channel.isActive else { return 0 }
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        return max(0, Glibc.send(socket, bytes.baseAddress, bytes.count, flags))
    }

    private func write(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
        let count = frame.readableBytes
        waitingBytes += count
        if waitingBytes > Limits.socketCongestedBytes, !pressure.isCongested {
            pressure.isCongested = true
            receiver?.fellBehind()
        }
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in reference.value.written(count) }
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    private func written(_ count: Int) {
        waitingBytes -= count
        guard pressure.isCongested, waitingBytes <= Limits.socketRelievedBytes else { return }
        pressure.isCongested = false
        if phase == .open { receiver?.caughtUp() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainEvent { close(.serviceRestart, "the service restarts") }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Pings now and then; a peer from which nothing came since two pings is gone.
    func tick() {
        guard phase == .open else { return }
        let now = NIODeadline.now()
        if !isReadingPaused, now - lastHeard > .seconds(2 * Limits.pingSeconds) { return giveUp() }
        guard now - max(lastHeard, lastPing) >= .seconds(Limits.pingSeconds) else { return }
        lastPing = now
        outbox.append(WebSocketFrame.frame(0x89, []))
        flush()
    }
}
