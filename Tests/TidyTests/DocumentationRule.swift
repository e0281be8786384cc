/// `public` and `package` declarations carry a sentence for the people who call them.
enum DocumentationRule {
    static let modifiers: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "open", "static", "final", "override",
        "mutating",
        "nonmutating", "consuming", "borrowing", "required", "convenience", "nonisolated", "isolated",
        "class",
        "indirect", "lazy", "weak", "unowned", "distributed",
    ]
    static let documented: Set<String> = [
        "func", "init", "subscript", "var", "let", "struct", "class", "enum", "actor", "protocol",
        "typealias", "macro",
    ]

    static func findings(in text: SourceText) -> [Finding] {
        guard text.isSwift, !text.isTest else { return [] }
        return text.code.indices.compactMap { index in
            guard needsDocumentation(text.trimmedCode(index)) else { return nil }
            let comment = documentation(above: index, in: text)
            if comment.isEmpty {
                return Finding(
                    path: text.path,
                    line: index + 1,
                    message: "undocumented: say in a `///` sentence what it is"
                )
            }
            let summary = comment.prefix {
                $0 != "///" && !$0.hasPrefix("/// - ") && !$0.hasPrefix("/// ```")
            }
            guard let end = summary.last?.last, !".:!?)".contains(end) else { return nil }
            return Finding(
                path: text.path,
                line: index + 1,
                message: "its first `///` paragraph ends without a period"
            )
        }
    }

    private static func needsDocumentation(_ line: String) -> Bool {
        let words = line.split(separator: " ").map {
            String($0.prefix { $0 != "(" && $0 != "<" && $0 != "?" })
        }
        guard words.contains("public") || words.contains("package") else { return false }
        let keyword = words.enumerated().first { offset, word in
            !word.hasPrefix("@")
                && (!modifiers.contains(word) || (word == "class" && words.isType(after: offset)))
        }
        return keyword.map { documented.contains($0.element) } ?? false
    }

    private static func documentation(above index: Int, in text: SourceText) -> [String] {
        var comment: [String] = []
        var line = index - 1
        while line >= 0 {
            let trimmed = String(text.lines[line].drop { $0 == " " }).trimmedEnd
            if trimmed.hasPrefix("///") {
                comment.insert(trimmed, at: 0)
            } else if !trimmed.hasPrefix("@") && !trimmed.hasPrefix("#if") || !comment.isEmpty {
                break
            }
            line -= 1
        }
        return comment
    }
}

extension [String] {
    /// `class` is a kind of type unless another declaration keyword follows it.
    fileprivate func isType(after index: Int) -> Bool {
        guard index + 1 < count else { return true }
        return !DocumentationRule.documented.contains(self[index + 1])
            && !DocumentationRule.modifiers.contains(self[index + 1])
    }
}
