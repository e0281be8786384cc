package import NIOCore
private import Synchronization

/// Who takes the messages of a WebSocket; called on the connection's event loop, in order.
package protocol WebSocketReceiver: AnyObject {
    /// A whole message; text only where the limits say so.
    func received(_ message: [UInt8], isText: Bool)
    /// So much waits for a slow reader that sending more only costs memory; `isCongested` has become true.
    func fellBehind()
    /// What waited for a slow reader has left; called once for each `fellBehind`.
    func caughtUp()
    /// The token that the client came with has expired or was revoked: a last chance to say so in the words
    /// of the protocol, before the connection is closed with 4401.
    func credentialEnded(_ reason: String)
    /// The connection is over; the last call.
    func closed()
}

extension WebSocketReceiver {
    /// Nothing, for receivers that ask `isCongested` before they send.
    package func fellBehind() {}
    /// Nothing, for receivers that never send much.
    package func caughtUp() {}
    /// Nothing, for protocols without words for it.
    package func credentialEnded(_ reason: String) {}
}

/// The server's end of a WebSocket; may be used from any thread.
package struct WebSocketConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<WebSocketHandler>
    private let pressure: WebSocketPressure

    init(channel: any Channel, handler: NIOLoopBound<WebSocketHandler>) {
        self.channel = channel
        self.handler = handler
        pressure = handler.value.pressure
    }

    /// The event loop that it lives on.
    package var eventLoop: any EventLoop { channel.eventLoop }

    /// Whether so much waits for a slow reader that sending more only costs memory; see
    /// `WebSocketReceiver.caughtUp`.
    package var isCongested: Bool { pressure.isCongested }

    /// Sends a frame of `WebSocketFrame`; frames sent in one turn of the event loop leave together.
    package func send(_ frame: ByteBuffer) {
        if eventLoop.inEventLoop { return handler.value.send(frame) }
        eventLoop.execute { handler.value.send(frame) }
    }

    /// Its handler; on the event loop only.
    var boundHandler: WebSocketHandler { handler.value }

    /// Says why, waits for the other side to agree, and closes.
    package func close(_ code: WebSocketCloseCode, _ reason: String = "") {
        if eventLoop.inEventLoop { return handler.value.close(code, reason) }
        eventLoop.execute { handler.value.close(code, reason) }
    }

    /// The token that the client came with is no longer good: lets the receiver say so, and closes.
    func endCredential(_ reason: String) {
        eventLoop.execute { handler.value.endCredential(reason) }
    }

    /// Stops taking what the other side sends, or goes on; what has been read by then still comes.
    package func takeMore(_ isWanted: Bool) {
        if eventLoop.inEventLoop { return handler.value.takeMore(isWanted) }
        eventLoop.execute { handler.value.takeMore(isWanted) }
    }

    /// Cuts the connection without a word, for peers that would not read it.
    package func cut() { channel.close(promise: nil) }
}

/// What waits for a slow reader, for everybody to see.
final class WebSocketPressure: Sendable {
    private let flag = Atomic(false)

    var isCongested: Bool {
        get { flag.load(ordering: .relaxed) }
        set { flag.store(newValue, ordering: .relaxed) }
    }
}
