package import Contracts
package import NIOHTTP1
package import SystemKit

/// Everything about a call but its endpoint and body.
package struct CallOptions: Sendable {
    /// For whom the call is made; one of our services for itself unless told.
    package var identity: Identity
    /// When the result is no longer wanted; the endpoint's timeout holds too.
    package var deadline: Timestamp?
    /// The path's parameters by name.
    package var path: [String: String] = [:]
    /// Query parameters by name.
    package var query: [String: String] = [:]
    /// More header fields, e.g. `Prefer`.
    package var headers: HTTPHeaders = [:]
    /// Makes a POST repeatable.
    package var idempotencyKey: String?

    /// Options of a call.
    /// - Parameters:
    ///   - identity: for whom; nil for the service itself.
    ///   - path: the path's parameters by name.
    package init(
        as identity: Identity? = nil, deadline: Timestamp? = nil, path: [String: String] = [:],
        query: [String: String] = [:], headers: HTTPHeaders = [:], idempotencyKey: String? = nil
    ) {
        self.identity = identity ?? .ownService
        self.deadline = deadline
        self.path = path
        self.query = query
        self.headers = headers
        self.idempotencyKey = idempotencyKey
    }

    /// Options of a call made on behalf of one that is being answered: same caller, same deadline.
    package init(
        for call: some CallAccess, path: [String: String] = [:], query: [String: String] = [:],
        headers: HTTPHeaders = [:], idempotencyKey: String? = nil
    ) {
        self.init(
            as: call.scene.caller, deadline: call.scene.deadline, path: path, query: query, headers: headers,
            idempotencyKey: idempotencyKey)
    }

    func repeats(_ route: Route) -> Bool {
        switch route.repeatability {
        case .safe, .idempotent: true
        case .keyed: idempotencyKey != nil
        case .once: false
        }
    }

    /// The path with its parameters filled in, and the query.
    /// - Throws: `PeerFailure` when a parameter of the path is missing.
    func target(of route: Route) throws(PeerFailure) -> String {
        var target = ""
        for segment in route.segments { target += "/\(try filled(segment, route))" }
        if target.isEmpty { target = "/" }
        let pairs = query.sorted { $0.key < $1.key }
            .map { "\(PercentCoding.encode($0.key))=\(PercentCoding.encode($0.value))" }
        return pairs.isEmpty ? target : "\(target)?\(pairs.joined(separator: "&"))"
    }

    private func filled(_ segment: Substring, _ route: Route) throws(PeerFailure) -> String {
        guard segment.hasPrefix("{") else { return String(segment) }
        let name = segment.dropFirst().dropLast()
        let isRest = name.hasSuffix("*")
        guard let value = path[String(isRest ? name.dropLast() : name)], !value.isEmpty else {
            throw PeerFailure(route.service.rawValue, .misunderstood, "\(route.name) needs \(segment)")
        }
        return PercentCoding.encode(value, keepsSlash: isRest)
    }
}

extension Identity {
    /// One of our services, acting for itself.
    package static var ownService: Identity {
        .with {
            $0.kind = .service
            $0.scopes = [.admin]
        }
    }
}
