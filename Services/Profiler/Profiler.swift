private import Contracts
private import ProfilerService
private import ServiceKit

@main
struct Profiler {
    static func main() {
        ServiceMain.run(.profiler) { try ProfilerService.parts($0) }
    }
}
