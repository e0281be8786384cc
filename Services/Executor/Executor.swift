private import Contracts
private import ExecutorService
private import ServiceKit

@main
struct Executor {
    static func main() async {
        await ServiceMain.run(.executor, loops: 1) { try await ExecutorBoot.parts($0) }
    }
}
