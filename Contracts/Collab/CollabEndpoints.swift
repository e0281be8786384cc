/// What the collab service serves.
public enum CollabEndpoints {
    static let session = Parameter.path("session_id", SessionID.schema, "The session.")
    static let document = Parameter.path("document", DocumentName.schema, "The document.")

    /// The y-websocket protocol: sync and awareness messages in binary frames.
    public static let live = Endpoint<Nothing, Nothing>(
        "documents.live", of: .collab, .get, "/v1/sessions/{session_id}/docs/{document}/live",
        access: .identified(.collab), "Edit a document together with others (Yjs over WebSocket)",
        answers: .webSocket, status: 101, parameters: [session, document], problems: [.notFound, .forbidden],
        timeout: .seconds(30))
    /// The documents of a session.
    public static let documents = Endpoint<Nothing, DocumentList>(
        "documents.list", of: .collab, .get, "/v1/sessions/{session_id}/docs", access: .identified(.collab),
        "List the live documents of a session", parameters: [session], problems: [.notFound, .forbidden])
    /// The log of a document.
    public static let updates = Endpoint<Nothing, UpdatePage>(
        "documents.updates", of: .collab, .get, "/v1/sessions/{session_id}/docs/{document}/updates",
        access: .identified(.collab), "Read a document's log of updates",
        parameters: [
            session, document, .limit,
            .query(
                "after", .type("integer", [JSONMember("minimum", 0)]),
                "Only updates after this sequence number."),
        ], problems: [.notFound, .forbidden])
    /// Who is connected to a document.
    public static let presence = Endpoint<Nothing, PresenceList>(
        "documents.presence", of: .collab, .get, "/v1/sessions/{session_id}/docs/{document}/presence",
        access: .identified(.collab), "See who is connected to a document", parameters: [session, document],
        problems: [.notFound, .forbidden])

    /// All of them.
    public static let all: [Route] = [live.route, documents.route, updates.route, presence.route]
}
