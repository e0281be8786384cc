package import NIOCore

/// Connections on one event loop that hear the same; may be used from any thread.
package final class WebSocketGroup: Sendable {
    private let connections: [WebSocketConnection]
    private let eventLoop: any EventLoop
    /// Found by the first frame, on the event loop.
    private let handlers: NIOLoopBoundBox<[WebSocketHandler]>

    /// A group of connections.
    /// - Precondition: there is one at least, and all live on the same event loop.
    package init(_ connections: [WebSocketConnection]) {
        guard let first = connections.first else { preconditionFailure("a group is not empty") }
        self.connections = connections
        eventLoop = first.eventLoop
        handlers = .makeBoxSendingValue([], eventLoop: first.eventLoop)
    }

    /// Sends a frame of `WebSocketFrame` to all of them, in one errand.
    package func send(_ frame: ByteBuffer) {
        if eventLoop.inEventLoop { return sendHere(frame) }
        eventLoop.execute { self.sendHere(frame) }
    }

    private func sendHere(_ frame: ByteBuffer) {
        if handlers.value.isEmpty { handlers.value = connections.map(\.boundHandler) }
        let handlers = handlers.value
        frame.withUnsafeReadableBytes { bytes in
            for handler in handlers { handler.deliver(bytes, of: frame) }
        }
    }
}
