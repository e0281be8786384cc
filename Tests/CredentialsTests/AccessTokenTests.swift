import Contracts
import Credentials
import SystemKit
import Testing

@Suite("access tokens") struct AccessTokenTests {
    private let key = SigningKey()
    private let realm = TokenRealm(issuer: "https://code.example", audience: "codecollab")
    private let now = Timestamp(milliseconds: 1_795_000_000_000)
    private let signInID = SignInID(milliseconds: 2, random: Array(0..<10))

    private var verifier: AccessTokenVerifier {
        AccessTokenVerifier(keys: KeyDirectory([key.verificationKey]), realm: realm)
    }

    private var identity: Identity {
        .with {
            $0.userID = UserID(milliseconds: 1, random: Array(0..<10))
            $0.name = .untitled
            $0.kind = .user
            $0.scopes = [.run, .collab]
        }
    }

    /// A token of any header and claims with a good signature.
    private func forge(header: String? = nil, claims: String? = nil) -> String {
        let signed = [header ?? goodHeader, claims ?? goodClaims()].map { Base64URL.encode($0.utf8) }
            .joined(separator: ".")
        return signed + "." + Base64URL.encode(key.sign(Array(signed.utf8)))
    }

    private var goodHeader: String { #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(key.keyID)"}"# }

    private func goodClaims(_ changes: [String: String] = [:], extra: String = "") -> String {
        var claims = [
            "iss": #""https://code.example""#, "aud": #""codecollab""#, "sub": #""\#(identity.userID)""#,
            "sid": #""\#(signInID)""#, "jti": #""x""#, "scope": #""run collab""#, "name": #""Untitled""#,
            "kind": #""user""#, "iat": "1795000000", "exp": "1795000600",
        ]
        for (name, value) in changes { claims[name] = value.isEmpty ? nil : value }
        return "{" + claims.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + extra + "}"
    }

    @Test("what the issuer says, the verifier hears")
    func roundTrip() throws {
        let token = AccessTokenIssuer(realm: realm).issue(identity, signInID: signInID, key: key, now: now)
        let claims = try verifier.verify(token, now: now)
        #expect(claims.identity.userID == identity.userID && claims.scopes == [.run, .collab])
        #expect(claims.signInID == signInID && claims.expiresAtSeconds == 1_795_000_600)
        #expect(throws: TokenRefusal.expired) { try verifier.verify(token, now: now + .seconds(600)) }
        #expect(token.utf8.count < 800)
        #expect(try verifier.verify(forge(), now: now).userID == identity.userID)
    }

    @Test("keys and algorithms cannot be talked into")
    func headers() {
        let kid = key.keyID
        let table: [(String, TokenRefusal)] = [
            (#"{"alg":"none","typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"alg":"NoNe","typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"alg":"HS256","typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"alg":"ES256","typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"alg":"eddsa","typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"alg":["EdDSA"],"typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"typ":"at+jwt","kid":"\#(kid)"}"#, .wrongAlgorithm),
            (#"{"alg":"EdDSA","typ":"JWT","kid":"\#(kid)"}"#, .wrongType),
            (#"{"alg":"EdDSA","kid":"\#(kid)"}"#, .wrongType),
            (#"{"alg":"EdDSA","typ":"dpop+jwt","kid":"\#(kid)"}"#, .wrongType),
            (#"{"alg":"EdDSA","typ":"at+jwt"}"#, .missingKeyID),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":""}"#, .missingKeyID),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":7}"#, .missingKeyID),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":"../../etc/passwd"}"#, .unknownKey),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":"' OR 1=1 --"}"#, .unknownKey),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":"http://evil.example/k"}"#, .unknownKey),
            (
                #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(String(repeating: "k", count: 2000))"}"#,
                .missingKeyID
            ),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(kid)","kid":"\#(kid)"}"#, .malformed),
            (#"{"alg":"EdDSA","alg":"none","typ":"at+jwt","kid":"\#(kid)"}"#, .malformed),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(kid)","crit":["exp"]}"#, .unknownExtension),
            (#"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(kid)","crit":[]}"#, .unknownExtension),
            (
                #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(kid)","b64":false,"crit":["b64"]}"#,
                .unknownExtension
            ),
            (#"{"\u0061lg":"EdDSA","typ":"at+jwt","kid":"\#(kid)"}"#, .malformed),
            (#"["EdDSA"]"#, .malformed), ("", .malformed), ("{", .malformed), (goodHeader + " x", .malformed),
        ]
        for (header, refusal) in table {
            #expect(throws: refusal, "\(header)") { try verifier.verify(forge(header: header), now: now) }
        }
    }

    @Test("keys inside the header are not looked at")
    func foreignKeys() throws {
        let evil = SigningKey()
        let jwk = #"{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.encode(evil.verificationKey.bytes))"}"#
        let header =
            #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(key.keyID)","jwk":\#(jwk),"jku":"http://evil.example"}"#
        let signed = [header, goodClaims()].map { Base64URL.encode($0.utf8) }.joined(separator: ".")
        let token = signed + "." + Base64URL.encode(evil.sign(Array(signed.utf8)))
        #expect(throws: TokenRefusal.badSignature) { try verifier.verify(token, now: now) }
        #expect(try verifier.verify(forge(header: header), now: now).userID == identity.userID)
    }

    @Test("claims must be there, of the right type, once, and hold now")
    func claims() {
        let table: [(String, TokenRefusal)] = [
            (goodClaims(["exp": ""]), .badClaim), (goodClaims(["exp": #""1795000600""#]), .badClaim),
            (goodClaims(["exp": "1795000600.5"]), .badClaim), (goodClaims(["exp": "1e400"]), .malformed),
            (goodClaims(["exp": "1e9"]), .expired), (goodClaims(["exp": "-1"]), .badClaim),
            (goodClaims(["exp": "99999999999999999999"]), .badClaim),
            (goodClaims(["exp": "null"]), .badClaim),
            (goodClaims(["exp": "1795000000"]), .expired), (goodClaims(["exp": "1795999999"]), .badClaim),
            (goodClaims(["iat": ""]), .badClaim), (goodClaims(["iat": "1795000006"]), .notYetValid),
            (goodClaims(["nbf": "1795000006"]), .notYetValid), (goodClaims(["nbf": #""0""#]), .badClaim),
            (goodClaims(["iss": #""https://evil.example""#]), .wrongIssuer),
            (goodClaims(["iss": "1"]), .badClaim),
            (goodClaims(["iss": ""]), .badClaim), (goodClaims(["aud": ""]), .badClaim),
            (goodClaims(["aud": #""other""#]), .wrongAudience),
            (goodClaims(["aud": #"["a","b"]"#]), .wrongAudience),
            (goodClaims(["aud": "[]"]), .badClaim), (goodClaims(["aud": #"["codecollab",1]"#]), .badClaim),
            (goodClaims(["sub": #""admin""#]), .badClaim), (goodClaims(["sub": #""ses_0""#]), .badClaim),
            (goodClaims(["sid": ""]), .badClaim), (goodClaims(["kind": #""root""#]), .badClaim),
            (goodClaims(["scope": #"["admin"]"#]), .badClaim),
            (goodClaims(["name": #""\u0000""#]), .badClaim),
            (goodClaims(extra: #","scope":"admin""#), .malformed),
            (goodClaims(extra: #","x":1,"x":2"#), .malformed),
            (goodClaims() + "{}", .malformed), ("null", .malformed),
            (String(repeating: "[", count: 500), .malformed),
        ]
        for (claims, refusal) in table {
            #expect(throws: refusal, "\(claims)") { try verifier.verify(forge(claims: claims), now: now) }
        }
    }

    @Test("an audience may be one of several, and unknown scopes give nothing")
    func lenience() throws {
        let token = forge(
            claims: goodClaims(["aud": #"["x","codecollab"]"#, "scope": #""run root files:eat""#])
        )
        #expect(try verifier.verify(token, now: now).scopes == [.run])
    }

    @Test("forms of a token that are not the one form are refused")
    func forms() throws {
        let good = forge()
        let parts = good.split(separator: ".").map(String.init)
        let bad = [
            "", ".", "..", "...", "a.b.c", good + ".", good + ".x", "." + good, good + "=", good + "\n",
            " " + good,
            parts[0] + "." + parts[1], parts[0] + "." + parts[1] + ".", parts.joined(separator: "..") + ".",
            parts[0] + "=." + parts[1] + "." + parts[2], parts.joined(separator: ".") + ".e30.e30",
            good.replacing("-", with: "+") + "+", String(repeating: "A", count: 65_536),
            good + "." + String(repeating: "A", count: 65_536),
        ]
        for token in bad {
            #expect(throws: TokenRefusal.self, "\(token.prefix(80))") { try verifier.verify(token, now: now) }
        }
        #expect(throws: TokenRefusal.tooLong) {
            try verifier.verify(String(repeating: "A", count: 65_536), now: now)
        }
    }

    @Test("every changed character is noticed, trailing bits included")
    func tampering() {
        let good = Array(forge().utf8)
        let letters = Array("ABCwxyz019-_".utf8)
        for index in good.indices where good[index] != UInt8(ascii: ".") {
            var changed = good
            changed[index] = letters.first { $0 != good[index] } ?? 0
            let token = String(decoding: changed, as: UTF8.self)
            #expect(throws: TokenRefusal.self) { try verifier.verify(token, now: now) }
        }
        // 64 bytes leave four unused bits in the last of 86 characters: 16 spellings, of which one is right.
        let stem = good.dropLast()
        let accepted = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8).filter {
            (try? verifier.verify(String(decoding: stem + [$0], as: UTF8.self), now: now)) != nil
        }
        #expect(accepted.count == 1)
    }

    @Test("a key counts from its publication to its removal")
    func rotation() throws {
        let next = SigningKey()
        let directory = KeyDirectory([key.verificationKey])
        let verifier = AccessTokenVerifier(keys: directory, realm: realm)
        let new = AccessTokenIssuer(realm: realm).issue(identity, signInID: signInID, key: next, now: now)
        #expect(throws: TokenRefusal.unknownKey) { try verifier.verify(new, now: now) }
        let both = JSONWebKeySet(keys: [key.verificationKey.jsonWebKey, next.verificationKey.jsonWebKey])
        directory.replace(with: try JSONWebKeySet.decode(both.encode()))
        _ = try verifier.verify(new, now: now)
        _ = try verifier.verify(forge(), now: now)
        directory.replace(with: JSONWebKeySet(keys: [next.verificationKey.jsonWebKey]))
        #expect(throws: TokenRefusal.unknownKey) { try verifier.verify(forge(), now: now) }
    }

    @Test("a storm of unknown keys causes one fetch in thirty seconds")
    func refetching() {
        let directory = KeyDirectory()
        let asked = (0..<1000).filter { directory.mayRefetch(now: now + .milliseconds($0 * 60)) }
        #expect(asked.count == 2)
    }
}
