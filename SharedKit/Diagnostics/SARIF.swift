package import Contracts

/// Diagnostics as SARIF 2.1.0 (OASIS), one run for each tool.
package enum SARIF {
    /// A whole log.
    package static func log(_ diagnostics: [Diagnostic]) -> JSONValue {
        var tools: [String] = []
        for diagnostic in diagnostics where !tools.contains(diagnostic.tool) { tools.append(diagnostic.tool) }
        return .object([
            JSONMember("$schema", "https://json.schemastore.org/sarif-2.1.0.json"),
            JSONMember("version", "2.1.0"),
            JSONMember(
                "runs", .array(tools.map { tool in run(tool, diagnostics.filter { $0.tool == tool }) })),
        ])
    }

    private static func run(_ tool: String, _ diagnostics: [Diagnostic]) -> JSONValue {
        var rules: [String] = []
        for code in diagnostics.compactMap(\.code) where !rules.contains(code) { rules.append(code) }
        let driver: JSONValue = .object([
            JSONMember("name", .string(tool.isEmpty ? "codecollab" : tool)),
            JSONMember("rules", .array(rules.map { .object([JSONMember("id", .string($0))]) })),
        ])
        return .object([
            JSONMember("tool", .object([JSONMember("driver", driver)])),
            JSONMember("columnKind", "utf16CodeUnits"),
            JSONMember("results", .array(diagnostics.map { result($0, rules) })),
        ])
    }

    private static func result(_ diagnostic: Diagnostic, _ rules: [String]) -> JSONValue {
        var members: [JSONMember] = []
        if let code = diagnostic.code, let index = rules.firstIndex(of: code) {
            members.append(JSONMember("ruleId", .string(code)))
            members.append(JSONMember("ruleIndex", .integer(Int64(index))))
        }
        members.append(JSONMember("level", .string(level(diagnostic.severity))))
        members.append(JSONMember("message", .object([JSONMember("text", .string(diagnostic.message))])))
        if let path = diagnostic.path {
            members.append(JSONMember("locations", .array([location(path, diagnostic.range, nil)])))
        }
        let related = diagnostic.related.compactMap { note in
            note.path.map { location($0, note.range, note.message) }
        }
        if !related.isEmpty { members.append(JSONMember("relatedLocations", .array(related))) }
        if !diagnostic.fixes.isEmpty {
            members.append(JSONMember("fixes", .array(diagnostic.fixes.map(fix))))
        }
        return .object(members)
    }

    private static func level(_ severity: Diagnostic.Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .note, .hint: "note"
        }
    }

    private static func artifact(_ path: SourcePath) -> JSONMember {
        JSONMember("artifactLocation", .object([JSONMember("uri", .string(uri(path.text)))]))
    }

    private static func location(_ path: SourcePath, _ range: SourceRange?, _ message: String?) -> JSONValue {
        var physical = [artifact(path)]
        if let range { physical.append(JSONMember("region", region(range))) }
        var members = [JSONMember("physicalLocation", .object(physical))]
        if let message {
            members.append(JSONMember("message", .object([JSONMember("text", .string(message))])))
        }
        return .object(members)
    }

    private static func region(_ range: SourceRange) -> JSONValue {
        .object([
            JSONMember("startLine", .integer(Int64(range.line))),
            JSONMember("startColumn", .integer(Int64(range.column))),
            JSONMember("endLine", .integer(Int64(range.endLine))),
            JSONMember("endColumn", .integer(Int64(range.endColumn))),
            JSONMember("byteOffset", .integer(Int64(range.startByte))),
            JSONMember("byteLength", .integer(Int64(range.endByte - range.startByte))),
        ])
    }

    private static func fix(_ fix: DiagnosticFix) -> JSONValue {
        let changes = fix.edits.map { edit in
            let replacement: JSONValue = .object([
                JSONMember("deletedRegion", region(edit.range)),
                JSONMember("insertedContent", .object([JSONMember("text", .string(edit.text))])),
            ])
            return JSONValue.object([artifact(edit.path), JSONMember("replacements", .array([replacement]))])
        }
        return .object([
            JSONMember("description", .object([JSONMember("text", .string(fix.title))])),
            JSONMember("artifactChanges", .array(changes)),
        ])
    }

    /// A relative reference (RFC 3986): everything but unreserved characters and `/` in percent form.
    static func uri(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            let isPlain =
                "-._~/".utf8.contains(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            if isPlain {
                text.append(Character(Unicode.Scalar(byte)))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
