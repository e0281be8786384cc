package import Contracts
private import SystemKit

/// The two quotas that a request counts against: that of its address and that of its identity.
package struct RatePolicies: Sendable {
    /// By address.
    package let client: RateLimiter
    /// By identity.
    package let identity: RateLimiter

    /// Two limiters.
    package init(client: RateQuota, identity: RateQuota) {
        self.client = RateLimiter(client)
        self.identity = RateLimiter(identity)
    }

    /// Counts a request of an address.
    /// - Throws: `Problem` (`rate_limited`).
    package func count(address: String, into report: inout RateReport) throws(Problem) {
        try count(address, client, "client", into: &report)
    }

    /// Counts a request of an identity.
    /// - Throws: `Problem` (`rate_limited`).
    package func count(_ identity: Identity, into report: inout RateReport) throws(Problem) {
        try count(identity.userID.text, self.identity, "identity", into: &report)
    }

    private func count(
        _ key: String,
        _ limiter: RateLimiter,
        _ name: String,
        into report: inout RateReport
    ) throws(Problem) {
        let verdict = limiter.take(key, now: monotonicNanoseconds())
        report = RateReport(policy: name, quota: limiter.quota, verdict: verdict)
        guard verdict.isAdmitted else {
            throw Problem(
                .rateLimited,
                "too many requests of this \(name)",
                retryAfter: verdict.retryMilliseconds
            )
        }
    }
}

/// What an answer says about its quota (draft-ietf-httpapi-ratelimit-headers-11).
package struct RateReport: Sendable {
    private let texts: (limit: String, policy: String)?

    /// Nothing counted yet.
    package init() { texts = nil }

    init(policy: String, quota: RateQuota, verdict: RateVerdict) {
        texts = (
            "\"\(policy)\";r=\(verdict.remaining);t=\(verdict.resetSeconds)",
            "\"\(policy)\";q=\(quota.requests);w=\(quota.windowSeconds)"
        )
    }

    /// The header fields.
    package var fields: [(String, String)] {
        texts.map { [("RateLimit", $0.limit), ("RateLimit-Policy", $0.policy)] } ?? []
    }
}
