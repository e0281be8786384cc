/// What the collab service tells about a document's past.
public enum DocumentHistoryEndpoints {
    private static let session = CollabEndpoints.session
    private static let document = CollabEndpoints.document
    private static let sequence = Parameter.path(
        "sequence", CollabEndpoints.sequenceSchema,
        "The number of the last update that belongs to the version.")
    private static let place = "/v1/sessions/{session_id}/docs/{document}/versions"
    private static let problems: [ProblemCode] = [.notFound, .forbidden, .unavailable]

    /// Stretches of editing, newest first, and the versions that somebody named.
    public static let versions = Endpoint<Nothing, Page<DocumentVersion>>(
        "documents.versions", of: .collab, .get, place, access: .identified(.collab),
        "List a document's versions", parameters: [session, document, .limit, .cursor], problems: problems)
    /// Names a version.
    public static let name = Endpoint<VersionDraft, DocumentVersion>(
        "documents.versions.create", of: .collab, .post, place, access: .identified(.collab),
        "Name a version of a document", status: 201, parameters: [session, document],
        problems: problems + [.sessionEnded], example: #"{"name":"before the rewrite"}"#)
    /// The text at a version.
    public static let version = Endpoint<Nothing, DocumentText>(
        "documents.versions.get", of: .collab, .get, "\(place)/{sequence}", access: .identified(.collab),
        "Read a document's text at a version", parameters: [session, document, sequence], problems: problems)
    /// What changed between two versions.
    public static let difference = Endpoint<Nothing, TextDifference>(
        "documents.versions.diff", of: .collab, .get, "\(place)/{sequence}/diff",
        access: .identified(.collab), "Compare a version with a later one",
        parameters: [
            session, document, sequence,
            .query(
                "to", CollabEndpoints.sequenceSchema, "The later version; the newest without."),
        ], problems: problems)
    /// Brings an old text back as a new edit; nothing of the history is lost.
    public static let restore = Endpoint<Nothing, DocumentText>(
        "documents.versions.restore", of: .collab, .post, "\(place)/{sequence}/restore",
        access: .identified(.collab), "Restore a document's text from a version",
        parameters: [session, document, sequence], problems: problems + [.sessionEnded],
        repeatability: .idempotent)
    /// Who wrote which part of the text.
    public static let authors = Endpoint<Nothing, AuthorshipList>(
        "documents.authors", of: .collab, .get, "/v1/sessions/{session_id}/docs/{document}/authors",
        access: .identified(.collab), "See who wrote what of a document's text",
        parameters: [session, document], problems: problems)

    /// All of them.
    static let all: [Route] = [
        versions.route, name.route, version.route, difference.route, restore.route, authors.route,
    ]
}
