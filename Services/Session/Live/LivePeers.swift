package import Contracts
internal import NIOHTTP1
internal import ServiceKit
internal import SystemKit

/// The live documents, as the session service asks them for itself; tests have a twin.
///
/// Every call throws the collab service's `Problem`, or `PeerFailure` when there is none.
package protocol LivePeers: Sendable {
    /// The texts of documents, in the order of the question, the first of them at least; without text when
    /// one is at the version that is known, not live when nobody has written to it.
    func read(_ question: LiveFileQuestion, of session: SessionID) async throws -> [LiveFile]
    /// Writes a whole text into a document, and answers what it is then.
    /// - Parameter ifMatch: an `If-Match` that the SHA-256 of the text has to satisfy.
    func write(
        _ draft: LiveFileDraft, to document: DocumentName, of session: SessionID, ifMatch: String?
    ) async throws -> LiveFile
    /// Tells that something has happened in a session; twice is once.
    func tell(_ notice: LiveNotice) async throws
}

extension LivePeers {
    /// Asks for all marked files at once, and again for what an answer was too long for; `hear` gets each.
    func read(
        _ marks: [SourcePath: Int], of session: SessionID,
        _ hear: (SourcePath, LiveFile) async throws -> Void
    ) async throws {
        var rest = marks.sorted { $0.key < $1.key }.compactMap { path, known in
            DocumentName(file: path).map { (path: path, name: $0, known: known) }
        }[...]
        while !rest.isEmpty {
            let question = LiveFileQuestion.with {
                $0.items = rest.prefix(Limits.files).map { mark in
                    .with { ($0.document, $0.known) = (mark.name, mark.known) }
                }
            }
            let files = try await read(question, of: session)
            guard !files.isEmpty else { throw PeerFailure("collab", .misunderstood, "an empty answer") }
            for (mark, file) in zip(rest, files) { try await hear(mark.path, file) }
            rest = rest.dropFirst(files.count)
        }
    }
}

/// The collab service of the fleet.
struct FleetLivePeers: LivePeers {
    let client: FleetClient
    let clock: WallClock

    private func options(_ session: SessionID, _ document: DocumentName? = nil) -> CallOptions {
        var path = ["session_id": session.text]
        path["document"] = document?.text
        return CallOptions(deadline: clock.now() + Limits.liveTextPatience, path: path)
    }

    func read(_ question: LiveFileQuestion, of session: SessionID) async throws -> [LiveFile] {
        try await client.call(LiveFileEndpoints.read, question, options(session)).items
    }

    func write(
        _ draft: LiveFileDraft, to document: DocumentName, of session: SessionID, ifMatch: String?
    ) async throws -> LiveFile {
        var options = options(session, document)
        if let ifMatch { options.headers.add(name: "If-Match", value: ifMatch) }
        return try await client.call(LiveFileEndpoints.write, draft, options)
    }

    func tell(_ notice: LiveNotice) async throws {
        _ = try await client.call(LiveFileEndpoints.notice, notice, options(notice.sessionID))
    }
}
