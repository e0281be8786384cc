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

    /// The text with which a document begins: that of the file it is named after; nil when there is none, or
    /// it is no text. From now on the session service asks the document for that text.
    /// - Throws: `Problem` (`unavailable`) when nobody can say: a document must not begin empty then.
    func begin(_ key: RoomKey, for caller: Caller) async throws -> String? {
        guard key.document.file != nil else { return nil }
        let options = CallOptions(deadline: caller.deadline, path: ["session_id": key.session.text])
        do {
            return try await client.call(
                LiveFileEndpoints.begin, LiveFileStart(key.document), options
            ).text
        } catch let problem as Problem where problem.status == 404 {
            return nil
        } catch is PeerFailure {
            throw Self.unavailable
        }
    }

    /// Whether there is a file that a document is named after.
    /// - Throws: `Problem` (`unavailable`) when nobody can say.
    func exists(_ key: RoomKey, for caller: Caller) async throws -> Bool {
        guard let path = key.document.file else { return false }
        var identity = caller.identity
        // The caller may join, so the document may read for them, whatever their token is limited to.
        if !identity.may(.filesRead) { identity.scopes.append(.filesRead) }
        let options = CallOptions(
            as: identity, deadline: caller.deadline,
            path: ["session_id": key.session.text, "path": path.text])
        do {
            return try await client.call(SessionRoomEndpoints.getFile, options).encoding == .utf8
        } catch let problem as Problem where problem.status == 404 {
            return false
        } catch is PeerFailure {
            throw Self.unavailable
        }
    }

    private static var unavailable: Problem {
        Problem(.unavailable, "the session's file cannot be read at the moment", retryAfter: 500)
    }
}
