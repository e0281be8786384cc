internal import Contracts
internal import ServiceKit

extension SessionService {
    func addLiveFileRoutes(to routes: inout Routes) {
        routes.on(LiveFileEndpoints.begin) { call in
            var seed = LiveFileSeed()
            guard let path = call.body.document.file else { return seed }
            seed.text = try await sessions.beginLive(path, in: call.path("session_id"))
            return seed
        }
    }
}
