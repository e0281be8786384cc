internal import Contracts
package import ServiceKit

/// The ai service's endpoints.
package struct AIRoutes: Sendable {
    private let service: AIService

    /// Endpoints of a service.
    package init(_ service: AIService) { self.service = service }

    /// Adds all of them.
    package func add(to routes: inout Routes) {
        let service = service
        routes.on(AIEndpoints.analyze) { try await service.analyze($0.body) }
        routes.on(AIEndpoints.detect) { service.detect($0.body) }
    }
}
