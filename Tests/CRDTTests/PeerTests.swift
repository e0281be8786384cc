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
}
