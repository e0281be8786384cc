import ArgumentParser
import CRDTCore
import SystemKit

/// `crdt apply`: what a log of updates adds up to.
struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Applies a log of Yjs v1 updates and prints what it ends with.",
        usage: """
            crdt apply sveltecomponent.upd.gz --root t
            crdt apply session.upd --root content
            """,
        discussion: "A log repeats (32-bit little-endian length, update); it may be gzipped.")

    @Argument(help: "The log.") var log: String
    @Option(help: "The root text whose digest is printed.") var root = "t"
    @Option(help: "Write the final state here, in the engine's own columns.") var snapshot: String?

    func run() throws {
        try Ending.naming {
            let updates = try UpdateLog.read(log)
            var document = Document(client: Trace.client)
            let text = document.root(Array(root.utf8).span)
            try apply(updates, to: &document)
            if let snapshot { try FileBytes.replace(snapshot, with: document.snapshot(), mode: 0o644) }
            var report = Report()
            report.add("text_sha256", text: Digest.hex(document.text(text)))
            report.add("state_sha256", text: Digest.hex(document.encode()))
            report.add("updates", count: updates.count)
            report.add("pending_bytes", count: document.pendingBytes)
            report.show()
        }
    }

    private func apply(_ updates: UpdateLog, to document: inout Document) throws(BadFile) {
        for index in 0..<updates.count {
            do {
                _ = try document.apply(updates[index].span)
            } catch {
                throw BadFile(path: log, problem: "update \(index) is refused: \(error)")
            }
        }
    }
}
