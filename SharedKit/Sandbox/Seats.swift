internal import CSandbox
internal import Glibc
internal import Synchronization
internal import SystemKit

/// What one run at a time may have for itself: a user number and an empty network namespace.
///
/// Making a network namespace costs more than anything else of a sandbox, and an exclusive one that nobody
/// could configure is as good as new when its last process is dead; so seats are used again.
final class Seats: Sendable {
    struct Seat: Sendable {
        let user: uid_t
        let network: SharedFD
    }

    /// Given back when the last reference goes.
    final class Lease: Sendable {
        let seat: Seat
        private let seats: Seats

        fileprivate init(_ seat: Seat, _ seats: Seats) {
            self.seat = seat
            self.seats = seats
        }

        deinit { seats.free.withLock { [seat] in $0.append(seat) } }
    }

    /// User numbers nobody has an account with; a block per process, so that counts per user do not mix.
    private static let firstUser: uid_t = 1_000_000
    private static let usersPerProcess: uid_t = 1024
    private static let processBlocks: uid_t = 65_536

    private let free = Locked<[Seat]>([])
    /// Counts the seats of the whole process.
    private static let made = Atomic<UInt32>(0)
    /// The host's `/proc`, which the template does not have.
    private let proc: FD

    init() throws(SandboxFailure) {
        proc = FD(owning: try step("/proc") { open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    /// A namespace of the calling thread, e.g. `"mnt"`.
    func ownNamespace(_ kind: String) throws(SandboxFailure) -> SharedFD {
        let proc = proc.number
        let path = "thread-self/ns/\(kind)"
        return try SharedFD(path) { openat(proc, path, O_RDONLY | O_CLOEXEC) }
    }

    /// A seat. Blocks for the making of a network.
    func take() throws(SandboxFailure) -> Lease {
        if let seat = free.withLock({ $0.popLast() }) { return Lease(seat, self) }
        let proc = proc.number
        let network = try ThreadApart.run { () throws(SandboxFailure) in
            try SharedFD("network") { csb_new_network(proc) }
        }
        let number = Self.made.add(1, ordering: .relaxed).newValue
        let block = uid_t(getpid()) % Self.processBlocks
        let user = Self.firstUser + block * Self.usersPerProcess + number % Self.usersPerProcess
        return Lease(Seat(user: user, network: network), self)
    }
}
