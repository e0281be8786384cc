package import Contracts

/// The token that gets new access tokens: sign-in, position in its sequence, and a proof that we made it.
///
/// 29 bytes name it, 16 prove it, 4 are a checksum. It is a function of sign-in and counter, so that the
/// current token can be made again for a client that lost the answer, and nothing but the counter is
/// stored.
package struct RefreshToken: Hashable, Sendable {
    /// What every refresh token starts with.
    package static let prefix = "ccr_"
    private static let version: UInt8 = 1
    private static let signInBytes = 26
    private static let proofBytes = 16
    private static let bodyBytes = 1 + signInBytes + 8 + proofBytes

    /// The sign-in it continues.
    package let signInID: SignInID
    /// How many rotations the sign-in has seen.
    package let counter: Int64

    /// Names a token; only `RefreshTokenMint` proves it.
    package init(signInID: SignInID, counter: Int64) {
        precondition(counter >= 0, "a sign-in counts from zero")
        self.signInID = signInID
        self.counter = counter
    }

    /// Makes and checks refresh tokens under one key.
    package struct Mint: Sendable {
        private let key: Secret

        /// Under a key that is kept outside the database.
        package init(key: Secret) { self.key = key.derived(for: "codecollab refresh v1") }

        /// The token's text.
        package func text(of token: RefreshToken) -> String {
            let body = token.name + proof(of: token)
            return RefreshToken.prefix + Base64URL.encode(body + CRC32.bytes(body))
        }

        /// The token behind a text, or nil when we did not make it; needs no database.
        package func token(_ text: String) -> RefreshToken? {
            guard text.hasPrefix(prefix),
                let bytes = Base64URL.decode(text.utf8.dropFirst(prefix.utf8.count)),
                bytes.count == bodyBytes + 4, CRC32.bytes(bytes.prefix(bodyBytes)) == Array(bytes.suffix(4)),
                let token = RefreshToken(name: bytes.prefix(bodyBytes - proofBytes)),
                equalInConstantTime(proof(of: token), Array(bytes[(bodyBytes - proofBytes)..<bodyBytes]))
            else { return nil }
            return token
        }

        /// Each sign-in has a key of its own, so proofs of one tell nothing about those of another.
        private func proof(of token: RefreshToken) -> [UInt8] {
            let own = key.derived(for: token.signInID.text)
            return Array(HMAC(key: own.bytes).code(token.name).bytes.prefix(proofBytes))
        }
    }

    private var name: [UInt8] {
        [Self.version] + Array(signInID.text.utf8.suffix(Self.signInBytes))
            + (0..<8).map { UInt8(truncatingIfNeeded: counter >> (56 - 8 * Int64($0))) }
    }

    private init?(name: ArraySlice<UInt8>) {
        guard name.first == Self.version else { return nil }
        let digits = name.dropFirst().prefix(Self.signInBytes)
        let counter = name.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard counter <= UInt64(Int64.max) else { return nil }
        do throws(WireFault) {
            signInID = try SignInID("\(Kinds.SignIn.prefix)_\(String(decoding: digits, as: UTF8.self))")
        } catch {
            return nil
        }
        self.counter = Int64(counter)
    }
}
