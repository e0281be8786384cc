private import Glibc
package import SystemKit

/// Why a sandbox could not be made or a request about one makes no sense.
package enum SandboxFailure: Error, Equatable, CustomStringConvertible {
    /// The specification is wrong; says where and why.
    case invalid(field: String, reason: String)
    /// The machine refused a step of building.
    case step(String, SystemFailure)
    /// This machine or user cannot isolate programs; says what is missing.
    case unsupported(String)

    /// Whether the files did not fit into the limits of bytes or of files and directories.
    package var isForLackOfRoom: Bool {
        if case .step(_, let failure) = self { failure.errno == ENOSPC } else { false }
    }

    /// For people, e.g. `"tmpfs: mount: Operation not permitted (errno 1)"`.
    package var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .step(let step, let failure): "\(step): \(failure)"
        case .unsupported(let what): what
        }
    }
}
