package import Contracts
private import NIOHTTP1
package import ServiceKit

/// Who may pass: rate, identity, scope, origin.
package struct EdgeGate: Sendable {
    /// Which pages may call.
    package let origins: OriginPolicy
    private let desk: IdentityDesk
    private let rates: RatePolicies
    private let proxies: TrustedProxies

    /// A gate.
    package init(
        desk: IdentityDesk, rates: RatePolicies, origins: OriginPolicy, proxies: TrustedProxies = .none
    ) {
        self.desk = desk
        self.rates = rates
        self.origins = origins
        self.proxies = proxies
    }

    /// Counts the request against its address.
    /// - Throws: `Problem` (`rate_limited`).
    package func countAddress(of request: ServerRequest, _ report: inout RateReport) throws(Problem) {
        try rates.count(address: request.peer, into: &report)
    }

    /// Who is calling, once it is sure that they may.
    /// - Throws: `Problem`.
    package func admit(
        _ request: ServerRequest,
        to route: Route,
        _ report: inout RateReport
    ) async throws -> Identity? {
        try countAddress(of: request, &report)
        let headers = request.head.headers
        if case .webSocket = route.response, !origins.admits(headers) {
            throw Problem(.forbidden, "pages of this origin may not connect here")
        }
        switch route.access {
        case .open: return try await optionalIdentity(request, route)
        case .fleet: throw Problem(.notFound, "there is nothing at this path")
        case .identified(let scope):
            guard let credential = try Self.credential(request, route) else {
                throw Problem(
                    .unauthenticated,
                    "sign in first: POST /v1/auth/guest or login, then Authorization: Bearer …")
            }
            let identity = try await desk.identity(for: credential)
            try rates.count(identity, into: &report)
            try checkPage(request, credential)
            if let scope, !identity.may(scope) {
                throw Problem(.insufficientScope, "the scope \(scope.rawValue) is needed")
            }
            return identity
        }
    }

    private static func credential(_ request: ServerRequest, _ route: Route) throws(Problem) -> Credential? {
        let headers = request.head.headers
        if case .webSocket = route.response, !headers.contains(name: "authorization"),
            let credential = try Credential(query: request.query)
        {
            return credential
        }
        return try Credential(headers, alsoFrom: route.dialect.tokenHeader)
    }

    /// On open routes a credential is welcome, not needed: a stale one must not keep anybody from signing in.
    private func optionalIdentity(_ request: ServerRequest, _ route: Route) async throws -> Identity? {
        do {
            let shown = try Credential(request.head.headers, alsoFrom: route.dialect.tokenHeader)
            guard let credential = shown else { return nil }
            try checkPage(request, credential)
            return try await desk.identity(for: credential)
        } catch {
            return nil
        }
    }

    /// A cookie proves who the browser belongs to, not which page it acts for: changes need a page of ours.
    private func checkPage(_ request: ServerRequest, _ credential: Credential) throws(Problem) {
        let isSafe = request.head.method == .GET || request.head.method == .HEAD
        if credential.isCookie, !isSafe, !origins.admits(request.head.headers) {
            throw Problem(.forbidden, "pages of this origin may not act for the signed-in user")
        }
    }

    /// The request as sent by whom a trusted proxy names, and without a trace context of somebody we do not
    /// trust: only callers on this machine may choose one.
    package func withTrustedFields(_ request: ServerRequest) -> ServerRequest {
        let client = proxies.client(behind: request.peer, request.head.headers)
        let request = client == request.peer ? request : request.replacing(peer: client)
        let isLocal = request.peer == "unix" || request.peer == "::1" || request.peer.hasPrefix("127.")
        if isLocal { return request }
        var headers = request.head.headers
        headers.remove(name: "traceparent")
        headers.remove(name: "tracestate")
        return request.replacing(headers: headers)
    }
}
