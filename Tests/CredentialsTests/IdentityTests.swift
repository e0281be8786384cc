import Contracts
import Credentials
import SystemKit
import Testing

@Suite("identities between services") struct IdentityTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let now = Timestamp(milliseconds: 1_795_000_000_000)

    private var identity: Identity {
        .with {
            $0.userID = UserID(milliseconds: 1, random: Array(0..<10))
            $0.name = .untitled
            $0.kind = .user
            $0.scopes = [.run, .collab]
            $0.signInID = SignInID(milliseconds: 2, random: Array(0..<10))
        }
    }

    @Test("who signs with the fleet's key is believed, for a minute")
    func roundTrip() throws {
        let header = IdentitySigner(key: key).sign(identity, now: now)
        let verifier = IdentityVerifier(key: key)
        #expect(try verifier.verify(header, now: now) == identity.valid(from: now))
        #expect(try verifier.verify(header, now: now + .milliseconds(59_999)).userID == identity.userID)
        #expect(throws: IdentityRefusal.expired) { try verifier.verify(header, now: now + .seconds(60)) }
    }

    @Test("every changed character is noticed")
    func tampering() throws {
        let header = Array(IdentitySigner(key: key).sign(identity, now: now).utf8)
        let verifier = IdentityVerifier(key: key)
        for index in header.indices {
            for flip: UInt8 in [1, 2, 32] {
                var changed = header
                changed[index] ^= flip
                let text = String(decoding: changed, as: UTF8.self)
                #expect(throws: IdentityRefusal.self) { try verifier.verify(text, now: now) }
            }
        }
    }

    @Test("another key, cut or padded values are refused", arguments: ["", ".", "a.b", "..", "a", "e30."])
    func broken(header: String) throws {
        #expect(throws: IdentityRefusal.self) { try IdentityVerifier(key: key).verify(header, now: now) }
        let good = IdentitySigner(key: key).sign(identity, now: now)
        #expect(throws: IdentityRefusal.badSignature) {
            try IdentityVerifier(key: [UInt8](repeating: 8, count: 32)).verify(good, now: now)
        }
        for bad in [good + "=", good + "." + header, " " + good, String(good.dropLast())] {
            #expect(throws: IdentityRefusal.self) { try IdentityVerifier(key: key).verify(bad, now: now) }
        }
        let long = String(repeating: "A", count: 65_536)
        #expect(throws: IdentityRefusal.malformed) { try IdentityVerifier(key: key).verify(long, now: now) }
    }

    @Test(
        "implausible times are refused even when signed",
        arguments: [(0, 0), (0, -1), (0, 300_001), (5_001, 6_000), (Int.min, Int.max), (Int.max, Int.min)]
    )
    func times(issued: Int, expires: Int) {
        var odd = identity
        odd.issuedAtMilliseconds = Int(now.milliseconds).addingReportingOverflow(issued).partialValue
        odd.expiresAtMilliseconds = Int(now.milliseconds).addingReportingOverflow(expires).partialValue
        let header = IdentitySigner(key: key).sign(odd)
        #expect(throws: IdentityRefusal.self) { try IdentityVerifier(key: key).verify(header, now: now) }
    }
}
