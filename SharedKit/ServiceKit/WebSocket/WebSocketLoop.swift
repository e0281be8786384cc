internal import NIOCore
internal import SystemKit

/// What the WebSockets of one event loop share: one flush at the end of a turn, one timer for all pings.
final class WebSocketLoop {
    private static let all = Locked([ObjectIdentifier: NIOLoopBound<WebSocketLoop>]())

    private let eventLoop: any EventLoop
    private var handlers: [ObjectIdentifier: WebSocketHandler] = [:]
    private var dirty: [WebSocketHandler] = []
    private var isTicking = false

    private init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// The one of the event loop that this is called on.
    static func of(_ eventLoop: any EventLoop) -> WebSocketLoop {
        let key = ObjectIdentifier(eventLoop)
        if let known = all.withLock({ $0[key] }) { return known.value }
        let made = NIOLoopBound(WebSocketLoop(eventLoop), eventLoop: eventLoop)
        all.withLock { $0[key] = made }
        return made.value
    }

    func add(_ handler: WebSocketHandler) {
        handlers[ObjectIdentifier(handler)] = handler
        if !isTicking { tick() }
    }

    func remove(_ handler: WebSocketHandler) { handlers[ObjectIdentifier(handler)] = nil }

    /// Flushes a handler at the end of the event loop's turn.
    func flushSoon(_ handler: WebSocketHandler) {
        dirty.append(handler)
        guard dirty.count == 1 else { return }
        let reference = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { reference.value.flush() }
    }

    private func flush() {
        let turn = dirty
        dirty.removeAll(keepingCapacity: true)
        for handler in turn { handler.flush() }
    }

    private func tick() {
        isTicking = !handlers.isEmpty
        guard isTicking else { return }
        let reference = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .seconds(Limits.webSocketTickSeconds)) {
            for handler in Array(reference.value.handlers.values) { handler.tick() }
            reference.value.tick()
        }
    }
}
