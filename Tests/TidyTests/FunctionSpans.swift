/// Where a function starts and how long it is.
struct FunctionSpan: Sendable {
    let path: String
    let name: String
    /// Counted from 1.
    let line: Int
    /// From the line of its name to the line of its last brace.
    let length: Int
}

extension SourceText {
    /// Every function, initializer and computed property with a body.
    var functions: [FunctionSpan] {
        if isC { return cFunctions }
        guard isSwift else { return [] }
        return code.indices.compactMap { index in
            guard let name = declaredName(trimmedCode(index)), let end = bodyEnd(from: index) else {
                return nil
            }
            return FunctionSpan(path: path, name: name, line: index + 1, length: end - index + 1)
        }
    }

    private var cFunctions: [FunctionSpan] {
        var spans: [FunctionSpan] = []
        var start: Int?
        var hasBody = false
        for index in code.indices {
            let line = String(decoding: code[index], as: UTF8.self)
            if let first = line.first, first.isLetter, !line.contains(";"), line.contains("(") {
                start = index
                hasBody = false
            }
            if line.contains("{") { hasBody = true }
            // A declaration over several lines.
            if !hasBody, line.trimmedEnd.hasSuffix(");") { start = nil }
            if line.hasPrefix("}"), let begin = start {
                let name =
                    lines[begin].prefix { $0 != "(" }.split(separator: " ").last.map(String.init) ?? "?"
                spans.append(FunctionSpan(path: path, name: name, line: begin + 1, length: index - begin + 1))
                start = nil
            }
        }
        return spans
    }

    /// The last line of the body that belongs to the declaration on line `start`, or nil without a body.
    private func bodyEnd(from start: Int) -> Int? {
        var parens = 0
        var braces = 0
        for index in start..<code.count {
            if index > start && parens == 0 && braces == 0 && !continuesSignature(index) { return nil }
            for byte in code[index] {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["): parens += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parens -= 1
                case UInt8(ascii: "=")
                where parens == 0 && braces == 0 && trimmedCode(start).contains("var "):
                    return nil
                case UInt8(ascii: "{") where braces > 0 || parens == 0: braces += 1
                case UInt8(ascii: "}") where braces > 0 || parens == 0:
                    braces -= 1
                    if braces <= 0 { return braces == 0 ? index : nil }
                default: break
                }
            }
        }
        return nil
    }

    private func continuesSignature(_ index: Int) -> Bool {
        let line = trimmedCode(index)
        return line.isEmpty
            || [")", "->", "{", "where", "throws", "async", "rethrows"].contains(where: line.hasPrefix)
    }
}

/// The name of the function that starts on this line of code, or nil.
private func declaredName(_ line: String) -> String? {
    for word in line.split(separator: " ") {
        if word.hasPrefix("@") || DocumentationRule.modifiers.contains(String(word.prefix { $0 != "(" })) {
            continue
        }
        let keyword = word.prefix { $0 != "(" && $0 != "<" && $0 != "?" }
        guard ["func", "init", "deinit", "subscript", "var"].contains(keyword) else { return nil }
        let rest = line[word.endIndex...].drop { $0 == " " }
        let name = rest.prefix { $0 != "(" && $0 != " " && $0 != "<" && $0 != ":" }
        return keyword == "func" || keyword == "var" ? String(name) : String(keyword)
    }
    return nil
}
