package import Contracts
package import Logging
internal import NIOHTTP1
package import SystemKit

/// Everything about a request but its body.
package struct CallScene: Sendable {
    /// The endpoint's data.
    package let route: Route
    /// The request as it came.
    package let request: ServerRequest
    /// The path's parameters.
    package let path: PathParameters
    /// Who is calling; nil only where the route is open to everybody.
    package let caller: Identity?
    /// The request, for logs and support.
    package let requestID: String
    /// When the caller stops waiting.
    package let deadline: Timestamp
    /// Writes records that carry the request and the trace.
    package let logger: Logger
    let clock: WallClock
    /// Knows whose tokens end; nil where there are no WebSockets.
    let credentials: CredentialWatch?
    let query: QueryParameters
}

/// One request to an endpoint: its body, decoded and checked, and everything around it.
@dynamicMemberLookup
package struct Call<Request: Wire>: Sendable {
    /// The body.
    package let body: Request
    /// Everything else.
    package let scene: CallScene

    /// The scene's members are the call's members.
    package subscript<Value>(dynamicMember path: KeyPath<CallScene, Value>) -> Value { scene[keyPath: path] }
}

/// What a handler asks its call for; the call with its body and the bare scene answer alike.
package protocol CallAccess {
    /// Everything about the request but its body.
    var scene: CallScene { get }
}

extension Call: CallAccess {}

extension CallScene: CallAccess {
    /// Itself.
    package var scene: CallScene { self }
}

extension CallAccess {
    /// Who is calling.
    /// - Throws: `Problem` (`unauthenticated`) on an open route that was called by nobody.
    package var identity: Identity {
        get throws(Problem) {
            guard let caller = scene.caller else { throw Problem(.unauthenticated, "sign in first") }
            return caller
        }
    }

    /// The time that is left before the caller stops waiting, zero if none.
    package var remaining: Duration {
        .milliseconds(max(0, scene.deadline.milliseconds - scene.clock.now().milliseconds))
    }

    /// A header field, its first value.
    package func header(_ name: String) -> String? { scene.request.head.headers.first(name: name) }
}
