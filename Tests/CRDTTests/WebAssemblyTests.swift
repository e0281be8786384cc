import Testing

/// The engine as browsers run it.
@Suite("the engine as WebAssembly", .enabled(if: Program.hasYjs, "crdt, node or node-yjs is missing"))
struct WebAssemblyTests {
    /// The module, built once for all tests.
    private struct Build {
        static let shared = Result { try Build() }

        let folder: TemporaryFolder
        let module: String
        let words: String

        init() throws {
            folder = try TemporaryFolder()
            module = "\(folder.path)/crdt.wasm"
            let built = try Program.run("\(Program.root)/SharedKit/CRDTWasm/build", [module])
            try #require(built.status == 0, "\(built.words)")
            words = built.output
        }
    }

    private func node(_ arguments: String...) throws -> Program.Outcome {
        try Program.run("/usr/bin/env", ["NODE_PATH=/usr/share/nodejs", "node"] + arguments)
    }

    @Test(
        "25 KB gzipped carry all of it",
        .enabled(if: Program.isThere("/usr/bin/wasm-opt"), "wasm-opt is missing: binaryen"))
    func size() throws {
        let words = try Build.shared.get().words
        let gzipped = words.split(separator: " ").dropLast().last.flatMap { Int($0) }
        #expect((1...25 * 1024).contains(gzipped ?? 0), "\(words)")
    }

    @Test("30,000 random operations give the bytes of the native engine")
    func script() throws {
        let module = try Build.shared.get().module
        let wasm = try node("\(Program.root)/Tests/Clients/crdt_wasm.cjs", module, "30000", "5")
        let native = try Program.crdt("script", "--operations", "30000", "--seed", "5")
        #expect(wasm.status == 0, "\(wasm.words)")
        #expect(digest(wasm.output) == digest(native.output))
    }

    @Test("3,000 damaged messages and random sessions are answered like by the native engine")
    func hostile() throws {
        let module = try Build.shared.get().module
        let script = "\(Program.root)/Tests/Fuzz/webassembly.mjs"
        let outcome = try node(script, module, Program.crdt, "3000", "1")
        #expect(outcome.status == 0, "\(outcome.words)")
    }

    @Test("the JavaScript module keeps what it promises")
    func module() throws {
        let script = "\(Program.root)/Tests/Clients/crdt_module.mjs"
        let outcome = try node("--expose-gc", script, try Build.shared.get().module)
        #expect(outcome.status == 0, "\(outcome.words)")
    }

    @Test(
        "its types are sound",
        .enabled(if: Program.isThere("/usr/bin/tsc"), "tsc is missing: node-typescript"))
    func types() throws {
        let module = "\(Program.root)/SharedKit/CRDTWasm/crdt.mjs"
        let flags = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022"]
        let checked = try Program.run("/usr/bin/tsc", flags + ["--lib", "es2022,dom", module])
        #expect(checked.status == 0, "\(checked.output)")
    }

    private func digest(_ line: String) -> Substring? {
        line.split(separator: "\"").first { $0.count == 64 }
    }
}
