package import Languages
package import ServiceKit
internal import SystemKit

/// The tools that strangers' programs are compiled and run with, as the settings of a service name them.
package enum Toolchains {
    /// `CODECOLLAB_LANGUAGES`: directory of language definitions, found beside the executable without it.
    /// - Throws: `LanguageFailure` naming the file and what is wrong with it.
    package static func load(_ configuration: Configuration) throws(LanguageFailure) -> LanguageRegistry {
        let directory = try LanguageRegistry.standardDirectory(
            configured: configuration.text("CODECOLLAB_LANGUAGES"))
        return try LanguageRegistry.load(directory: directory)
    }

    /// Has the tools asked for their versions, which are remembered in the file that `learn` gets. Nobody has
    /// to wait for them, so this happens on a thread of its own.
    /// - Throws: `SystemFailure` when no thread is left.
    package static func learnVersions(
        _ configuration: Configuration, _ learn: @escaping @Sendable (_ file: String) -> Void
    ) throws {
        let file = "\(configuration.dataDirectory)/tool-versions.json"
        _ = try DedicatedThread(named: "tool-versions") { learn(file) }
    }
}
