package import Contracts
internal import SystemKit

/// A language whose tools are on this machine.
package struct FoundLanguage: Sendable {
    /// The definition.
    package let language: Language
    /// The tools by their names in the definition.
    package let tools: [String: FoundTool]

    /// The language's id.
    package var id: LanguageID { language.id }

    /// Whether a program is built before it runs.
    package var isCompiled: Bool { language.compile != nil }

    /// The version of the first tool, empty while nobody asked it.
    package var version: String { mainTool?.version ?? "" }

    /// Whatever changes when a tool is replaced: paths, sizes and times of all tools.
    package var stamp: String {
        tools.values.sorted { $0.name < $1.name }.map(\.stamp).joined(separator: ";")
    }

    /// The tool that gives the language its version.
    package var mainTool: FoundTool? { language.tools.first.flatMap { tools[$0.name] } }

    /// The run step: the interpreter on the entry file, or the artifact.
    package func runCommand(_ inputs: CommandInputs) -> LanguageCommand {
        CommandTemplate(self, inputs).command(language.run)
    }

    /// The compile step, or nil for a language whose source is run as it is.
    package func compileCommand(_ inputs: CommandInputs) -> LanguageCommand? {
        language.compile.map { CommandTemplate(self, inputs).command($0) }
    }

    /// The syntax check, or nil when the language has none.
    package func checkCommand(_ inputs: CommandInputs) -> LanguageCommand? {
        language.check.map { CommandTemplate(self, inputs).command($0) }
    }

    /// The files that a compiler is told, in the order given: those with an extension of the language.
    package func sources(among paths: [String]) -> [String] {
        paths.filter { path in language.extensions.contains { path.lowercased().hasSuffix(".\($0)") } }
    }

    func withVersions(_ version: (FoundTool) -> String) -> FoundLanguage {
        FoundLanguage(
            language: language,
            tools: tools.mapValues { tool in
                var tool = tool
                tool.version = version(tool)
                return tool
            })
    }
}

/// A program on this machine.
package struct FoundTool: Sendable, Equatable {
    /// Its name in the definition.
    package let name: String
    /// Its absolute path, links resolved as far as the program's own name allows.
    package let path: String
    /// Size and modification time, to notice a replacement.
    package let stamp: String
    /// What it said its version is; empty when nobody asked or it has none.
    package internal(set) var version = ""
    /// How to ask.
    package let definition: LanguageTool

    /// The directory that holds the whole toolchain: the parent of the program's directory.
    package var root: String { path.directoryPart.directoryPart }

    /// The directory to show in a sandbox, or nil when it lies in the system's own directories.
    package var mount: String? {
        let system = ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/"]
        return system.contains { path.hasPrefix($0) && !path.hasPrefix("/usr/local/") } ? nil : root
    }
}

extension FoundLanguage {
    /// An analyser's command, or nil when its tool is not here.
    package func analyserCommand(_ analyser: LanguageAnalyser, _ inputs: CommandInputs) -> LanguageCommand? {
        tools[analyser.tool] == nil ? nil : CommandTemplate(self, inputs).command(analyser.step)
    }
}
