private import Contracts
private import ExecutorService
private import ServiceKit

@main
struct Executor {
    static func main() {
        ServiceMain.run(
            .executor, loops: 1, variables: ExecutorBoot.variables, prepare: ExecutorBoot.prepare
        ) {
            try await ExecutorBoot.parts($0, $1)
        }
    }
}
