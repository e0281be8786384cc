internal import Contracts
internal import Languages

/// The files of a request by language, with their metrics.
struct SortedFiles {
    private(set) var groups: [(language: LanguageID, files: [SourceFile])] = []
    private(set) var metrics: [FileMetrics] = []
    private(set) var degraded: [Degradation] = []

    init(_ request: AnalysisRequest, _ registry: LanguageRegistry) {
        for file in request.files.sorted(by: { $0.path < $1.path }) {
            guard let language = Self.language(of: file, request.language, registry) else {
                degraded.append(
                    Degradation(
                        part: file.path.text, code: .unknownLanguage, detail: "no language was recognised"))
                continue
            }
            if file.encoding == .utf8 { metrics.append(MetricsReader.metrics(of: file, in: language)) }
            add(file, language.id)
        }
        shareHeaders(registry)
    }

    private static func language(
        of file: SourceFile, _ given: LanguageID?, _ registry: LanguageRegistry
    ) -> Language? {
        let id: LanguageID?
        if let given {
            id = registry.described.first { $0.id == given || $0.aliases.contains(given.text) }?.id
        } else {
            id =
                registry.detect(
                    filename: file.path.text, content: file.encoding == .utf8 ? file.content : "")?.language
        }
        return registry.described.first { $0.id == id }
    }

    private mutating func add(_ file: SourceFile, _ language: LanguageID) {
        if let index = groups.firstIndex(where: { $0.language == language }) {
            groups[index].files.append(file)
        } else {
            groups.append((language, [file]))
        }
    }

    /// A header belongs to every group that may include it, whatever language it looks like.
    private mutating func shareHeaders(_ registry: LanguageRegistry) {
        let all = groups.flatMap(\.files)
        for index in groups.indices {
            let extensions =
                registry.described.first { $0.id == groups[index].language }?.headerExtensions ?? []
            for file in all where extensions.contains(file.path.fileExtension ?? "") {
                if !groups[index].files.contains(where: { $0.path == file.path }) {
                    groups[index].files.append(file)
                }
            }
        }
        guard groups.count > 1 else { return }
        groups.removeAll { group in
            let headers = registry.described.first { $0.id == group.language }?.headerExtensions ?? []
            return group.files.allSatisfy { headers.contains($0.path.fileExtension ?? "") }
        }
    }
}
