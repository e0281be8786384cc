/// What the session service serves inside one session: files, members, invitations, runs.
public enum SessionRoomEndpoints {
    private static let id = SessionEndpoints.id
    private static let path = Parameter.path("path", SourcePath.schema, "The file, slashes as they are.")
    private static let user = Parameter.path("user_id", UserID.schema, "The member.")
    private static let invitation = Parameter.path("invitation_id", InvitationID.schema, "The invitation.")
    private static let changing: [ProblemCode] = [.notFound, .forbidden, .sessionEnded]

    /// The files, by path.
    public static let listFiles = Endpoint<Nothing, Page<FileEntry>>(
        "files.list", of: .session, .get, "/v1/sessions/{session_id}/files", access: .identified(.filesRead),
        "List files", parameters: [id, .limit, .cursor], problems: [.notFound])
    /// A file with its content; the ETag is its digest.
    public static let getFile = Endpoint<Nothing, SourceFile>(
        "files.get", of: .session, .get, "/v1/sessions/{session_id}/files/{path*}",
        access: .identified(.filesRead), "Get a file", parameters: [id, path], problems: [.notFound])
    /// Writes a file; `If-Match` guards against overwriting somebody else's change.
    public static let putFile = Endpoint<FileDraft, FileEntry>(
        "files.put", of: .session, .put, "/v1/sessions/{session_id}/files/{path*}",
        access: .identified(.filesWrite), "Write a file", parameters: [id, path, .ifMatch],
        problems: changing + [.preconditionFailed, .quotaExceeded], bodyLimit: 3 << 20,
        example: #"{"content":"print(1)\n"}"#)
    /// Deletes a file.
    public static let deleteFile = Endpoint<Nothing, Nothing>(
        "files.delete", of: .session, .delete, "/v1/sessions/{session_id}/files/{path*}",
        access: .identified(.filesWrite), "Delete a file", parameters: [id, path, .ifMatch],
        problems: changing + [.preconditionFailed])
    /// The members, owner first.
    public static let listMembers = Endpoint<Nothing, Page<Member>>(
        "members.list", of: .session, .get, "/v1/sessions/{session_id}/members",
        access: .identified(.sessionsRead), "List members", parameters: [id, .limit, .cursor],
        problems: [.notFound])
    /// Gives a member another role.
    public static let patchMember = Endpoint<MemberPatch, Member>(
        "members.patch", of: .session, .patch, "/v1/sessions/{session_id}/members/{user_id}",
        access: .identified(.sessionsWrite), "Change a member's role", parameters: [id, user],
        problems: changing,
        example: #"{"role":"viewer"}"#)
    /// Removes a member; everybody may remove themselves, but the owner.
    public static let deleteMember = Endpoint<Nothing, Nothing>(
        "members.delete", of: .session, .delete, "/v1/sessions/{session_id}/members/{user_id}",
        access: .identified(.sessionsWrite), "Remove a member", parameters: [id, user],
        problems: [.notFound, .forbidden])
    /// Makes an invitation; its token is told once.
    public static let invite = Endpoint<InvitationDraft, Invitation>(
        "invitations.create", of: .session, .post, "/v1/sessions/{session_id}/invitations",
        access: .identified(.sessionsWrite), "Make an invitation", status: 201, parameters: [id],
        problems: changing + [.quotaExceeded], example: #"{"role":"editor","max_uses":3}"#)
    /// The invitations, without tokens.
    public static let listInvitations = Endpoint<Nothing, Page<Invitation>>(
        "invitations.list", of: .session, .get, "/v1/sessions/{session_id}/invitations",
        access: .identified(.sessionsRead), "List invitations", parameters: [id, .limit, .cursor],
        problems: [.notFound, .forbidden])
    /// Calls an invitation back.
    public static let revoke = Endpoint<Nothing, Nothing>(
        "invitations.delete", of: .session, .delete, "/v1/sessions/{session_id}/invitations/{invitation_id}",
        access: .identified(.sessionsWrite), "Revoke an invitation", parameters: [id, invitation],
        problems: [.notFound, .forbidden])
    /// Joins a session with an invitation's token.
    public static let accept = Endpoint<Nothing, Session>(
        "invitations.accept", of: .session, .post, "/v1/invitations/{token}/accept",
        access: .identified(.sessionsRead), "Accept an invitation",
        parameters: [.path("token", InvitationToken.schema, "The secret.")],
        problems: [.notFound, .gone, .sessionEnded])
    /// Runs the session's files.
    public static let run = Endpoint<RunRequest, Run>(
        "sessions.run", of: .session, .post, "/v1/sessions/{session_id}/runs", access: .identified(.run),
        "Run a session's files", status: 202, parameters: [id, .prefer],
        problems: changing + [.unknownLanguage, .overloaded, .quotaExceeded], timeout: .seconds(200),
        bodyLimit: 2 << 20, example: #"{"entry":"main.py"}"#)
    /// The session's runs, newest first.
    public static let listRuns = Endpoint<Nothing, Page<Run>>(
        "sessions.runs", of: .session, .get, "/v1/sessions/{session_id}/runs",
        access: .identified(.sessionsRead), "List a session's runs", parameters: [id, .limit, .cursor],
        problems: [.notFound])
    /// One of the session's runs.
    public static let getRun = Endpoint<Nothing, Run>(
        "sessions.run.get", of: .session, .get, "/v1/sessions/{session_id}/runs/{run_id}",
        access: .identified(.sessionsRead), "Get a session's run", parameters: [id, SessionEndpoints.runID],
        problems: [.notFound])
    /// Where the members sit at a run's terminal: everybody sees its output from the start, editors and who
    /// has asked for the run type. As `executions.terminal`, any number of clients at once.
    public static let runTerminal = Endpoint<Nothing, Nothing>(
        "sessions.run.terminal", of: .session, .get, "/v1/sessions/{session_id}/runs/{run_id}/terminal",
        access: .identified(.sessionsRead), "Sit together at a run's terminal (WebSocket)",
        answers: .webSocket, status: 101,
        parameters: [
            id, SessionEndpoints.runID, ExecutorEndpoints.after, CollabEndpoints.accessToken,
        ],
        problems: [.notFound, .conflict])

    /// All of them.
    public static let all: [Route] = [
        listFiles.route, getFile.route, putFile.route, deleteFile.route, listMembers.route, patchMember.route,
        deleteMember.route, invite.route, listInvitations.route, revoke.route, accept.route, run.route,
        listRuns.route, getRun.route, runTerminal.route,
    ]
}
