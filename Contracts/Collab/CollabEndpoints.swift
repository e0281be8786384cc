/// What the collab service serves.
public enum CollabEndpoints {
    static let session = Parameter.path("session_id", SessionID.schema, "The session.")
    static let document = Parameter.path("document", DocumentName.schema, "The document.")
    private static let base = "/v1/sessions/{session_id}/docs"
    private static let place = "\(base)/{document}"
    private static let after = Parameter.query(
        "after", sequenceSchema, "Only updates after this sequence number.")
    /// A number of an update.
    static let sequenceSchema = Schema.type(
        "integer",
        [
            JSONMember("minimum", 0), JSONMember("maximum", .integer(Int64(Int32.max))),
            JSONMember("example", 1),
        ])
    private static let changing: [ProblemCode] = [.notFound, .forbidden, .sessionEnded, .unavailable]

    /// The y-websocket protocol: sync and awareness messages in binary frames.
    public static let live = Endpoint<Nothing, Nothing>(
        "documents.live", of: .collab, .get, "\(place)/live", access: .identified(.collab),
        "Edit a document together with others (Yjs over WebSocket)", answers: .webSocket, status: 101,
        parameters: [session, document, accessToken], problems: [.notFound, .forbidden],
        timeout: .seconds(30))
    /// Browsers cannot add header fields to a WebSocket's handshake, so their token may stand in the query;
    /// the gateway takes it out.
    public static let accessToken = Parameter.query(
        "access_token", .type("string", [JSONMember("maxLength", 4096)]),
        "The access token, where no Authorization field can be sent (RFC 6750 2.3).")
    /// The documents of a session.
    public static let documents = Endpoint<Nothing, DocumentList>(
        "documents.list", of: .collab, .get, base, access: .identified(.collab),
        "List the live documents of a session", parameters: [session], problems: [.notFound, .forbidden])
    /// The text of a document; the ETag is its sequence number.
    public static let text = Endpoint<Nothing, DocumentText>(
        "documents.text.get", of: .collab, .get, "\(place)/text", access: .identified(.collab),
        "Read a document's text", parameters: [session, document, root],
        problems: [.notFound, .forbidden, .unavailable])
    private static let root = Parameter.query(
        "root", DocumentText.rootSchema, "The name of the shared text, `content` unless told.")
    /// Writes a whole text; what changed becomes an edit among those of others.
    public static let putText = Endpoint<TextDraft, DocumentText>(
        "documents.text.put", of: .collab, .put, "\(place)/text", access: .identified(.collab),
        "Write a document's text", parameters: [session, document, .ifMatch],
        problems: changing + [.preconditionFailed], bodyLimit: 17 << 20,
        example: #"{"text":"print(1)\n"}"#)
    /// Edits ranges of the text.
    public static let patchText = Endpoint<TextPatch, DocumentText>(
        "documents.text.patch", of: .collab, .patch, "\(place)/text", access: .identified(.collab),
        "Edit a document's text", parameters: [session, document, .ifMatch],
        problems: changing + [.preconditionFailed], bodyLimit: 2 << 20,
        example: #"{"edits":[{"start":0,"end":0,"text":"x"}]}"#)
    /// What a replica with a state vector lacks, as one Yjs update.
    public static let update = Endpoint<Nothing, Nothing>(
        "documents.update.get", of: .collab, .get, "\(place)/update", access: .identified(.collab),
        "Read a document as a Yjs update", answers: .bytes(mediaType: "application/octet-stream"),
        status: 200,
        parameters: [
            session, document,
            .query(
                "sv", StateVectorText.schema,
                "The replica's state vector, base64url; everything without it."),
        ], problems: [.notFound, .forbidden, .unavailable])
    /// Applies a Yjs update; twice is once.
    public static let postUpdate = Endpoint<Nothing, DocumentState>(
        "documents.update.post", of: .collab, .post, "\(place)/update", access: .identified(.collab),
        "Apply a Yjs update", takes: .bytes(mediaType: "application/octet-stream"),
        parameters: [session, document], problems: changing + [.invalidRequest], repeatability: .idempotent,
        bodyLimit: 16 << 20)
    /// What the document has, as a Yjs state vector.
    public static let stateVector = Endpoint<Nothing, Nothing>(
        "documents.state_vector", of: .collab, .get, "\(place)/state-vector", access: .identified(.collab),
        "Read a document's state vector", answers: .bytes(mediaType: "application/octet-stream"),
        status: 200, parameters: [session, document], problems: [.notFound, .forbidden, .unavailable])
    /// The log of a document.
    public static let updates = Endpoint<Nothing, UpdatePage>(
        "documents.updates", of: .collab, .get, "\(place)/updates", access: .identified(.collab),
        "Read a document's log of updates", parameters: [session, document, .limit, after],
        problems: [.notFound, .forbidden, .unavailable])
    /// Updates as they become durable.
    public static let events = Endpoint<Nothing, LoggedUpdate>(
        "documents.events", of: .collab, .get, "\(place)/events", access: .identified(.collab),
        "Follow a document's updates", answers: .events(LoggedUpdate.schema),
        parameters: [session, document, .lastEventID], problems: [.notFound, .forbidden, .unavailable],
        timeout: .seconds(3600))
    /// Who is connected to a document.
    public static let presence = Endpoint<Nothing, PresenceList>(
        "documents.presence", of: .collab, .get, "\(place)/presence", access: .identified(.collab),
        "See who is connected to a document", parameters: [session, document],
        problems: [.notFound, .forbidden, .unavailable])

    /// All of them.
    public static let all: [Route] =
        [
            live.route, documents.route, text.route, putText.route, patchText.route, update.route,
            postUpdate.route, stateVector.route, updates.route, events.route, presence.route,
        ] + DocumentHistoryEndpoints.all + LiveFileEndpoints.ofCollab
}
