internal import Contracts

/// Tools that say `path:line:column: severity: message`, each with its habits: gcc and clang as text, swiftc,
/// go (no severity, further lines indented) and ruby (no column, but a caret below).
enum LocatedLineParser {
    static func parse(_ lines: [String], _ format: DiagnosticsFormat, _ reading: inout Reading) {
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard let located = LocatedLine(line), let file = reading.sources.file(located.path) else {
                other(line, format, &reading)
                continue
            }
            let caret = CaretBlock(lines, from: index, showing: file.text, line: located.line)
            index += caret?.lineCount ?? 0
            add(located, file, caret, format, &reading)
        }
    }

    private static func add(
        _ located: LocatedLine, _ file: (path: SourcePath, text: SourceText), _ caret: CaretBlock?,
        _ format: DiagnosticsFormat, _ reading: inout Reading
    ) {
        let (severity, said) = located.severity ?? (.error, located.text)
        let (message, code) = Self.code(in: said)
        let range = Self.range(located, file.text, caret, message)
        if severity == .note {
            return reading.relate(
                .with {
                    $0.path = file.path
                    $0.message = String(message)
                    $0.range = range
                })
        }
        reading.add(severity, message, code: code, path: file.path, range: range)
    }

    private static func range(
        _ located: LocatedLine, _ text: SourceText, _ caret: CaretBlock?, _ message: Substring
    ) -> SourceRange {
        if let column = located.column {
            let start = text.offset(line: located.line, column: column, in: .byte)
            guard let length = caret?.markedCharacters, length > 1 else { return text.word(at: start) }
            let end = text.offset(line: located.line, column: column + length, in: .byte)
            return text.range(start, end)
        }
        if let caret {
            return text.word(at: text.offset(line: located.line, column: caret.column, in: .codePoint))
        }
        return NamedPlace.range(in: message, text, line: located.line)
    }

    /// `message [-Wname]`, as C compilers put it.
    private static func code(in text: Substring) -> (Substring, String?) {
        guard text.hasSuffix("]"), let open = text.lastIndex(of: "["),
            text[open...].hasPrefix("[-W") || text[open...].hasPrefix("[#")
        else { return (text, nil) }
        return (text[..<open].trimmed, String(text[text.index(after: open)...].dropLast()))
    }

    private static func other(_ line: String, _ format: DiagnosticsFormat, _ reading: inout Reading) {
        switch format {
        case .go where line.hasPrefix("\t"): reading.extendLast(String(line.dropFirst()))
        case .go where line.hasPrefix("# "): break
        case .go, .gccText, .clang, .swiftc: LinkerParser.parse([line], &reading)
        default: reading.leave(line)
        }
    }
}

extension Substring {
    /// Without the blanks at its ends.
    var trimmed: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }
}
