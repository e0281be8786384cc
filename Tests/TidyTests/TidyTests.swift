import Testing

/// The style guide as a test: each failure names file, line and the better way.
@Suite("the sources are tidy") struct TidyTests {
    private static let lineColumns = 110
    private static let fileLines = 400
    private static let functionLines = 40
    private static let aimedFunctionLines = 20
    private static let shareAboveAim = 0.08

    private static let read = Result { try SourceTree() }
    private let tree: SourceTree

    init() throws { tree = try Self.read.get() }

    @Test("lines fit into 110 columns, without tabs and trailing blanks")
    func lines() {
        let findings = tree.files.filter { $0.isSwift || $0.isC }.flatMap { text in
            text.lines.enumerated().compactMap { index, line in
                lineFault(line).map { Finding(path: text.path, line: index + 1, message: $0) }
            }
        }
        report(findings, "lines")
    }

    private func lineFault(_ line: String) -> String? {
        if line.utf8.count > Self.lineColumns && line.count > Self.lineColumns {
            return "\(line.count) columns: break the line before column \(Self.lineColumns)"
        }
        if line.utf8.contains(UInt8(ascii: "\t")) { return "a tab: use four spaces" }
        return line.utf8.last == UInt8(ascii: " ") ? "blanks at the end of the line" : nil
    }

    @Test("files have at most 400 lines")
    func fileLengths() {
        let findings = tree.files.filter { $0.lines.count > Self.fileLines }.map {
            Finding(path: $0.path, line: $0.lines.count, message: "too long: one file for each type")
        }
        report(findings, "file length")
    }

    @Test("functions have at most 40 lines")
    func functionLengths() {
        let long = tree.files.flatMap(\.functions).filter { $0.length > Self.functionLines }
        let findings = long.filter { Allowances.longFunctions["\($0.path):\($0.name)"] == nil }.map {
            Finding(
                path: $0.path,
                line: $0.line,
                message: "`\($0.name)` has \($0.length) lines: split its phases"
            )
        }
        report(findings, "function length")
    }

    @Test("at most 8 % of the functions have more than 20 lines")
    func functionShare() {
        let functions = tree.files.filter { !$0.isTest }.flatMap(\.functions)
        let long = functions.filter { $0.length > Self.aimedFunctionLines }.sorted { $0.length > $1.length }
        guard Double(long.count) > Double(functions.count) * Self.shareAboveAim else { return }
        report(
            long.map {
                Finding(path: $0.path, line: $0.line, message: "`\($0.name)` has \($0.length) lines")
            },
            "\(long.count) of \(functions.count) functions above 20 lines, longest first"
        )
    }

    @Test("no banned spelling", arguments: Ban.all)
    func bans(ban: Ban) {
        report(tree.files.flatMap(ban.findings), "banned")
    }

    @Test("no force unwrap, no empty catch, no left-over note")
    func shortcuts() {
        report(tree.files.flatMap(Shortcuts.findings), "shortcuts")
    }

    @Test("package and public declarations are documented")
    func documentation() {
        report(tree.files.flatMap(DocumentationRule.findings), "documentation")
    }

    @Test("services do not import services, shared modules know no service")
    func arrows() {
        report(Layout.forbiddenImports(tree), "arrows")
    }

    @Test("every source file belongs to a target")
    func targets() {
        report(Layout.orphans(tree), "targets")
    }

    @Test("no file above 300 kB, none named after nothing")
    func files() {
        report(Layout.bigFiles(tree) + Layout.vagueNames(tree), "files")
    }
}
