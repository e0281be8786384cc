internal import NIOCore

/// The one clock of a connection: moving the deadline costs nothing, since the scheduled task looks at it
/// anew when it fires.
struct ConnectionTimer {
    private let eventLoop: any EventLoop
    private var state: State

    private final class State {
        var deadline: NIODeadline?
        var scheduledFor: NIODeadline?
        var scheduled: Scheduled<Void>?
        var isInsideRequest = false
        var onExpiry: () -> Void = {}
    }

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        state = State()
    }

    /// Whether the deadline is that of a head whose first byte has come.
    var isInsideRequest: Bool { state.isInsideRequest }

    var onExpiry: () -> Void {
        get { state.onExpiry }
        nonmutating set { state.onExpiry = newValue }
    }

    /// Expires after `amount` from now.
    func set(_ amount: TimeAmount, isInsideRequest: Bool = false) {
        set(deadline: NIODeadline.now() + amount)
        state.isInsideRequest = isInsideRequest
    }

    /// Expires at `deadline`.
    func set(deadline: NIODeadline) {
        state.isInsideRequest = false
        state.deadline = deadline
        if let scheduledFor = state.scheduledFor, scheduledFor <= deadline { return }
        state.scheduled?.cancel()
        schedule(deadline)
    }

    private func schedule(_ deadline: NIODeadline) {
        let reference = NIOLoopBound(self, eventLoop: eventLoop)
        state.scheduledFor = deadline
        state.scheduled = eventLoop.scheduleTask(deadline: deadline) { reference.value.fire() }
    }

    private func fire() {
        state.scheduledFor = nil
        guard let deadline = state.deadline else { return }
        if deadline > .now() { return schedule(deadline) }
        state.deadline = nil
        state.onExpiry()
    }

    /// Never expires until set again.
    func cancel() {
        state.deadline = nil
        state.isInsideRequest = false
    }

    /// No longer in use: forgets the scheduled task and what it would do.
    func invalidate() {
        cancel()
        state.scheduled?.cancel()
        state.scheduledFor = nil
        state.onExpiry = {}
    }
}
