import Contracts
import ServiceKit
import SessionService

/// The session service: sessions, their files and members, and runs.
@main
struct Session {
    static func main() {
        ServiceMain.run(.session, loops: 1) { try await SessionService.build($0) }
    }
}
