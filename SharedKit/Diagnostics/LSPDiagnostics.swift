package import Contracts

/// Diagnostics as the Language Server Protocol 3.17 has them: lines and UTF-16 columns from 0.
package enum LSPDiagnostics {
    /// One `PublishDiagnosticsParams` for each file, also for those without complaints, so that old ones
    /// vanish.
    package static func parameters(for diagnostics: [Diagnostic], files: [SourcePath]) -> JSONValue {
        .array(
            files.map { file in
                .object([
                    JSONMember("uri", .string(uri(file))),
                    JSONMember("diagnostics", .array(diagnostics.filter { $0.path == file }.map(entry))),
                ])
            })
    }

    private static func uri(_ path: SourcePath) -> String { "file:///\(SARIF.uri(path.text))" }

    private static func entry(_ diagnostic: Diagnostic) -> JSONValue {
        var members = [
            JSONMember("range", range(diagnostic.range)),
            JSONMember("severity", .integer(severity(diagnostic.severity))),
            JSONMember("source", .string(diagnostic.tool)),
            JSONMember("message", .string(diagnostic.message)),
        ]
        if let code = diagnostic.code { members.append(JSONMember("code", .string(code))) }
        let related = diagnostic.related.compactMap { note in
            note.path.map { path in
                JSONValue.object([
                    JSONMember(
                        "location",
                        .object([
                            JSONMember("uri", .string(uri(path))), JSONMember("range", range(note.range)),
                        ])),
                    JSONMember("message", .string(note.message)),
                ])
            }
        }
        if !related.isEmpty { members.append(JSONMember("relatedInformation", .array(related))) }
        return .object(members)
    }

    private static func severity(_ severity: Diagnostic.Severity) -> Int64 {
        switch severity {
        case .error: 1
        case .warning: 2
        case .note: 3
        case .hint: 4
        }
    }

    private static func range(_ range: SourceRange?) -> JSONValue {
        let range = range ?? SourceRange()
        return .object([
            JSONMember("start", position(range.line, range.column)),
            JSONMember("end", position(range.endLine, range.endColumn)),
        ])
    }

    private static func position(_ line: Int, _ column: Int) -> JSONValue {
        .object([
            JSONMember("line", .integer(Int64(line - 1))),
            JSONMember("character", .integer(Int64(column - 1))),
        ])
    }
}
