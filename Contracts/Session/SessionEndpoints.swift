/// What the session service serves about sessions themselves.
public enum SessionEndpoints {
    static let id = Parameter.path("session_id", SessionID.schema, "The session.")
    static let runID = Parameter.path("run_id", RunID.schema, "The run.")

    /// Makes a session; the caller owns it.
    public static let create = Endpoint<SessionDraft, Session>(
        "sessions.create", of: .session, .post, "/v1/sessions", access: .identified(.sessionsWrite),
        "Create a session", status: 201, problems: [.quotaExceeded], bodyLimit: 20 << 20,
        example: #"{"title":"Two sum","files":[{"path":"main.py","content":"print(1)"}]}"#)
    /// The caller's sessions, newest first.
    public static let list = Endpoint<Nothing, Page<Session>>(
        "sessions.list", of: .session, .get, "/v1/sessions", access: .identified(.sessionsRead),
        "List sessions",
        parameters: [
            .limit, .cursor,
            .query("state", SessionState.schema, "Only sessions in this state; active if absent."),
        ])
    /// A session as it stands.
    public static let get = Endpoint<Nothing, Session>(
        "sessions.get", of: .session, .get, "/v1/sessions/{session_id}", access: .identified(.sessionsRead),
        "Get a session", parameters: [id], problems: [.notFound])
    /// Changes title or language.
    public static let patch = Endpoint<SessionPatch, Session>(
        "sessions.patch", of: .session, .patch, "/v1/sessions/{session_id}",
        access: .identified(.sessionsWrite),
        "Change a session", parameters: [id, .ifMatch],
        problems: [.notFound, .forbidden, .preconditionFailed, .sessionEnded],
        example: #"{"title":"Renamed"}"#)
    /// Deletes a session; it can be undone by an operator for a while.
    public static let delete = Endpoint<Nothing, Nothing>(
        "sessions.delete", of: .session, .delete, "/v1/sessions/{session_id}",
        access: .identified(.sessionsWrite),
        "Delete a session", parameters: [id, .ifMatch],
        problems: [.notFound, .forbidden, .preconditionFailed])
    /// Ends a session: it can be read, not changed.
    public static let end = Endpoint<Nothing, Session>(
        "sessions.end", of: .session, .post, "/v1/sessions/{session_id}/end",
        access: .identified(.sessionsWrite),
        "End a session", parameters: [id], problems: [.notFound, .forbidden, .sessionEnded])
    /// Everything that happened, as a page.
    public static let events = Endpoint<Nothing, Page<SessionEvent>>(
        "sessions.events", of: .session, .get, "/v1/sessions/{session_id}/events",
        access: .identified(.sessionsRead),
        "List what happened in a session; with Accept: text/event-stream, follow it",
        answers: .choice([.json(Page<SessionEvent>.schema), .events(SessionEvent.schema)]),
        parameters: [
            id, .limit, .lastEventID,
            .query("after", .type("integer", [JSONMember("minimum", 0)]), "Only events after this one."),
        ], problems: [.notFound], timeout: .seconds(300))
    /// Runs sources without a session of one's own.
    public static let runSnippet = Endpoint<SnippetRequest, Run>(
        "snippets.run", of: .session, .post, "/v1/run", access: .identified(.run), "Compile and run sources",
        status: 202, parameters: [.prefer], problems: [.unknownLanguage, .overloaded, .quotaExceeded],
        timeout: .seconds(200), bodyLimit: 20 << 20,
        example: #"{"language":"python","files":[{"path":"main.py","content":"print(6*7)"}]}"#)
    /// A run as it stands, with or without a session.
    public static let getRun = Endpoint<Nothing, Run>(
        "runs.get", of: .session, .get, "/v1/runs/{run_id}", access: .identified(.run), "Get a run",
        parameters: [runID], problems: [.notFound])
    /// Stops a run.
    public static let cancelRun = Endpoint<Nothing, Run>(
        "runs.cancel", of: .session, .delete, "/v1/runs/{run_id}", access: .identified(.run), "Cancel a run",
        parameters: [runID], problems: [.notFound, .forbidden])
    /// Everything that happens in a run.
    public static let runEvents = Endpoint<Nothing, RunEvent>(
        "runs.events", of: .session, .get, "/v1/runs/{run_id}/events", access: .identified(.run),
        "Follow a run",
        answers: .events(RunEvent.schema), parameters: [runID, .lastEventID], problems: [.notFound],
        timeout: .seconds(300))

    /// All of them.
    public static let all: [Route] =
        [
            create.route, list.route, get.route, patch.route, delete.route, end.route, events.route,
            runSnippet.route, getRun.route, cancelRun.route, runEvents.route,
        ] + SessionRoomEndpoints.all + LiveFileEndpoints.ofSession
}
