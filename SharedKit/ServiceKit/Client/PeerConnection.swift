internal import NIOCore
internal import NIOHTTP1
private import NIOPosix
private import SystemKit

/// One connection to a peer; it serves one exchange after the other.
struct PeerConnection: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<ClientHandler>

    /// Connects.
    /// - Throws: what the kernel says, or a timeout.
    static func open(to address: PeerAddress, timeout: TimeAmount) async throws -> PeerConnection {
        let group: any EventLoopGroup =
            MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(timeout)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel) }
            }
        let channel =
            switch address {
            case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
            case .tcp(let host, let port):
                try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: host, port: port).get()
            }
        return try await channel.eventLoop.submit {
            let handler = try channel.pipeline.syncOperations.handler(type: ClientHandler.self)
            return PeerConnection(
                channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }.get()
    }

    private static func addHandlers(to channel: any Channel) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Limits.headerBytes
        limits.maxHeaderListSize = Limits.headerBytes
        limits.maxHeaderFieldCount = Limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .forward,
            limitConfiguration: limits)
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(ClientHandler())
    }

    /// One exchange: sends the request, gives the answer's head, and its body as it comes; `onEnd` says
    /// whether the connection can be used again.
    func exchange(
        _ request: ClientRequest, host: String, onEnd: @escaping @Sendable (Bool) -> Void
    ) async throws -> ClientResponse {
        let promise = channel.eventLoop.makePromise(of: ClientResponse.self)
        let head = Self.head(request, host: host)
        let handler = handler
        channel.eventLoop.run {
            handler.value.begin(
                head, request.body, deadline: .uptimeNanoseconds(request.deadlineNanoseconds), promise, onEnd)
        }
        return try await withTaskCancellationHandler {
            if case .stream(let stream) = request.body { try await send(stream) }
            return try await promise.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Sends a body as it comes; a peer may answer before it has read everything.
    /// - Throws: what broke the body at its source: then no answer will come, and the connection ends.
    private func send(_ stream: ByteStream) async throws {
        do {
            while let piece = try await stream.next() {
                guard await wrote(.body(.byteBuffer(piece))) else { return }
            }
        } catch {
            channel.close(promise: nil)
            throw error
        }
        let handler = handler
        channel.eventLoop.execute { handler.value.requestIsOut() }
        _ = await wrote(.end(nil))
    }

    /// False when the peer has closed its side.
    private func wrote(_ part: HTTPClientRequestPart) async -> Bool {
        await ignoring("a peer that refuses early closes its side; its answer says why") {
            try await channel.writeAndFlush(part)
        } != nil
    }

    private static func head(_ request: ClientRequest, host: String) -> HTTPRequestHead {
        var headers = request.headers
        headers.replaceOrAdd(name: "Host", value: host)
        if case .bytes(let body) = request.body, body.readableBytes > 0 || request.method != "GET" {
            headers.replaceOrAdd(name: "Content-Length", value: "\(body.readableBytes)")
        }
        return HTTPRequestHead(
            version: .http1_1, method: NIOHTTP1.HTTPMethod(rawValue: request.method), uri: request.target,
            headers: headers)
    }

    /// Nobody wants the rest of an answer: unless it is complete, the connection ends with it.
    func abandon(_ body: ByteStream) {
        let handler = handler
        channel.eventLoop.execute { handler.value.abandon(body) }
    }

    /// Leaves HTTP behind after a 101.
    func leaveHTTP() async throws -> RawConnection {
        let channel = channel
        let handler = handler
        return try await channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            handler.value.retire()
            let encoder = try pipeline.context(handlerType: HTTPRequestEncoder.self)
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPResponseDecoder>.self)
            let own = try pipeline.context(handlerType: ClientHandler.self)
            pipeline.removeHandler(context: own, promise: nil)
            pipeline.removeHandler(context: encoder, promise: nil)
            let raw = try RawConnection.install(on: channel)
            pipeline.removeHandler(context: decoder, promise: nil)
            channel.setOption(.autoRead, value: true).whenComplete { _ in channel.read() }
            return raw
        }.get()
    }
}
