package import NIOCore

/// Who takes the messages of a WebSocket; called on the connection's event loop, in order.
package protocol WebSocketReceiver: AnyObject {
    /// A whole binary message.
    func received(_ message: ByteBuffer)
    /// The connection is over; the last call.
    func closed()
}

/// Why a WebSocket is closed (RFC 6455 7.4.1 and the registry behind it).
package enum WebSocketCloseCode: UInt16, Sendable {
    case normal = 1000, goingAway = 1001, protocolError = 1002, unsupportedData = 1003
    case invalidPayload = 1007, policyViolation = 1008, messageTooBig = 1009, internalError = 1011
    case serviceRestart = 1012, tryAgainLater = 1013
    case unauthorized = 4401, forbidden = 4403
}

/// The server's end of a WebSocket; may be used from any thread.
package struct WebSocketConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<WebSocketHandler>

    init(channel: any Channel, handler: NIOLoopBound<WebSocketHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// The event loop that it lives on.
    package var eventLoop: any EventLoop { channel.eventLoop }

    /// A binary message as it goes over the wire, to be made once and sent to many.
    package static func frame(_ message: [UInt8]) -> ByteBuffer {
        WebSocketHandler.frame(0x82, message)
    }

    /// Sends a frame made by `frame`; frames sent in one turn of the event loop leave together.
    package func send(_ frame: ByteBuffer) {
        if eventLoop.inEventLoop { return handler.value.send(frame) }
        eventLoop.execute { handler.value.send(frame) }
    }

    /// Sends the same frame to connections that share an event loop.
    package static func send(_ frame: ByteBuffer, to connections: [WebSocketConnection]) {
        guard let loop = connections.first?.eventLoop else { return }
        loop.execute { for connection in connections { connection.handler.value.send(frame) } }
    }

    /// Says why, waits for the other side to agree, and closes.
    package func close(_ code: WebSocketCloseCode, _ reason: String = "") {
        eventLoop.execute { handler.value.close(code, reason) }
    }
}
