import AuthService
import SystemKit
import Testing

@Suite("passwords and guessing") struct PolicyTests {
    @Test(
        "refuses passwords that everybody tries",
        arguments: [
            ("short", PasswordFault.tooShort), ("fourteen chars", .tooShort), ("aaaaaaaaaaaaaaaa", .repeated),
            ("abcabcabcabcabcabc", .repeated), ("passwordpassword", .repeated),
            ("123456789012345", .sequence),
            ("abcdefghijklmnop", .sequence), ("ponmlkjihgfedcba", .sequence), ("qwertyuiopasdfgh", .sequence),
            ("correct horse battery staple", .wellKnown), ("Correct-Horse-Battery-Staple1", .wellKnown),
            ("MayTheForceBeWithYou!", .wellKnown), ("ada.lovelace!23", .holdsLogin),
        ])
    func weak(password: String, fault: PasswordFault) {
        #expect(PasswordPolicy.fault(of: password, login: "ada.lovelace") == fault)
    }

    @Test(
        "takes any long password, of any characters",
        arguments: [
            "seven quiet otters", "пятнадцать букв", "密码密钥口令暗号秘密通行证安全登录", "              x ",
            "🦦🦊🐢🐙🦀🐳🦉🐝🦋🐌🐞🦎🦕🐬🦭",
        ])
    func strong(password: String) {
        #expect(PasswordPolicy.fault(of: password, login: "ada") == nil)
    }

    @Test("the same keys give the same bytes on every system")
    func normalization() {
        #expect(Array(PasswordPolicy.normalized("e\u{301}").utf8) == Array("\u{E9}".utf8))
        #expect(PasswordPolicy.normalized("  A b ") == "  A b ")
    }

    private let start = Timestamp(milliseconds: 1_795_000_000_000)
    private func attempt(
        _ login: String = "ada", _ network: String = "192.0.2", device: String? = nil
    ) -> Attempt {
        Attempt(login: login, network: network, device: device)
    }

    /// Tries until `end`, as often as it is let in; answers how often that was.
    private func guesses(_ guarded: inout AttemptGuard, _ attempt: Attempt, seconds: Int) -> Int {
        var count = 0
        for second in 0..<seconds {
            let now = start + .seconds(second)
            while (try? guarded.admit(attempt, now: now)) != nil { count += 1 }
        }
        return count
    }

    @Test("one account sees at most a hundred guesses in an hour, in parallel too")
    func stuffing() {
        var guarded = AttemptGuard()
        #expect(guesses(&guarded, attempt(), seconds: 3600) <= 30)
    }

    @Test("many networks are no way around the account's delay")
    func spread() {
        var guarded = AttemptGuard()
        let admitted = (0..<500).filter {
            (try? guarded.admit(attempt("ada", "10.0.\($0)"), now: start)) != nil
        }
        #expect(admitted.count == 11)
    }

    @Test("spraying one password over many accounts is slowed down by network")
    func spraying() {
        var guarded = AttemptGuard()
        let admitted = (0..<5000).filter { (try? guarded.admit(attempt("user\($0)"), now: start)) != nil }
        #expect(admitted.count == 101)
    }

    @Test("the delay doubles up to a quarter of an hour and names the time to wait")
    func doubling() {
        var guarded = AttemptGuard()
        for _ in 0..<10 { #expect((try? guarded.admit(attempt(), now: start)) != nil) }
        var now = start
        for wait in [
            1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 900_000, 900_000,
        ] {
            #expect((try? guarded.admit(attempt(), now: now)) != nil)
            #expect(throws: AuthRefusal.delayed(milliseconds: wait)) {
                try guarded.admit(attempt(), now: now)
            }
            now = now + .milliseconds(wait)
        }
    }

    @Test("strangers cannot lock the owner out of a device that signed in before")
    func knownDevice() {
        var guarded = AttemptGuard()
        _ = guesses(&guarded, attempt(), seconds: 60)
        #expect((try? guarded.admit(attempt(), now: start + .seconds(60))) == nil)
        let own = attempt(device: "laptop")
        #expect((try? guarded.admit(own, now: start + .seconds(60))) != nil)
        guarded.succeed(own)
        #expect(guesses(&guarded, own, seconds: 3600) <= 80)
    }

    @Test("success starts over, and an attempt that was not looked at never was")
    func success() {
        var guarded = AttemptGuard()
        for _ in 0..<1000 {
            #expect((try? guarded.admit(attempt(), now: start)) != nil)
            guarded.succeed(attempt())
        }
        for _ in 0..<1000 {
            #expect((try? guarded.admit(attempt(), now: start)) != nil)
            guarded.withdraw(attempt())
        }
    }

    @Test("remembers a bounded number of accounts")
    func bound() {
        var guarded = AttemptGuard(capacity: 100)
        for number in 0..<10_000 {
            _ = try? guarded.admit(attempt("user\(number)", "\(number)"), now: start + .seconds(number))
        }
        #expect(
            Mirror(reflecting: guarded).children.first.map { Mirror(reflecting: $0.value).children.count }
                ?? 0 <= 102)
    }
}
