package import Contracts
internal import NIOCore
internal import NIOHTTP1

extension ServerResponse {
    /// Accepts a WebSocket (RFC 6455 4.2.2); `open` is called on the event loop with the new connection and
    /// answers who takes its messages. The connection ends with the caller's token, see `CredentialWatch`.
    /// - Throws: `Problem` when the request is not a handshake.
    package static func webSocket(
        for call: some CallAccess, _ limits: WebSocketLimits,
        open: @escaping @Sendable (WebSocketConnection) throws -> any WebSocketReceiver
    ) throws(Problem) -> ServerResponse {
        let headers = call.scene.request.head.headers
        let connection = headers[canonicalForm: "connection"].map { $0.lowercased() }
        let keys = headers["sec-websocket-key"]
        guard headers.first(name: "upgrade")?.lowercased() == "websocket", connection.contains("upgrade"),
            keys.count == 1, let key = keys.first, WebSocketKey.isValid(key)
        else { throw Problem(.malformedRequest, "a WebSocket handshake (RFC 6455) is expected") }
        guard headers["sec-websocket-version"] == ["13"] else { return wrongVersion }
        let (caller, watch) = (call.scene.caller, call.scene.credentials)
        let fields: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": WebSocketKey.accept(key),
        ]
        return ServerResponse(
            status: 101, headers: fields,
            body: .upgrade { channel in
                let handler = WebSocketHandler(limits)
                let reference = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                try channel.pipeline.syncOperations.addHandler(handler)
                let connection = WebSocketConnection(channel: channel, handler: reference)
                handler.receiver = try open(connection)
                guard let caller, let watch else { return }
                let number = watch.enter(caller) { connection.endCredential($0) }
                handler.farewell = { watch.leave(number) }
            })
    }

    /// RFC 6455 4.4: name the version that is spoken.
    private static var wrongVersion: ServerResponse {
        var response = problem(Problem(.malformedRequest, "WebSocket version 13 is spoken here"))
        response.headers.add(name: "Sec-WebSocket-Version", value: "13")
        return response
    }
}
