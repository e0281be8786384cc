package import Contracts
private import Glibc
private import SystemKit

/// The languages that are described by files, and those of them whose tools are on this machine.
///
/// Loading reads the definitions and looks for tools in the file system; it starts no program and takes a few
/// milliseconds. `withVersions(rememberedIn:)` asks the tools for their versions.
package struct LanguageRegistry: Sendable {
    /// Every described language, ordered by id.
    package let described: [Language]
    /// The languages whose tools are here, ordered by id.
    package let found: [FoundLanguage]
    private let detector: LanguageDetector

    init(described: [Language], found: [FoundLanguage]) {
        self.described = described
        self.found = found
        detector = LanguageDetector(described)
    }

    /// Reads `<id>.json` files and looks for the tools they name.
    /// - Throws: `LanguageFailure` naming the file and what is wrong with it.
    package static func load(
        directory: String, places: SearchPlaces = .current
    ) throws(LanguageFailure) -> LanguageRegistry {
        var described: [Language] = []
        for name in try DefinitionFiles.names(in: directory) {
            described.append(try DefinitionFiles.read("\(directory)/\(name)"))
        }
        described.sort { $0.id.text < $1.id.text }
        try checkNames(described, directory)
        return LanguageRegistry(described: described, found: described.compactMap { places.find($0) })
    }

    /// Where the definitions lie: `configured`, or beside or above the running executable.
    /// - Throws: `LanguageFailure.noDefinitions` listing where we looked.
    package static func standardDirectory(configured: String?) throws(LanguageFailure) -> String {
        if let configured { return configured }
        let parents = DefinitionFiles.parentsOfExecutable()
        let candidates = parents.flatMap { ["\($0)/languages", "\($0)/Deploy/languages"] }
        guard let directory = candidates.first(where: { access("\($0)/python.json", R_OK) == 0 }) else {
            throw .noDefinitions(lookedIn: candidates)
        }
        return directory
    }

    /// The language called so: an id, an alias, or a file name extension, in this order; case does not
    /// matter.
    package func language(_ name: String) -> FoundLanguage? {
        let name = name.lowercased()
        return found.first { $0.id.text == name } ?? found.first { $0.language.aliases.contains(name) }
            ?? found.first { $0.language.extensions.contains(name) }
    }

    /// Which language a text is written in, whether its tools are here or not; nil when nothing speaks for
    /// any.
    package func detect(filename: String?, content: String) -> LanguageDetection? {
        detector.detect(filename: filename, content: content)
    }

    /// The same registry with the versions that the tools state of themselves.
    ///
    /// Starts each tool that `file` does not know yet; blocks for up to some seconds, so call it on a
    /// thread of your own. `file` is rewritten when something new was learnt.
    package func withVersions(rememberedIn file: String?) -> LanguageRegistry {
        var versions = ToolVersions(rememberedIn: file)
        let asked = found.map { $0.withVersions { versions.version(of: $0) } }
        versions.save()
        return LanguageRegistry(described: described, found: asked)
    }

    private static func checkNames(_ languages: [Language], _ directory: String) throws(LanguageFailure) {
        var owners: [String: String] = [:]
        for language in languages {
            for name in [language.id.text] + language.aliases {
                if let owner = owners.updateValue(language.id.text, forKey: name) {
                    throw .invalid(
                        file: "\(directory)/\(language.id.text).json", why: "\(name) is \(owner) already")
                }
            }
        }
    }
}
