import Contracts
import ServiceKit
import SessionService
import SystemKit

/// The live documents in memory: what was typed into them, what was told.
final class ScriptedDocuments: LivePeers {
    struct State: Sendable {
        var texts: [String: LiveFile] = [:]
        var notices: [LiveNotice] = []
        var isAway = false
        var calls = 0
        /// Files in one answer, at most.
        var answered = 512
    }

    let state = Locked(State())

    /// Somebody types.
    func type(_ text: String, into document: String, by user: UserID? = nil) {
        state.withLock { state in
            var file = state.texts[document] ?? LiveFile()
            file.isLive = true
            file.sequence += 1
            file.text = text
            file.userID = user
            state.texts[document] = file
        }
    }

    private func enter() throws {
        let isAway = state.withLock { state in
            state.calls += 1
            return state.isAway
        }
        if isAway { throw PeerFailure("collab", .unreachable) }
    }

    func read(_ question: LiveFileQuestion, of session: SessionID) async throws -> [LiveFile] {
        try enter()
        let state = state.snapshot
        return question.items.prefix(state.answered).map { item in
            var file = state.texts[item.document.text] ?? LiveFile()
            if file.sequence == item.known { file.text = nil }
            return file
        }
    }

    func write(
        _ draft: LiveFileDraft, to document: DocumentName, of session: SessionID, ifMatch: String?
    ) async throws -> LiveFile {
        try enter()
        if ifMatch == "\"stale\"" { throw Problem(.preconditionFailed, "it has changed meanwhile") }
        type(draft.text, into: document.text, by: draft.userID)
        return state.snapshot.texts[document.text] ?? LiveFile()
    }

    func tell(_ notice: LiveNotice) async throws {
        try enter()
        state.withLock { $0.notices.append(notice) }
    }
}
