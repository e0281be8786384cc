package import Contracts

/// What an access token says (RFC 9068 section 2.2, and the name and kind of the caller).
package struct AccessTokenClaims: Hashable, Sendable {
    /// `iss`: the install.
    package var issuer: String
    /// `aud`: who may accept it.
    package var audiences: [String]
    /// `sub`: the account or guest.
    package var userID: UserID
    /// `sid`: the sign-in it came from.
    package var signInID: SignInID
    /// `jti`: this token.
    package var tokenID: String
    /// `scope`: what its bearer may do.
    package var scopes: [Scope]
    /// `name`: what people see.
    package var name: DisplayName
    /// `kind`: user or guest.
    package var kind: IdentityKind
    /// `iat`, in seconds since the Unix epoch.
    package var issuedAtSeconds: Int64
    /// `exp`, in seconds since the Unix epoch.
    package var expiresAtSeconds: Int64
    /// `nbf`, in seconds since the Unix epoch, if given.
    package var notBeforeSeconds: Int64?

    /// What a token issued for `identity` says; times and token id are the issuer's.
    init(identity: Identity, signInID: SignInID, issuer: String, audience: String, tokenID: String) {
        self.issuer = issuer
        audiences = [audience]
        userID = identity.userID
        self.signInID = signInID
        self.tokenID = tokenID
        scopes = identity.scopes
        name = identity.name
        kind = identity.kind
        issuedAtSeconds = 0
        expiresAtSeconds = 0
    }

    /// The caller, as the services behind the gateway hear it; times are set when it is signed.
    package var identity: Identity {
        .with {
            $0.userID = userID
            $0.name = name
            $0.kind = kind
            $0.scopes = scopes
            $0.signInID = signInID
        }
    }
}

extension AccessTokenClaims {
    var json: JSONValue {
        .object([
            JSONMember("iss", .string(issuer)), JSONMember("aud", .string(audiences.first ?? "")),
            JSONMember("sub", .string(userID.text)), JSONMember("client_id", "codecollab"),
            JSONMember("sid", .string(signInID.text)), JSONMember("jti", .string(tokenID)),
            JSONMember("scope", .string(scopes.map(\.rawValue).joined(separator: " "))),
            JSONMember("name", .string(name.text)), JSONMember("kind", .string(kind.rawValue)),
            JSONMember("iat", .integer(issuedAtSeconds)), JSONMember("exp", .integer(expiresAtSeconds)),
        ])
    }

    init(_ claims: StrictMembers) throws(TokenRefusal) {
        issuer = try claims.text("iss")
        audiences = try claims.texts("aud")
        tokenID = try claims.text("jti")
        issuedAtSeconds = try claims.integer("iat")
        expiresAtSeconds = try claims.integer("exp")
        notBeforeSeconds = try claims.optionalInteger("nbf")
        guard let kind = IdentityKind(rawValue: try claims.text("kind")) else { throw .badClaim }
        self.kind = kind
        // A newer issuer may know scopes that this verifier does not: they give nothing here.
        scopes = try claims.text("scope").split(separator: " ").compactMap { Scope(rawValue: String($0)) }
        let (subject, signIn, name) = (
            try claims.text("sub"), try claims.text("sid"), try claims.text("name")
        )
        do throws(WireFault) {
            userID = try UserID(subject)
            signInID = try SignInID(signIn)
            self.name = try DisplayName(name)
        } catch {
            throw .badClaim
        }
    }
}
