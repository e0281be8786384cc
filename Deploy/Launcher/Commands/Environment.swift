import ArgumentParser
import ServiceKit
import Supervision
import SystemKit

/// `codecollab env`: how the fleet is configured; secrets are named, never shown.
struct Environment: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Show where the fleet keeps things and what can be configured.",
        usage: "codecollab env\ncodecollab env --rotate    make new secrets; takes effect with the next start"
    )

    @OptionGroup var options: FleetOptions
    @Flag(help: "Replace all secrets by new ones.") var rotate = false

    func run() throws {
        let installation = try Installation(options)
        let plan = try installation.plan()
        if rotate {
            try Secrets.rotate(file: installation.home.secrets)
            return Console.tell(
                "new secrets are in \(installation.home.secrets); restart the fleet to use them")
        }
        Console.table([
            ["root", installation.root], ["home", installation.home.path],
            ["programs", installation.programs],
            ["url", plan.url], ["sockets", installation.home.socketFolder], ["logs", installation.home.logs],
            [
                "secrets",
                "\(installation.home.secrets) (\(plan.secretNames.sorted().joined(separator: ", ")))",
            ],
        ])
        Console.say("")
        Console.table(Configuration.variables.map { [$0.name, $0.fallback, $0.about] })
    }
}

/// `codecollab version`: the release.
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the release.", usage: "codecollab version")

    func run() { Console.say("codecollab 0.1.0") }
}
