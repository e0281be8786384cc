internal import NIOCore
private import NIOPosix
private import SystemKit

/// Something that happens after a while unless it is called off, on the event loop of whoever asks.
///
/// To sleep in a task of its own makes another thread wake up, and again when nobody needs it any more: for
/// times that are mostly not reached this costs nothing.
package struct LoopTimer: Sendable {
    private let scheduled: Scheduled<Void>

    /// Starts the time, in milliseconds; `body` must be short.
    package init(_ time: Duration, _ body: @escaping @Sendable () -> Void) {
        let loop =
            MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton.any()
        scheduled = loop.scheduleTask(in: .milliseconds(time.wholeMilliseconds), body)
    }

    /// Calls it off, if it has not happened.
    package func cancel() { scheduled.cancel() }
}
