internal import Contracts
private import Glibc

/// Fills a step's placeholders.
///
/// `{tool}` and `{tool.root}` for each tool; `{entry}`, `{artifact}`, `{output}`, `{cwd}`, `{heap_mib}`;
/// as whole arguments the lists `{sources}`, `{arguments}`, `{optimization}`; and `{?tool:text}`, an argument
/// that is only there when the tool is.
struct CommandTemplate {
    private let found: FoundLanguage
    private let inputs: CommandInputs

    init(_ found: FoundLanguage, _ inputs: CommandInputs) {
        self.found = found
        self.inputs = inputs
    }

    func command(_ step: LanguageStep) -> LanguageCommand {
        let argv = step.arguments.flatMap { argument($0, step) }
        let mounts = toolMounts(step) + step.mounts.map { fill($0, step) }
        var seen: Set<String> = []
        return LanguageCommand(
            argv: argv, environment: step.environment.mapValues { fill($0, step) },
            mounts: mounts.filter { seen.insert($0).inserted && access($0, R_OK) == 0 },
            files: step.files, limits: step.limits)
    }

    private func argument(_ text: String, _ step: LanguageStep) -> [String] {
        switch text {
        case "{sources}": return inputs.sources
        case "{arguments}": return inputs.arguments
        case "{optimization}":
            return step.optimizations[inputs.optimization] ?? step.optimizations["default"] ?? []
        default: break
        }
        guard text.hasPrefix("{?"), text.hasSuffix("}"), let colon = text.firstIndex(of: ":") else {
            return [fill(text, step)]
        }
        let tool = text[text.index(text.startIndex, offsetBy: 2)..<colon]
        let rest = text[text.index(after: colon)...].dropLast()
        return found.tools[String(tool)] == nil ? [] : [fill(String(rest), step)]
    }

    private func fill(_ text: String, _ step: LanguageStep) -> String {
        Placeholders.fill(text) { value(of: $0, step) }
    }

    private func value(of name: Substring, _ step: LanguageStep) -> String? {
        switch name {
        case "entry": return inputs.entry
        case "artifact": return inputs.artifact
        case "output": return step.output ?? ""
        case "cwd": return inputs.workingDirectory
        case "heap_mib": return "\(max(16, inputs.memoryBytes / 4 * 3 >> 20))"
        default: break
        }
        if let tool = found.tools[String(name)] { return tool.path }
        return name.hasSuffix(".root") ? found.tools[String(name.dropLast(5))]?.root : nil
    }

    private func toolMounts(_ step: LanguageStep) -> [String] {
        let used = Set(step.arguments.flatMap(Placeholders.names))
        return found.tools.values.sorted { $0.name < $1.name }.compactMap { tool in
            used.contains(tool.name[...]) ? tool.mount : nil
        }
    }

    static func unknownPlaceholder(in text: String, tools: Set<String>) -> String? {
        let fixed: Set = [
            "entry", "artifact", "output", "cwd", "heap_mib", "sources", "arguments", "optimization",
        ]
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            rest = rest[rest.index(after: close)...]
            let tool = name.hasSuffix(".root") ? String(name.dropLast(5)) : name
            let condition =
                name.hasPrefix("?") ? name.dropFirst().split(separator: ":").first.map(String.init) : nil
            if !fixed.contains(name) && !tools.contains(condition ?? tool) { return name }
        }
        return nil
    }
}
