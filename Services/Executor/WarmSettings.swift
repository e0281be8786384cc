internal import Contracts
internal import Languages
package import ServiceKit

/// How many interpreters may wait for a script: over all languages, and of each.
package struct WarmSettings: Sendable, Equatable {
    /// Of all languages together; Python's takes about 10 MiB, Node's 40.
    package var capacity = 4
    /// Of single languages, instead of what their definitions say.
    private var own: [String: Int] = [:]

    private static let variable = "CODECOLLAB_WARM"
    private static let bounds = 0...64

    /// As the definitions have it.
    package init() {}

    /// From `CODECOLLAB_WARM`: a number for all together, `language=number` for one, with commas between.
    /// - Throws: `ConfigurationFault` saying what was expected.
    package init(_ configuration: Configuration) throws(ConfigurationFault) {
        for word in (configuration.text(Self.variable) ?? "").split(separator: ",") {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard let last = parts.last, parts.count <= 2, let count = Int(last), Self.bounds.contains(count),
                parts.count == 1 || !parts[0].isEmpty
            else {
                let rule = "expected numbers from 0 to 64, as 4,python=2: for all together, for a language"
                throw ConfigurationFault(Self.variable, rule)
            }
            if parts.count == 1 { capacity = count } else { own[String(parts[0])] = count }
        }
    }

    /// How many of a language's run may wait.
    func spare(_ found: FoundLanguage) -> Int {
        found.isCompiled ? 0 : own[found.id.text] ?? found.language.run.warm
    }
}
