private import CompilerService
private import Contracts
private import ServiceKit

@main
struct Compiler {
    static func main() {
        ServiceMain.run(.compiler, variables: CompilerBoot.variables, prepare: CompilerBoot.prepare) {
            try await CompilerBoot.parts($0, $1)
        }
    }
}
