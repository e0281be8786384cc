package import Contracts

/// Why the auth service does not do what it was asked.
package enum AuthRefusal: ProblemConvertible, Equatable {
    /// Login or password is wrong; it does not say which.
    case wrongCredentials
    /// Too many failures: the next attempt is looked at after a while.
    case delayed(milliseconds: Int)
    /// Too many passwords are being hashed.
    case overloaded(milliseconds: Int)
    /// Too many sign-ups from one network.
    case tooManyJoins(milliseconds: Int)
    /// The password may not be used.
    case weakPassword(PasswordFault, field: String)
    /// The login is taken.
    case loginTaken
    /// Guests are not wanted here.
    case guestsForbidden
    /// The bootstrap token is wrong or used up.
    case wrongBootstrapToken
    /// The refresh token is none of ours, or its sign-in has ended.
    case signInEnded
    /// The refresh token was used before by somebody else: the sign-in has been ended.
    case refreshReused
    /// The current password is needed for this.
    case currentPasswordMissing
    /// Only the person behind an account may do this, not a guest, a program or a service.
    case notForThisCaller
    /// More than the account itself may do.
    case scopeTooWide(Scope)
    /// The account has its full number of tokens.
    case tooManyTokens
    /// There is no such thing, or it is somebody else's.
    case notFound(String)

    /// What the client is told.
    package var problem: Problem {
        switch self {
        case .wrongCredentials: Problem(.invalidCredentials, "login or password is wrong")
        case .delayed(let wait):
            Problem(.accountLocked, "too many failed attempts, wait a while", retryAfter: wait)
        case .overloaded(let wait): Problem(.overloaded, "too many sign-ins at this moment", retryAfter: wait)
        case .tooManyJoins(let wait):
            Problem(.rateLimited, "too many sign-ups, wait a while", retryAfter: wait)
        case .weakPassword(let fault, let field): Self.weak(fault, field)
        case .loginTaken: Problem(.conflict, "the login is taken, choose another")
        case .guestsForbidden: Problem(.forbidden, "guests are not allowed here, register instead")
        case .wrongBootstrapToken: Problem(.forbidden, "the bootstrap token is wrong or used up")
        case .signInEnded: Problem(.unauthenticated, "the sign-in has ended, sign in again")
        case .refreshReused:
            Problem(.tokenReused, "the token was used before, so the sign-in was ended for safety")
        case .currentPasswordMissing:
            Self.missing("current_password", "the current password is needed for a new one")
        case .notForThisCaller:
            Problem(.forbidden, "only the person behind an account may do this, signed in")
        case .scopeTooWide(let scope):
            Problem(.forbidden, "the account itself has no scope \(scope.rawValue)")
        case .tooManyTokens:
            Problem(.quotaExceeded, "the account has \(Limits.tokensPerAccount) tokens, revoke one")
        case .notFound(let what): Problem(.notFound, "there is no such \(what)")
        }
    }

    private static func weak(_ fault: PasswordFault, _ field: String) -> Problem {
        Problem(
            .invalidRequest,
            "/\(field): \(fault.rule)",
            errors: [FieldProblem(pointer: "/\(field)", code: "weak_password", detail: fault.rule)]
        )
    }

    private static func missing(_ field: String, _ rule: String) -> Problem {
        Problem(
            .invalidRequest,
            "/\(field): \(rule)",
            errors: [FieldProblem(pointer: "/\(field)", code: "missing_field", detail: rule)]
        )
    }
}
