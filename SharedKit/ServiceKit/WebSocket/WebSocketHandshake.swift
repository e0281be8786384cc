package import Contracts
internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

extension ServerResponse {
    /// Accepts a WebSocket (RFC 6455 4.2.2); `open` is called on the event loop with the new connection and
    /// answers who takes its messages.
    /// - Parameter messageLimit: bytes of one message, at most.
    /// - Throws: `Problem` when the request is not a handshake.
    package static func webSocket(
        for call: some CallAccess, messageLimit: Int,
        open: @escaping @Sendable (WebSocketConnection) throws -> any WebSocketReceiver
    ) throws(Problem) -> ServerResponse {
        let headers = call.scene.request.head.headers
        let connection = headers[canonicalForm: "connection"].map { $0.lowercased() }
        guard headers.first(name: "upgrade")?.lowercased() == "websocket", connection.contains("upgrade"),
            headers.first(name: "sec-websocket-version") == "13", headers["sec-websocket-key"].count == 1,
            let key = headers.first(name: "sec-websocket-key"), key.utf8.count == 24
        else { throw Problem(.malformedRequest, "a WebSocket handshake (RFC 6455) is expected") }
        let fields: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": WebSocketKey.accept(key),
        ]
        return ServerResponse(
            status: 101, headers: fields,
            body: .upgrade { channel in
                let handler = WebSocketHandler(messageLimit: messageLimit)
                let reference = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: messageLimit)))
                try pipeline.addHandler(handler)
                handler.receiver = try open(WebSocketConnection(channel: channel, handler: reference))
            })
    }
}
