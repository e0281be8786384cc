package import Contracts
package import ServiceKit
package import SystemKit

/// One admitted request on its way to whoever answers it.
package struct EdgeCall: Sendable {
    /// The endpoint.
    package let route: Route
    /// The path's parameters.
    package let path: PathParameters
    /// The request, with a trusted trace context at most.
    package let request: ServerRequest
    /// Who is calling, nil on open routes.
    package let identity: Identity?
    /// The request's id.
    package let requestID: String
    /// When the caller stops waiting.
    package let deadline: Timestamp
}
