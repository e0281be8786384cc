internal import Contracts
private import Glibc
private import SystemKit

/// Reading `Deploy/languages`.
enum DefinitionFiles {
    static func names(in directory: String) throws(LanguageFailure) -> [String] {
        let names: [String]
        do {
            names = try DirectoryListing.names(in: directory)
        } catch {
            throw .unreadable(file: directory, why: error.description)
        }
        return names.filter { $0.hasSuffix(".json") }.sorted()
    }

    static func read(_ file: String) throws(LanguageFailure) -> Language {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(file, atMost: Limits.definitionBytes)
        } catch {
            throw .unreadable(file: file, why: error.description)
        }
        do {
            let language = try Language.decode(bytes)
            try check(language, file)
            return language
        } catch let failure as LanguageFailure {
            throw failure
        } catch let faults as WireFaults {
            let words = faults.all.map { "\($0.pointer): \($0.detail)" }
            throw .invalid(file: file, why: words.joined(separator: "; "))
        } catch {
            throw .invalid(file: file, why: "\(error)")
        }
    }

    /// What the field table cannot say: every placeholder is known, a build names what it makes.
    private static func check(_ language: Language, _ file: String) throws(LanguageFailure) {
        let tools = Set(language.tools.map(\.name))
        let steps =
            [language.compile, language.check, language.run].compactMap { $0 }
            + language.analysers.map(\.step)
        for step in steps {
            let texts = step.arguments + step.environment.values + step.mounts
            for text in texts {
                if let unknown = CommandTemplate.unknownPlaceholder(in: text, tools: tools) {
                    throw .invalid(file: file, why: "{\(unknown)} is neither a tool nor a placeholder")
                }
            }
        }
        if let compile = language.compile, compile.output == nil || compile.artifact == nil {
            throw .invalid(file: file, why: "a compile step names its output and artifact")
        }
    }

    /// The directories above the running executable, nearest first, at most eight.
    static func parentsOfExecutable() -> [String] {
        guard var path = realPath("/proc/self/exe") else { return [] }
        var parents: [String] = []
        while parents.count < 8, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            path = String(path[..<slash])
            parents.append(path)
        }
        return parents
    }
}

/// The path with every link resolved, or nil when nothing is there.
func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// Bounds of this module.
enum Limits {
    /// Bytes of one language definition; the largest of ours has 9 KB.
    static let definitionBytes = 256 << 10
    /// Bytes of the file that remembers versions.
    static let versionFileBytes = 256 << 10
    /// Bytes of what a tool says about its version.
    static let versionBytes = 4096
    /// How long a tool may take to say its version; a cold JVM on a loaded machine needs 2 s.
    static let versionPatience = Duration.seconds(15)
    /// Bytes of a text that detection looks at: enough for the imports and some code.
    static let detectionBytes = 16 << 10
}
