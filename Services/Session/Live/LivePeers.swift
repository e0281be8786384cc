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
