/// What the session service serves.
public enum SessionEndpoints {
    static let id = Parameter.path("session_id", SessionID.schema, "The session.")
    static let runID = Parameter.path("run_id", RunID.schema, "The run.")

    /// Makes a session; the caller owns it.
    public static let create = Endpoint<SessionDraft, Session>(
        "sessions.create", of: .session, .post, "/v1/sessions", access: .identified(.sessionsWrite),
        "Create a session", status: 201, problems: [.quotaExceeded], bodyLimit: 20 << 20,
        example: #"{"title":"Two sum","files":[{"path":"main.py","content":"print(1)"}]}"#)
    /// A session as it stands.
    public static let get = Endpoint<Nothing, Session>(
        "sessions.get", of: .session, .get, "/v1/sessions/{session_id}", access: .identified(.sessionsRead),
        "Get a session", parameters: [id], problems: [.notFound])
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
        parameters: [runID], problems: [.notFound])
    /// Everything that happens in a run.
    public static let runEvents = Endpoint<Nothing, RunEvent>(
        "runs.events", of: .session, .get, "/v1/runs/{run_id}/events", access: .identified(.run), "Follow a run",
        answers: .events(RunEvent.schema), parameters: [runID, .lastEventID], problems: [.notFound],
        timeout: .seconds(300))

    /// All of them.
    public static let all: [Route] = [
        create.route, get.route, runSnippet.route, getRun.route, cancelRun.route, runEvents.route,
    ]
}
