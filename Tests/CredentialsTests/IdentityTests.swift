import Contracts
import Credentials
import SystemKit
import Testing

@Suite("identities between services") struct IdentityTests {
    private let root = Secret([UInt8](repeating: 7, count: 32))
    private var signer: IdentitySigner { IdentitySigner(IdentityKeys(of: .gateway, root: root)) }
    private var verifier: IdentityVerifier { IdentityVerifier(IdentityKeys(of: .session, root: root)) }
    private func signed(_ identity: Identity) -> String {
        signer.sign(identity, to: .session, now: now) ?? ""
    }
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
        let header = signed(identity)
        #expect(try verifier.verify(header, now: now) == identity.valid(from: now))
        #expect(try verifier.verify(header, now: now + .milliseconds(59_999)).userID == identity.userID)
        #expect(throws: IdentityRefusal.expired) { try verifier.verify(header, now: now + .seconds(60)) }
    }

    @Test("what is stated to one service is worth nothing at another, whoever passes it on")
    func pairs() throws {
        let header = signed(identity)
        for service in ServiceName.allCases where service != .session {
            let verifier = IdentityVerifier(IdentityKeys(of: service, root: root))
            #expect(throws: IdentityRefusal.badSignature) { try verifier.verify(header, now: now) }
        }
    }

    @Test("with the keys of its own a service is believed where it calls, and in its own name only")
    func ownKeys() throws {
        let text = IdentityKeys.text(
            of: "executor", calling: ["compiler"], calledBy: ["gateway", "session"], root: root)
        let keys = try #require(IdentityKeys(of: .executor, text: text))
        let signer = IdentitySigner(keys)
        #expect(signer.sign(identity, to: .session, now: now) == nil)
        let header = try #require(signer.sign(identity, to: .compiler, now: now))
        let compiler = IdentityVerifier(IdentityKeys(of: .compiler, root: root))
        #expect(try compiler.verify(header, now: now).userID == identity.userID)
        let disguised = "gateway" + header.dropFirst("executor".count)
        #expect(throws: IdentityRefusal.badSignature) { try compiler.verify(disguised, now: now) }
        let own = IdentityVerifier(keys)
        let welcome = self.signer.sign(identity, to: .executor, now: now) ?? ""
        #expect(try own.verify(welcome, now: now).kind == .user)
        let strange = IdentitySigner(IdentityKeys(of: .collab, root: root))
        #expect(throws: IdentityRefusal.unknownCaller) {
            try own.verify(strange.sign(identity, to: .executor, now: now) ?? "", now: now)
        }
    }

    @Test(
        "keys that are none are refused whole",
        arguments: [
            "=", "a>b=", "executor=00", "executor>nobody=\(String(repeating: "0", count: 64))", "x,y",
        ])
    func brokenKeys(text: String) {
        #expect(IdentityKeys(of: .executor, text: text) == nil)
    }

    @Test("every changed character is noticed")
    func tampering() throws {
        let header = Array(signed(identity).utf8)
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
        #expect(throws: IdentityRefusal.self) { try verifier.verify(header, now: now) }
        let good = signed(identity)
        let other = IdentityKeys(of: .session, root: Secret([UInt8](repeating: 8, count: 32)))
        #expect(throws: IdentityRefusal.badSignature) {
            try IdentityVerifier(other).verify(good, now: now)
        }
        for bad in [good + "=", good + "." + header, " " + good, String(good.dropLast())] {
            #expect(throws: IdentityRefusal.self) { try verifier.verify(bad, now: now) }
        }
        let long = String(repeating: "A", count: 65_536)
        #expect(throws: IdentityRefusal.malformed) { try verifier.verify(long, now: now) }
    }

    @Test(
        "implausible times are refused even when signed",
        arguments: [(0, 0), (0, -1), (0, 300_001), (5_001, 6_000), (Int.min, Int.max), (Int.max, Int.min)]
    )
    func times(issued: Int, expires: Int) {
        var odd = identity
        odd.issuedAtMilliseconds = Int(now.milliseconds).addingReportingOverflow(issued).partialValue
        odd.expiresAtMilliseconds = Int(now.milliseconds).addingReportingOverflow(expires).partialValue
        let header = signer.sign(odd, to: .session) ?? ""
        #expect(throws: IdentityRefusal.self) { try verifier.verify(header, now: now) }
    }
}
