internal import Contracts
internal import NIOHTTP1
internal import ServiceKit

/// The browser's cookie: pages never see the token, and need not keep it.
///
/// The prefix `__Host-` makes browsers take it only with `Secure`, `Path=/` and no domain (RFC 6265bis
/// 4.1.3.2), so over plain HTTP it lives on loopback alone. `Lax` keeps other sites' forms and frames out;
/// the gateway asks for a page of ours as well.
enum SignInCookie {
    static let name = "__Host-codecollab"

    /// The answer to a sign-in. Tokens are in it: nobody keeps it (RFC 6749 section 5.1).
    static func reply(_ signedIn: SignedIn, to call: some CallAccess) -> Reply<SignedIn> {
        var headers: HTTPHeaders = ["Cache-Control": "no-store"]
        if isPage(call) {
            let life = max(0, signedIn.expiresInSeconds)
            headers.add(name: "Set-Cookie", value: cookie(signedIn.accessToken, life))
        }
        return Reply(signedIn, headers: headers)
    }

    /// The answer to signing out: the browser forgets the cookie.
    static func forgotten(by call: some CallAccess) -> Reply<Nothing> {
        Reply(Nothing(), headers: isPage(call) ? ["Set-Cookie": cookie("", 0)] : [:])
    }

    private static func cookie(_ token: String, _ seconds: Int) -> String {
        "\(name)=\(token); Path=/; Max-Age=\(seconds); Secure; HttpOnly; SameSite=Lax"
    }

    /// Browsers say which page asks (Fetch metadata); other clients have no use for a cookie.
    private static func isPage(_ call: some CallAccess) -> Bool {
        call.header("Sec-Fetch-Site") == "same-origin" || call.header("Sec-Fetch-Site") == "same-site"
    }
}
