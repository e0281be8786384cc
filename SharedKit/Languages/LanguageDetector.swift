internal import Contracts

/// Decides by `#!` line, file name, extension, and the weights of pieces of text, in this order.
struct LanguageDetector: Sendable {
    private let languages: [Language]
    private let hints: [[TextHint]]

    init(_ languages: [Language]) {
        self.languages = languages
        hints = languages.map { language in
            language.hints.flatMap { group in group.texts.map { TextHint($0, weight: group.weight) } }
        }
    }

    func detect(filename: String?, content: String) -> LanguageDetection? {
        let text = ScannedText(content)
        if let language = byShebang(text.firstLine) {
            return LanguageDetection(language: language, confidence: 0.99, evidence: .shebang)
        }
        let name = filename?.split(separator: "/").last.map(String.init) ?? ""
        if let language = languages.first(where: { $0.filenames.contains(name) }) {
            return LanguageDetection(language: language.id, confidence: 0.99, evidence: .filename)
        }
        let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
        let suffix = pieces.count > 1 ? pieces.last.map { $0.lowercased() } ?? "" : ""
        let named = languages.indices.filter { index in
            languages[index].extensions.contains(suffix) || languages[index].headerExtensions.contains(suffix)
        }
        if named.count == 1 {
            return LanguageDetection(language: languages[named[0]].id, confidence: 0.98, evidence: .extension)
        }
        return byContent(
            text, among: named.isEmpty ? Array(languages.indices) : named, isNamed: !named.isEmpty)
    }

    private func byShebang(_ line: Substring) -> LanguageID? {
        guard line.hasPrefix("#!") else { return nil }
        let words = line.dropFirst(2).split { $0 == " " || $0 == "/" || $0 == "\t" }
        let programs = words.map { word in word.prefix { !$0.isNumber && $0 != "." } }
        return languages.first { language in programs.contains { language.shebangs.contains(String($0)) } }?
            .id
    }

    private func byContent(_ text: ScannedText, among candidates: [Int], isNamed: Bool) -> LanguageDetection?
    {
        let scores = candidates.map { index in
            (index, hints[index].reduce(0) { $0 + text.score($1) })
        }.sorted { $0.1 > $1.1 }
        guard let best = scores.first, best.1 >= 2 || isNamed else { return nil }
        let second = scores.dropFirst().first?.1 ?? 0
        let lead = best.1 == 0 ? 0 : Double(best.1 - second) / Double(best.1)
        let weight = min(1, Double(best.1) / 12)
        let confidence = min(0.97, 0.35 + 0.35 * lead + 0.3 * weight)
        return LanguageDetection(
            language: languages[best.0].id, confidence: isNamed ? max(0.6, confidence) : confidence,
            evidence: isNamed ? .extension : .content)
    }
}
