private import Contracts
private import SystemKit

/// What tools said about their versions, kept in a file by path, size and time, so that each is asked once.
struct ToolVersions {
    private let file: String?
    private var known: [String: String] = [:]
    private var hasNews = false

    init(rememberedIn file: String?) {
        self.file = file
        guard let file else { return }
        known =
            ignoring("the file is a cache: without it the tools are asked again") {
                try [String: String].decode(FileBytes.read(file, atMost: Limits.versionFileBytes))
            } ?? [:]
    }

    mutating func version(of tool: FoundTool) -> String {
        if tool.definition.versionArguments.isEmpty { return "" }
        if let version = known[tool.stamp] { return version }
        let said = ToolProbe.output([tool.path] + tool.definition.versionArguments)
        guard let version = Self.version(in: said, behind: tool.definition.versionPrefix) else { return "" }
        known[tool.stamp] = version
        hasNews = true
        return version
    }

    func save() {
        guard hasNews, let file else { return }
        ignoring("the file is a cache: without it the tools are asked again") {
            try FileBytes.replace(file, with: known.encode(), mode: 0o644)
        }
    }

    /// The digits and dots behind the first `prefix`.
    static func version(in text: String, behind prefix: String) -> String? {
        let start = prefix.isEmpty ? text.startIndex : text.firstRange(of: prefix)?.upperBound
        guard let start else { return nil }
        let version = text[start...].prefix {
            $0.isASCII && ($0.isLetter || $0.isNumber || "._-+".contains($0))
        }
        return version.isEmpty ? nil : String(version)
    }
}
