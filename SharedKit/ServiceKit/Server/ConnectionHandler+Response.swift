internal import NIOCore
internal import NIOHTTP1

extension ConnectionHandler {
    /// Writes a whole answer.
    func finish(_ response: ServerResponse) {
        var body: ByteBuffer?
        if case .bytes(let bytes) = response.body { body = bytes }
        guard writeHead(response, length: body?.readableBytes ?? 0) else { return }
        if let body, !isHead { context?.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        finishBody()
    }

    /// Writes the head of an answer; false when the connection is gone or lingers.
    func writeHead(_ response: ServerResponse, length: Int?) -> Bool {
        guard let context, isWritable else { return false }
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status),
            headers: response.headers)
        // Nobody may read the rest of a body that is still arriving, so the connection cannot go on behind
        // it.
        if case .streaming = phase { isKeptAlive = false }
        if isDraining { isKeptAlive = false }
        if let length, head.status.mayHaveResponseBody, !head.headers.contains(name: "content-length") {
            head.headers.add(name: "Content-Length", value: "\(length)")
        }
        head.headers.replaceOrAdd(name: "Date", value: core.date.text())
        isEventStream = response.isEventStream
        if isEventStream && isDraining { answer?.cancel() }
        let closes = !isKeptAlive && response.status != 101
        if closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        // The reader of a stream wants to know at once that it has begun.
        if length == nil { context.flush() }
        return true
    }

    private var isWritable: Bool {
        switch phase {
        case .answering, .streaming: true
        case .waiting, .collecting, .lingering, .over: false
        }
    }

    /// Writes a piece of an answer's body.
    func writePiece(_ piece: ByteBuffer, _ promise: EventLoopPromise<Void>) {
        guard let context, isWritable else { return promise.fail(ConnectionClosed()) }
        if isHead { return promise.succeed() }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))), promise: promise)
    }

    /// Ends the answer's body and goes on with the next request.
    func finishBody() {
        guard let context, isWritable else { return }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        answer = nil
        next()
    }

    /// Breaks the connection off, since the rest of an answer cannot be written.
    func breakOff() {
        context?.close(promise: nil)
    }

    /// Waits for the next request, or takes the one that has come already.
    func next() {
        guard isKeptAlive else { return linger() }
        phase = .waiting
        timer.set(.seconds(Limits.idleSeconds))
        while let part = queue.popFirst() {
            process(part)
            if case .answering = phase { return }
        }
        if let brokenNext { return refuse(brokenNext) }
        if isDraining, case .waiting = phase { context?.close(promise: nil) }
        readOn()
    }

    /// Closes our direction and gives the client a moment to read, since closing with unread input would
    /// reset the connection and take the answer with it.
    private func linger() {
        guard let context else { return }
        if case .streaming(let stream, _) = phase { stream.finish(ConnectionClosed()) }
        phase = .lingering
        timer.set(.seconds(Limits.lingerSeconds))
        context.close(mode: .output, promise: nil)
        context.read()
    }

    /// Gives the connection to another protocol.
    func upgrade(_ response: ServerResponse, _ install: @escaping @Sendable (any Channel) throws -> Void) {
        guard let context, writeHead(response, length: nil) else { return }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        phase = .over
        timer.invalidate()
        let channel = context.channel
        do {
            try exchange(channel, install)
        } catch {
            channel.close(promise: nil)
        }
    }

    /// Puts the new protocol's handlers in the place of ours. The parser goes last: it hands what it has not
    /// parsed to the new protocol.
    private func exchange(_ channel: any Channel, _ install: (any Channel) throws -> Void) throws {
        let pipeline = channel.pipeline.syncOperations
        let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
        let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
        let mark = try pipeline.context(handlerType: FirstByteMark.self)
        if let context { pipeline.removeHandler(context: context, promise: nil) }
        pipeline.removeHandler(context: mark, promise: nil)
        pipeline.removeHandler(context: encoder, promise: nil)
        try install(channel)
        pipeline.removeHandler(context: decoder, promise: nil)
        channel.setOption(.autoRead, value: true).whenComplete { _ in channel.read() }
    }
}
