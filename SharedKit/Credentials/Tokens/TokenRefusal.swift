/// Why an access token is not accepted (RFC 8725, RFC 9068).
package enum TokenRefusal: String, Error, CaseIterable {
    /// Longer than any of ours.
    case tooLong
    /// Not three parts of canonical base64url with strict JSON inside, or a member comes twice.
    case malformed
    /// Signed with something other than EdDSA, or not at all.
    case wrongAlgorithm
    /// Some other kind of token.
    case wrongType
    /// It demands an extension (`crit`); we know none.
    case unknownExtension
    /// It does not name its key.
    case missingKeyID
    /// It names a key that is not published (any more).
    case unknownKey
    /// Not signed by the key it names, or changed on the way.
    case badSignature
    /// A claim that must be there is not, or has the wrong form.
    case badClaim
    /// Issued by somebody else.
    case wrongIssuer
    /// Meant for somebody else.
    case wrongAudience
    /// It was good, once.
    case expired
    /// It is not good yet.
    case notYetValid
}
