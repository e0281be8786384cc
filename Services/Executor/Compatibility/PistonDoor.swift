internal import Contracts
internal import Languages
package import ServiceKit
internal import SystemKit

/// Piston's API v2 in front of our executions.
///
/// Known differences: there is one version of each language and `version` selects nothing; limits of the
/// compile stage are the compiler's own; what the compiler printed comes as one line for each diagnostic.
/// At `connect` the limits of output hold, signals reach the program (Piston drops them), and a client that
/// goes away ends its program.
package struct PistonDoor: Sendable {
    private let runs: WholeRun
    private let talks: PistonTalks

    /// A door to whole runs.
    package init(_ runs: WholeRun) {
        self.runs = runs
        talks = PistonTalks(runs)
    }

    /// Serves the programs of `connect` until the task is cancelled, which ends them.
    package func serve() async throws { try await talks.serve() }

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
        routes.raw(on: PistonEndpoints.connect) { [self] in try connect($0) }
        routes.on(PistonEndpoints.execute) { [self] call in
            try await execute(call.body, for: try call.identity, until: call.deadline)
        }
    }

    private func connect(_ call: Call<Nothing>) throws -> ServerResponse {
        let identity = try call.identity
        let limits = WebSocketLimits(messageBytes: Limits.pistonMessageBytes, takesText: true)
        return try ServerResponse.webSocket(for: call, limits) { [talks] connection in
            PistonClient(PistonTalk(connection, identity, talks))
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
