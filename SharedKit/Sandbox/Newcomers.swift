internal import Synchronization
internal import SystemKit

/// Programs on their way to the reactor, which takes them when it wakes up.
final class Newcomers: Sendable {
    /// A program with the number it will have.
    struct Newcomer: Sendable {
        let id: UInt64
        let started: StartedRun
        let mailbox: EventMailbox
    }

    private let lastID = Atomic<UInt64>(0)
    private let waiting = Locked<[Newcomer]>([])

    /// Adds one; says its number, and whether it is the first, so that the reactor has to be woken up.
    func add(_ started: StartedRun, _ mailbox: EventMailbox) -> (id: UInt64, isFirst: Bool) {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let newcomer = Newcomer(id: id, started: started, mailbox: mailbox)
        return waiting.withLock { waiting in
            waiting.append(newcomer)
            return (id, waiting.count == 1)
        }
    }

    /// All that wait.
    func take() -> [Newcomer] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
