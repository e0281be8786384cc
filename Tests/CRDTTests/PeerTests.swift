import Testing

/// Random sessions beside the engines that others wrote; every difference is a failure.
@Suite("documents beside other engines") struct PeerTests {
    @Test(
        "300 random sessions are byte for byte those of node-yjs",
        .enabled(if: Program.hasYjs, "crdt, node or node-yjs is missing"))
    func yjs() throws {
        let outcome = try Program.crdt("fuzz", "--sessions", "300", "--seed", "20000")
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.words.suffix(4000))")
    }

    @Test(
        "100 random sessions mean the same to yrs", .enabled(if: Program.hasYrs, "crdt or pycrdt is missing"))
    func yrs() throws {
        let outcome = try Program.crdt(
            "fuzz", "--sessions", "100", "--seed", "30000", "--peer", "yrs", "--python", Program.python)
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.words.suffix(4000))")
    }

    @Test(
        "the WebAssembly build answers like the native one",
        .enabled(if: Program.hasYjs, "crdt or node is missing"))
    func webAssembly() throws {
        let folder = try TemporaryFolder()
        let engine = "\(folder.path)/crdt.wasm"
        let built = try Program.run("\(Program.root)/SharedKit/CRDTWasm/build", [engine])
        try #require(built.status == 0, "\(built.words)")
        let script = "\(Program.root)/Tests/Clients/crdt_wasm.cjs"
        let wasm = try Program.run("/usr/bin/env", ["node", script, engine, "30000", "5"])
        let native = try Program.crdt("script", "--operations", "30000", "--seed", "5")
        #expect(wasm.status == 0, "\(wasm.words)")
        #expect(digest(wasm.output) == digest(native.output))
    }

    private func digest(_ line: String) -> Substring? {
        line.split(separator: "\"").first { $0.count == 64 }
    }
}
