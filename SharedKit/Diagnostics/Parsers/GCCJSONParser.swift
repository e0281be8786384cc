internal import Contracts

/// `gcc -fdiagnostics-format=json`: one line of JSON for each source, then what the linker says as text.
enum GCCJSONParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        var text: [String] = []
        for line in lines {
            if line.hasPrefix("["), let entries = decode(line) {
                for entry in entries { add(entry, &reading) }
            } else {
                text.append(line)
            }
        }
        LinkerParser.parse(text, &reading)
    }

    static func decode(_ line: String) -> [JSONValue]? {
        do {
            return try JSONValue.decode(Array(line.utf8)).elements
        } catch {
            return nil  // The compiler was cut short in the middle of the line: the line stays text.
        }
    }

    private static func add(_ entry: JSONValue, _ reading: inout Reading) {
        let place = (entry["locations"]?.elements?.first).flatMap { Self.place($0, reading.sources) }
        reading.add(
            severity(entry["kind"]?.text), entry["message"]?.text ?? "", code: entry["option"]?.text,
            path: place?.path, range: place?.range, related: notes(entry, reading.sources),
            fixes: fixes(entry, reading.sources))
    }

    private static func severity(_ kind: String?) -> Diagnostic.Severity {
        switch kind {
        case "warning", "pedwarn": .warning
        case "note": .note
        default: .error
        }
    }

    /// `start` and `finish` may be left out where they are the caret; `finish` is the last byte itself.
    private static func place(
        _ location: JSONValue, _ sources: SourceTexts
    ) -> (path: SourcePath, range: SourceRange)? {
        guard let caret = location["caret"], let name = caret["file"]?.text, let file = sources.file(name)
        else {
            return nil
        }
        let start = offset(location["start"] ?? caret, file.text)
        guard location["start"] != nil || location["finish"] != nil else {
            return (file.path, file.text.word(at: start))
        }
        return (file.path, file.text.range(start, offset(location["finish"] ?? caret, file.text) + 1))
    }

    private static func offset(_ point: JSONValue, _ text: SourceText) -> Int {
        let column = point["byte-column"]?.integer ?? point["column"]?.integer ?? 1
        return text.offset(line: Int(point["line"]?.integer ?? 1), column: Int(column), in: .byte)
    }

    private static func notes(_ entry: JSONValue, _ sources: SourceTexts) -> [RelatedNote] {
        (entry["children"]?.elements ?? []).map { child in
            let place = (child["locations"]?.elements?.first).flatMap { Self.place($0, sources) }
            return .with {
                $0.message = child["message"]?.text ?? ""
                $0.path = place?.path
                $0.range = place?.range
            }
        }
    }

    private static func fixes(_ entry: JSONValue, _ sources: SourceTexts) -> [DiagnosticFix] {
        let edits: [SourceEdit] = (entry["fixits"]?.elements ?? []).compactMap { fix in
            guard let start = fix["start"], let next = fix["next"], let text = fix["string"]?.text,
                let name = start["file"]?.text, let file = sources.file(name)
            else { return nil }
            return .with {
                $0.path = file.path
                $0.range = file.text.range(offset(start, file.text), offset(next, file.text))
                $0.text = text
            }
        }
        return edits.isEmpty
            ? []
            : [
                .with {
                    $0.title = DiagnosticFix.title(for: edits); $0.edits = edits
                }
            ]
    }
}

extension DiagnosticFix {
    /// What the edits do, in words.
    static func title(for edits: [SourceEdit]) -> String {
        guard edits.count == 1, let edit = edits.first else { return "Apply \(edits.count) edits" }
        if edit.text.isEmpty { return "Remove this" }
        return edit.range.startByte == edit.range.endByte
            ? "Insert '\(edit.text)'" : "Replace by '\(edit.text)'"
    }
}
