/// What the session and the collab service say to each other about files that are edited live; the gateway
/// routes none of it.
///
/// From `begin` on the document is the truth of the file's text, and the session's stored copy follows it.
public enum LiveFileEndpoints {
    private static let place = "/internal/collab/sessions/{session_id}"
    private static let parameters = [CollabEndpoints.session, CollabEndpoints.document]
    /// A document begins with the text of its file.
    public static let begin = Endpoint<LiveFileStart, LiveFileSeed>(
        "live_files.begin", of: .session, .post, "/internal/session/sessions/{session_id}/live-files",
        access: .fleet, "Begin to edit a file live", parameters: [CollabEndpoints.session],
        problems: [.notFound], repeatability: .idempotent, timeout: .seconds(10), bodyLimit: 16 << 10)
    /// The texts of files' documents: one question, however many files a session has.
    public static let read = Endpoint<LiveFileQuestion, LiveFileAnswer>(
        "live_files.read", of: .collab, .post, "\(place)/files", access: .fleet,
        "Read files that are edited live", parameters: [CollabEndpoints.session], problems: [.unavailable],
        repeatability: .idempotent, timeout: .seconds(10))
    /// Writes a whole file into its document; `If-Match` names the SHA-256 of the text that it replaces.
    public static let write = Endpoint<LiveFileDraft, LiveFile>(
        "live_files.put", of: .collab, .put, "\(place)/docs/{document}/file", access: .fleet,
        "Write a file that is edited live", parameters: parameters + [.ifMatch],
        problems: [.preconditionFailed, .unavailable], timeout: .seconds(10), bodyLimit: 17 << 20)
    /// Something has happened in a session.
    public static let notice = Endpoint<LiveNotice, Nothing>(
        "live_files.notice", of: .collab, .post, "\(place)/notices", access: .fleet,
        "Tell what has happened in a session", parameters: [CollabEndpoints.session],
        problems: [.unavailable], repeatability: .idempotent, timeout: .seconds(10), bodyLimit: 16 << 10)

    /// Those of the session service.
    static let ofSession: [Route] = [begin.route]
    /// Those of the collab service.
    static let ofCollab: [Route] = [read.route, write.route, notice.route]
}
