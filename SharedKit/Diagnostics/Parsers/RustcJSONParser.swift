internal import Contracts

/// `rustc --error-format=json`: one object for each line.
enum RustcJSONParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        for line in lines {
            guard line.hasPrefix("{"), let entry = decode(line), let message = entry["message"]?.text else {
                reading.leave(line)
                continue
            }
            if isSummary(message, entry) { continue }
            let place = primaryPlace(entry, reading.sources)
            reading.add(
                severity(entry["level"]?.text), message, code: entry["code"]?["code"]?.text,
                path: place?.path,
                range: place?.range, related: notes(entry, reading.sources),
                fixes: fixes(entry, reading.sources))
        }
    }

    private static func decode(_ line: String) -> JSONValue? {
        do {
            return try JSONValue.decode(Array(line.utf8))
        } catch {
            return nil  // The compiler was cut short in the middle of the line: the line stays text.
        }
    }

    private static func isSummary(_ message: String, _ entry: JSONValue) -> Bool {
        entry["level"]?.text == "failure-note" || message.hasPrefix("aborting due to ")
            || message.hasSuffix("warning emitted") || message.hasSuffix("warnings emitted")
    }

    private static func severity(_ level: String?) -> Diagnostic.Severity {
        switch level {
        case "warning": .warning
        case "note": .note
        case "help": .hint
        default: .error
        }
    }

    private static func primaryPlace(
        _ entry: JSONValue, _ sources: SourceTexts
    ) -> (path: SourcePath, range: SourceRange)? {
        let spans = entry["spans"]?.elements ?? []
        return spans.first { $0["is_primary"] == true }.flatMap { place($0, sources) }
    }

    private static func place(
        _ span: JSONValue, _ sources: SourceTexts
    ) -> (path: SourcePath, range: SourceRange)? {
        guard let name = span["file_name"]?.text, let file = sources.file(name),
            let start = span["byte_start"]?.integer, let end = span["byte_end"]?.integer
        else { return nil }
        return (file.path, file.text.range(Int(start), Int(end)))
    }

    /// Labels of other spans, then the notes and help below.
    private static func notes(_ entry: JSONValue, _ sources: SourceTexts) -> [RelatedNote] {
        let labels = (entry["spans"]?.elements ?? []).compactMap { span -> RelatedNote? in
            guard let label = span["label"]?.text else { return nil }
            return note(label, place(span, sources))
        }
        let children = (entry["children"]?.elements ?? []).map { child in
            note(
                child["message"]?.text ?? "", (child["spans"]?.elements?.first).flatMap { place($0, sources) }
            )
        }
        return labels + children
    }

    private static func note(
        _ message: String, _ place: (path: SourcePath, range: SourceRange)?
    ) -> RelatedNote {
        .with {
            $0.message = message
            $0.path = place?.path
            $0.range = place?.range
        }
    }

    private static func fixes(_ entry: JSONValue, _ sources: SourceTexts) -> [DiagnosticFix] {
        (entry["children"]?.elements ?? []).compactMap { child in
            let edits: [SourceEdit] = (child["spans"]?.elements ?? []).compactMap { span in
                guard let text = span["suggested_replacement"]?.text, let place = place(span, sources) else {
                    return nil
                }
                return .with {
                    $0.path = place.path
                    $0.range = place.range
                    $0.text = text
                }
            }
            guard !edits.isEmpty else { return nil }
            return .with {
                $0.title = child["message"]?.text ?? DiagnosticFix.title(for: edits)
                $0.edits = edits
            }
        }
    }
}
