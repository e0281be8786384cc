import CollabService
import Contracts
import ServiceKit

/// The collab service: live documents.
@main
struct Collab {
    static func main() {
        ServiceMain.run(.collab, variables: CollabService.variables) { try await CollabService.build($0) }
    }
}
