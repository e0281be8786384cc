internal import Contracts
internal import ServiceKit
internal import SystemKit

/// For whom and until when something is asked.
struct Caller: Sendable {
    let identity: Identity
    let deadline: Timestamp
}

/// The session's files, with which its documents begin.
struct FileSources: Sendable {
    let client: FleetClient

    /// The text of the file that a document is named after; nil when there is none, or it is no text.
    /// - Throws: `Problem` (`unavailable`) when nobody can say: a document must not begin empty then.
    func text(of key: RoomKey, for caller: Caller) async throws -> String? {
        guard let path = key.document.file else { return nil }
        var identity = caller.identity
        // The caller may join, so the document may read for them, whatever their token is limited to.
        if !identity.may(.filesRead) { identity.scopes.append(.filesRead) }
        let options = CallOptions(
            as: identity, deadline: caller.deadline,
            path: ["session_id": key.session.text, "path": path.text])
        do {
            let file = try await client.call(SessionRoomEndpoints.getFile, options)
            return file.encoding == .utf8 ? file.content : nil
        } catch let problem as Problem where problem.status == 404 {
            return nil
        } catch is PeerFailure {
            throw Problem(.unavailable, "the session's file cannot be read at the moment", retryAfter: 500)
        }
    }
}
