private import Artifacts
package import Contracts
package import Languages
private import SystemKit

/// The registry as it is now; versions come in later, because asking the tools takes seconds.
package final class LanguageBook: Sendable {
    private let current: Locked<LanguageRegistry>
    private let fingerprints: [LanguageID: Digest256]

    /// A book with what was found.
    package init(_ registry: LanguageRegistry) {
        current = Locked(registry)
        let prints = registry.found.map {
            ($0.id, ContentDigest.of(Array("\($0.language.json) \($0.stamp)".utf8)))
        }
        fingerprints = Dictionary(uniqueKeysWithValues: prints)
    }

    /// Everything that decides what the language's tools make of the same files.
    func fingerprint(of found: FoundLanguage) -> Digest256 { fingerprints[found.id] ?? .zero }

    /// The registry as it is now.
    package var registry: LanguageRegistry { current.snapshot }

    /// Asks the tools for their versions, on this thread.
    package func learnVersions(rememberedIn file: String?) {
        let registry = registry.withVersions(rememberedIn: file)
        current.withLock { $0 = registry }
    }

    /// The language called so.
    /// - Throws: `Problem` (`unknown_language`), which says whether it is unknown or only not here.
    package func language(_ id: LanguageID) throws(Problem) -> FoundLanguage {
        if let found = registry.language(id.text) { return found }
        let isDescribed = registry.described.contains { $0.id == id || $0.aliases.contains(id.text) }
        let here = registry.found.map(\.id.text).joined(separator: ", ")
        let why = isDescribed ? "the tools of \(id) are not on this machine" : "\(id) is not known"
        throw Problem(.unknownLanguage, "\(why); here are: \(here)")
    }

    /// All languages for clients.
    package var list: LanguageList {
        let registry = registry
        return LanguageList(
            items: registry.described.map { language in
                info(language, registry.found.first { $0.id == language.id })
            })
    }

    private func info(_ language: Language, _ found: FoundLanguage?) -> LanguageInfo {
        .with {
            $0.id = language.id
            $0.name = language.name
            $0.aliases = language.aliases
            $0.extensions = language.extensions
            $0.source = language.source
            $0.isAvailable = found != nil
            $0.isCompiled = language.compile != nil
            $0.hello = language.hello
            $0.tools = language.tools.compactMap { found?.tools[$0.name] }.map { tool in
                .with {
                    $0.name = tool.name
                    $0.version = tool.version
                }
            }
        }
    }
}
