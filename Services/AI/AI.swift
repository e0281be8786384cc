private import AIService
private import Contracts
private import ServiceKit

@main
struct AI {
    static func main() async {
        await ServiceMain.run(.ai) { try await AIBoot.parts($0) }
    }
}
