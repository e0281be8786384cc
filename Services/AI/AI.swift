private import AIService
private import Contracts
private import ServiceKit

@main
struct AI {
    static func main() {
        ServiceMain.run(.ai, variables: AIBoot.variables, prepare: AIBoot.prepare) {
            try await AIBoot.parts($0, $1)
        }
    }
}
