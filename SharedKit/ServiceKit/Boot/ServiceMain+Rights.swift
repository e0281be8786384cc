package import Contracts
private import Glibc
internal import SystemKit

extension ServiceMain {
    /// `run` for a service that gives rights up: `prepare` is called first, while the process has one thread
    /// still, and may change the settings that the rest sees.
    package static func run<Prepared: Sendable>(
        _ service: ServiceName, loops: Int? = nil, prepare: (inout Configuration) throws -> Prepared,
        build: @escaping @Sendable (ServiceSurroundings, Prepared) async throws -> ServiceParts
    ) -> Never {
        var configuration = Configuration(
            service: service, environment: Configuration.processEnvironment())
        let prepared: Prepared?
        do {
            prepared = isServing ? try prepare(&configuration) : nil
        } catch let fault as ConfigurationFault {
            complain("\(service.rawValue): \(fault)")
            exit(78)
        } catch {
            complain("\(service.rawValue): \(error)")
            exit(70)
        }
        let settings = configuration
        Task {
            await run(service, configuration: settings, loops: loops) { surroundings in
                guard let prepared else { return ServiceParts(Routes()) }
                return try await build(surroundings, prepared)
            }
        }
        while true { pause() }
    }

    /// Whether these are the flags of a service's life; wrong ones are told later.
    private static var isServing: Bool {
        do throws(ServiceFlags.Fault) {
            return try ServiceFlags(CommandLine.arguments.dropFirst()).mode == .serve
        } catch {
            return false
        }
    }
}
