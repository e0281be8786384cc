package import NIOCore
private import Synchronization
internal import SystemKit

/// Connections on one event loop that hear the same; may be used from any thread.
package final class WebSocketGroup: Sendable {
    private let connections: [WebSocketConnection]
    private let eventLoop: any EventLoop
    private let cost: SendingCost
    /// Found by the first frames, on the event loop.
    private let handlers: NIOLoopBoundBox<[WebSocketHandler]>

    /// A group of connections; what sending to them costs is added to `cost`.
    /// - Precondition: there is one at least, and all live on the same event loop.
    package init(_ connections: [WebSocketConnection], _ cost: SendingCost) {
        guard let first = connections.first else { preconditionFailure("a group is not empty") }
        self.connections = connections
        self.cost = cost
        eventLoop = first.eventLoop
        handlers = .makeBoxSendingValue([], eventLoop: first.eventLoop)
    }

    /// Sends frames of `WebSocketFrame`, one behind the other, to all of them in one errand.
    package func send(_ frames: ByteBuffer) {
        if eventLoop.inEventLoop { return sendHere(frames) }
        eventLoop.execute { self.sendHere(frames) }
    }

    private func sendHere(_ frames: ByteBuffer) {
        if handlers.value.isEmpty { handlers.value = connections.map(\.boundHandler) }
        let handlers = handlers.value
        let start = threadNanoseconds()
        frames.withUnsafeReadableBytes { bytes in
            for handler in handlers { handler.deliver(bytes, of: frames) }
        }
        cost.add(Int(threadNanoseconds() - start))
    }
}

/// What sending to groups has cost until now; may be used from any thread.
package final class SendingCost: Sendable {
    private let sum = Atomic(0)

    /// Nothing was sent yet.
    package init() {}

    /// Nanoseconds of processor time, on whichever threads.
    package var nanoseconds: Int { sum.load(ordering: .relaxed) }

    func add(_ nanoseconds: Int) { sum.wrappingAdd(nanoseconds, ordering: .relaxed) }
}
