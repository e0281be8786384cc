private import AuthService
private import Contracts
private import ServiceKit

@main
struct Auth {
    static func main() {
        ServiceMain.run(.auth, variables: AuthBoot.variables) { try await AuthBoot.parts($0) }
    }
}
