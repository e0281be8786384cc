import Contracts
import Foundation
import Glibc
import Languages
import Testing

@Suite struct RegistryTests {
    let registry: LanguageRegistry

    init() throws {
        registry = try LanguageRegistry.load(directory: Definitions.directory)
    }

    @Test("describes the fourteen languages of the first issue")
    func describesAll() {
        let ids = registry.described.map(\.id.text)
        #expect(
            ids == [
                "bash", "c", "cpp", "go", "java", "javascript", "lua", "perl", "php", "python", "ruby",
                "rust",
                "swift", "typescript",
            ])
    }

    @Test("every language has its own source name, a check and both samples")
    func definitionsAreComplete() {
        for language in registry.described {
            #expect(language.extensions.contains { language.source.hasSuffix(".\($0)") }, "\(language.id)")
            #expect(language.check != nil, "\(language.id)")
            #expect(!language.hello.isEmpty && !language.echo.isEmpty, "\(language.id)")
        }
    }

    @Test(
        "a language is found by id, alias or extension, whatever the case",
        arguments: [
            ("c", "c"), ("C++", "cpp"), ("PY", "python"), ("sh", "bash"), ("cc", "cpp"),
            ("nodejs", "javascript"),
        ])
    func findsByName(name: String, id: String) {
        guard registry.found.contains(where: { $0.id.text == id }) else { return }
        #expect(registry.language(name)?.id.text == id)
    }

    @Test("an unknown name finds nothing")
    func findsNothing() {
        #expect(registry.language("klingon") == nil)
    }

    @Test("the C compiler's command has sources, output and the flags of the level")
    func fillsCompileCommand() throws {
        let c = try #require(registry.language("c"), "this machine has no C compiler")
        let inputs = CommandInputs(entry: "main.c", sources: ["main.c", "a.c"], optimization: "fast")
        let command = try #require(c.compileCommand(inputs))
        #expect(command.argv.first == c.tools["gcc"]?.path)
        #expect(command.argv.contains("-O2"))
        #expect(!command.argv.contains { $0.contains("{") })
        #expect(command.argv.suffix(3) == ["main.c", "a.c", "-lm"])
        #expect(c.sources(among: ["main.c", "a.h", "b.C", "x.cpp"]) == ["main.c", "b.C"])
    }

    @Test("an artifact is run by its path, an interpreter gets the entry")
    func fillsRunCommand() throws {
        let c = try #require(registry.language("c"))
        #expect(
            c.runCommand(CommandInputs(entry: "x", artifact: "/box/main", arguments: ["1"])).argv == [
                "/box/main", "1",
            ])
        let perl = try #require(registry.language("perl"))
        let argv = perl.runCommand(CommandInputs(entry: "{arguments}.pl", arguments: ["{entry}"])).argv
        #expect(argv.dropFirst() == ["{arguments}.pl", "{entry}"])
    }

    @Test("tools outside the system's directories are mounted by their root")
    func mountsForeignTools() {
        for language in registry.found {
            for tool in language.tools.values {
                if let mount = tool.mount { #expect(tool.path.hasPrefix(mount + "/bin/"), "\(tool.path)") }
            }
        }
    }

    @Test("versions are asked for once and remembered")
    func remembersVersions() throws {
        let file = "/tmp/codecollab-test-versions-\(UInt64.random(in: 0 ... .max)).json"
        defer { unlink(file) }
        let first = registry.withVersions(rememberedIn: file)
        for language in first.found { #expect(language.version.first?.isNumber == true, "\(language.id)") }
        // What is written there is believed: no tool is started again.
        let url = URL(fileURLWithPath: file)
        let written = try [String: String].decode(Array(Data(contentsOf: url)))
        try Data(written.mapValues { _ in "1.2.3-kept" }.encode()).write(to: url)
        let second = registry.withVersions(rememberedIn: file)
        #expect(second.found.map(\.version) == first.found.map { $0.version.isEmpty ? "" : "1.2.3-kept" })
    }

    @Test("a directory that is not there is named")
    func namesMissingDirectory() {
        #expect(throws: LanguageFailure.self) { try LanguageRegistry.load(directory: "/nonexistent") }
    }
}
