package import Contracts

/// Why a session does not do what is asked.
package enum Refusal: ProblemConvertible, Equatable {
    /// There is no such session for this caller; also said to strangers, who need not know.
    case noSession
    /// The caller's role is not enough.
    case notAllowed(Role, Deed)
    /// The session has ended.
    case ended
    /// `If-Match` names another version; the current one is named, nil when there is nothing to match.
    case changedMeanwhile(String?)
    /// The session, or account, is full.
    case full(String)
    /// There is no such file.
    case noFile(SourcePath)
    /// There is no such member.
    case noMember
    /// There is no such invitation.
    case noInvitation
    /// The invitation was used up, has expired or was called back.
    case invitationOver
    /// A session always has its owner.
    case ownerStays
    /// There is no such run for this caller.
    case noRun
    /// The request's own parts do not fit each other.
    case senseless(String)
    /// The request does not fit what the session holds at the moment.
    case clash(String)

    /// What the client is told.
    package var problem: Problem {
        switch self {
        case .noSession: Problem(.notFound, "there is no such session, or you are not a member of it")
        case .notAllowed(let role, let deed): Problem(.forbidden, "a \(role.rawValue) may not \(deed)")
        case .ended: Problem(.sessionEnded, "the session has ended; it can only be read")
        case .changedMeanwhile(let current):
            Problem(
                .preconditionFailed,
                current.map { "it has changed meanwhile; its version is \"\($0)\"" }
                    ?? "there is nothing to match")
        case .full(let what): Problem(.quotaExceeded, what)
        case .noFile(let path): Problem(.notFound, "there is no file \(path.text)")
        case .noMember: Problem(.notFound, "there is no such member")
        case .noInvitation: Problem(.notFound, "there is no such invitation")
        case .invitationOver: Problem(.gone, "the invitation was used up, has expired or was revoked")
        case .ownerStays: Problem(.forbidden, "the owner stays in the session")
        case .noRun: Problem(.notFound, "there is no such run, or it is not yours to see")
        case .senseless(let why): Problem(.invalidRequest, why)
        case .clash(let why): Problem(.conflict, why)
        }
    }
}
