package import Contracts
package import Languages
private import SystemKit

/// The languages that run here; versions come in later, because asking the tools takes seconds.
package final class RuntimeBook: Sendable {
    private let registry: Locked<LanguageRegistry>
    /// How many of their interpreters may wait.
    let warm: WarmSettings

    /// A book with what was found.
    package init(_ registry: LanguageRegistry, warm: WarmSettings = WarmSettings()) {
        self.registry = Locked(registry)
        self.warm = warm
    }

    /// Asks the tools for their versions, on this thread.
    package func learnVersions(rememberedIn file: String?) {
        let learned = registry.snapshot.withVersions(rememberedIn: file)
        registry.withLock { $0 = learned }
    }

    /// Languages whose interpreters may wait for a script, and how many.
    var warmLanguages: [String: Int] {
        guard warm.capacity > 0 else { return [:] }
        let spare = found.map { ($0.id.text, min(warm.spare($0), warm.capacity)) }
        return Dictionary(uniqueKeysWithValues: spare.filter { $0.1 > 0 })
    }

    /// How many languages run here.
    package var count: Int { registry.snapshot.found.count }

    /// What was found, ordered by id.
    var found: [FoundLanguage] { registry.snapshot.found }

    /// The language called so, by id, alias or extension, or nil.
    func named(_ name: String) -> FoundLanguage? { registry.snapshot.language(name) }

    /// The directories of toolchains outside the system's own, for all sandboxes.
    package var toolMounts: [String] {
        let mounts = registry.snapshot.found.flatMap { $0.tools.values.compactMap(\.mount) }
        return Set(mounts).sorted()
    }

    /// All of them, ordered by id.
    package var list: RuntimeList {
        RuntimeList(items: registry.snapshot.found.map(Self.runtime))
    }

    private static func runtime(_ found: FoundLanguage) -> Runtime {
        var runtime = Runtime()
        runtime.language = found.id
        runtime.name = found.language.name
        runtime.version = found.version
        runtime.aliases = found.language.aliases
        runtime.extensions = found.language.extensions
        runtime.isCompiled = found.isCompiled
        return runtime
    }

    /// The language called so.
    /// - Throws: `Problem` (`unknown_language`) listing what is here.
    package func language(_ id: LanguageID) throws(Problem) -> FoundLanguage {
        let registry = registry.snapshot
        if let found = registry.language(id.text) { return found }
        let here = registry.found.map(\.id.text).joined(separator: ", ")
        throw Problem(.unknownLanguage, "\(id.text) does not run on this machine; here are: \(here)")
    }
}
