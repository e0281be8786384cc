private import CompilerService
private import Contracts
private import ServiceKit

@main
struct Compiler {
    static func main() async {
        await ServiceMain.run(.compiler) { try await CompilerBoot.parts($0) }
    }
}
