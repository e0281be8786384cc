/// Every kind of problem the fleet answers; the raw values are stable.
public enum ProblemCode: String, WireEnum {
    case malformedRequest = "malformed_request"
    case malformedJSON = "malformed_json"
    case unauthenticated = "unauthenticated"
    case invalidCredentials = "invalid_credentials"
    case tokenReused = "token_reused"
    case forbidden = "forbidden"
    case insufficientScope = "insufficient_scope"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case requestTimeout = "request_timeout"
    case conflict = "conflict"
    case idempotencyInProgress = "idempotency_in_progress"
    case sessionEnded = "session_ended"
    case gone = "gone"
    case preconditionFailed = "precondition_failed"
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case invalidRequest = "invalid_request"
    case idempotencyMismatch = "idempotency_mismatch"
    case unknownLanguage = "unknown_language"
    case quotaExceeded = "quota_exceeded"
    case upgradeRequired = "upgrade_required"
    case preconditionRequired = "precondition_required"
    case rateLimited = "rate_limited"
    case accountLocked = "account_locked"
    case headersTooLarge = "headers_too_large"
    case internalError = "internal_error"
    case notImplemented = "not_implemented"
    case badGateway = "bad_gateway"
    case overloaded = "overloaded"
    case unavailable = "unavailable"
    case deadlineExceeded = "deadline_exceeded"

    /// The HTTP status.
    public var status: Int {
        switch self {
        case .malformedRequest, .malformedJSON: 400
        case .unauthenticated, .invalidCredentials, .tokenReused: 401
        case .forbidden, .insufficientScope: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .conflict, .idempotencyInProgress, .sessionEnded: 409
        case .gone: 410
        case .preconditionFailed: 412
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .invalidRequest, .idempotencyMismatch, .unknownLanguage, .quotaExceeded: 422
        case .upgradeRequired: 426
        case .preconditionRequired: 428
        case .rateLimited, .accountLocked: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .notImplemented: 501
        case .badGateway: 502
        case .overloaded, .unavailable: 503
        case .deadlineExceeded: 504
        }
    }

    /// The kind in words: the code with spaces, first letter large.
    public var title: String {
        let words = rawValue.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
