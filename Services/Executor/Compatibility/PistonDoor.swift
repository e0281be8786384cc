internal import Contracts
internal import Languages
package import ServiceKit
internal import SystemKit

/// Piston's API v2 in front of our executions.
///
/// Known differences: there is one version of each language and `version` selects nothing; limits of the
/// compile stage are the compiler's own; what the compiler printed comes as one line for each diagnostic.
package struct PistonDoor: Sendable {
    private let runs: WholeRun

    /// A door to whole runs.
    package init(_ runs: WholeRun) { self.runs = runs }

    /// Adds its endpoints.
    package func add(to routes: inout Routes) {
        let runtimes = runs.service.runtimes
        routes.on(PistonEndpoints.runtimes) { _ in
            runtimes.found.map { found in
                .with {
                    $0.language = found.id.text
                    $0.version = found.threeNumbers
                    $0.aliases = found.language.aliases
                }
            }
        }
        routes.on(PistonEndpoints.packages) { _ in
            runtimes.found.map { found in
                .with {
                    $0.language = found.id.text
                    $0.version = found.threeNumbers
                }
            }
        }
        routes.on(PistonEndpoints.execute) { [self] call in
            try await execute(call.body, for: try call.identity, until: call.deadline)
        }
    }

    private func execute(
        _ body: PistonRequest, for identity: Identity, until deadline: Timestamp
    ) async throws -> PistonResult {
        let (found, request) = try PistonTranslation.request(body, runs.service.runtimes)
        let outcome = try await runs(
            WholeRun.Order(language: found, request: request, identity: identity, deadline: deadline))
        var result = PistonResult()
        result.language = found.id.text
        result.version = found.threeNumbers
        result.compile = outcome.compilation.map(PistonTranslation.stage)
        let run = outcome.result.map { PistonTranslation.stage($0, outcome.output) }
        result.run = run ?? result.compile ?? PistonStage()
        return result
    }
}

extension FoundLanguage {
    /// The version as semantic versioning has it: the first numbers of what the tool says, three of them.
    var threeNumbers: String {
        let numbers = version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").prefix(3)
        return (numbers.map(String.init) + ["0", "0", "0"]).prefix(3).joined(separator: ".")
    }
}
