import Contracts
import Credentials
import SystemKit
import Testing

@Suite("signature keys") struct KeyTests {
    @Test("Ed25519 signs as RFC 8032 section 7.1 says")
    func vector() throws {
        let seed = try #require(
            Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        )
        let key = SigningKey(seed: Secret(seed))
        #expect(
            Hex.encode(key.verificationKey.bytes)
                == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        )
        #expect(
            Hex.encode(key.sign([0x72]))
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
    }

    @Test("the thumbprint is the one of RFC 8037 appendix A.3")
    func thumbprint() throws {
        let x = try #require(Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        let key = try #require(VerificationKey(x))
        #expect(key.keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test("signatures of other messages, keys and lengths are refused")
    func refusals() {
        let key = SigningKey()
        let message = Array("message".utf8)
        let signature = key.sign(message)
        #expect(key.verificationKey.verifies(signature, of: message))
        #expect(!key.verificationKey.verifies(signature, of: message + [0]))
        #expect(!SigningKey().verificationKey.verifies(signature, of: message))
        for bad in [[], Array(signature.dropLast()), signature + [0], [UInt8](repeating: 0, count: 64)] {
            #expect(!key.verificationKey.verifies(bad, of: message))
        }
    }

    @Test("published keys that are not what they say are not taken")
    func published() {
        let good = SigningKey().verificationKey.jsonWebKey
        #expect(VerificationKey(good) != nil)
        let changes: [WritableKeyPath<JSONWebKey, String>] = [
            \.keyType, \.curve, \.use, \.algorithm, \.x, \.keyID,
        ]
        for change in changes {
            var bad = good
            bad[keyPath: change] = "none"
            #expect(VerificationKey(bad) == nil)
        }
    }
}
