package import SystemKit

/// Why a sandbox could not be made or a request about one makes no sense.
package enum SandboxFailure: Error, Equatable, CustomStringConvertible {
    /// The specification is wrong; says where and why.
    case invalid(field: String, reason: String)
    /// The machine refused a step of building.
    case step(String, SystemFailure)
    /// This machine or user cannot isolate programs; says what is missing.
    case unsupported(String)

    /// For people, e.g. `"tmpfs: mount: Operation not permitted (errno 1)"`.
    package var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .step(let step, let failure): "\(step): \(failure)"
        case .unsupported(let what): what
        }
    }
}
