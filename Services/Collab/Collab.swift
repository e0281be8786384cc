import CollabService
import Contracts
import ServiceKit

/// The collab service: live documents.
@main
struct Collab {
    static func main() {
        ServiceMain.run(.collab) { try await CollabService.build($0) }
    }
}
