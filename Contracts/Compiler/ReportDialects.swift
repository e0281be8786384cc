/// The dialects of other tools in which diagnostics are answered, as far as we speak them.
enum ReportDialects {
    /// A SARIF 2.1.0 log (OASIS), the part of it that we write.
    static let sarif = Schema.named("SARIFLog") {
        let driver = object([("name", text), ("rules", list(object([("id", text)])))])
        let run = object([
            ("tool", object([("driver", driver)])), ("columnKind", constant("utf16CodeUnits")),
            ("results", list(result)),
        ])
        return object([("$schema", text), ("version", constant("2.1.0")), ("runs", list(run))])
    }

    /// `PublishDiagnosticsParams` of the Language Server Protocol 3.17, one for each file.
    static let lsp = list(
        .named("LSPFileDiagnostics") {
            let range = object([("start", position), ("end", position)])
            let place = object([("uri", text), ("range", range)])
            let related = object([("location", place), ("message", text)])
            let diagnostic = object(
                [("range", range), ("severity", whole(1, 4)), ("source", text), ("message", text)],
                [("code", text), ("relatedInformation", list(related))])
            return object([("uri", text), ("diagnostics", list(diagnostic))])
        })

    private static var result: Schema {
        let change = object([
            ("artifactLocation", object([("uri", text)])),
            ("replacements", list(object([("deletedRegion", region), ("insertedContent", message)]))),
        ])
        let fix = object([("description", message), ("artifactChanges", list(change))])
        return object(
            [("level", level), ("message", message)],
            [
                ("ruleId", text), ("ruleIndex", whole(0)), ("locations", list(location)),
                ("relatedLocations", list(location)), ("fixes", list(fix)),
            ])
    }

    private static var location: Schema {
        let physical = object([("artifactLocation", object([("uri", text)]))], [("region", region)])
        return object([("physicalLocation", physical)], [("message", message)])
    }

    private static var region: Schema {
        object([
            ("startLine", whole(1)), ("startColumn", whole(1)), ("endLine", whole(1)),
            ("endColumn", whole(1)),
            ("byteOffset", whole(0)), ("byteLength", whole(0)),
        ])
    }

    private static var level: Schema {
        .type("string", [JSONMember("enum", ["error", "warning", "note"])])
    }
    private static var message: Schema { object([("text", text)]) }
    private static var position: Schema { object([("line", whole(0)), ("character", whole(0))]) }
    private static var text: Schema { .type("string") }
    private static func constant(_ value: String) -> Schema {
        .type("string", [JSONMember("const", .string(value))])
    }
    private static func list(_ element: Schema) -> Schema { .array(element, count: nil) }

    private static func whole(_ least: Int64, _ most: Int64? = nil) -> Schema {
        let end = most.map { [JSONMember("maximum", .integer($0))] } ?? []
        return .type("integer", [JSONMember("minimum", .integer(least))] + end)
    }

    private static func object(
        _ required: [(String, Schema)], _ optional: [(String, Schema)] = []
    ) -> Schema {
        .object(
            properties: (required + optional).map { Schema.Property(name: $0.0, schema: $0.1) },
            required: required.map(\.0))
    }
}
