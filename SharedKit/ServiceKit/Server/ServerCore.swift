internal import Contracts
internal import Logging
internal import NIOHTTP1
internal import SystemKit

/// What all connections of a server share.
struct ServerCore: Sendable {
    let plan: @Sendable (HTTPRequestHead) -> RequestPlan
    let logger: Logger
    /// Whether answers are made on the connections' event loops.
    let answersOnLoops: Bool
    let date = DateField()

    /// A request that was answered before anybody looked at its meaning.
    func note(refusal: Problem) {
        logger.info(
            "request refused",
            metadata: [
                "request_id": "\(refusal.requestID ?? "")",
                "status": "\(refusal.status)", "code": "\(refusal.code.rawValue)",
                "detail": "\(refusal.detail ?? "")",
            ])
    }
}
