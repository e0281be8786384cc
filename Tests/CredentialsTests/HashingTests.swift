import Credentials
import SystemKit
import Testing

@Suite("hashes and encodings") struct HashingTests {
    @Test(
        "SHA-256 answers the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func digests(text: String, hex: String) {
        #expect(SHA256.hash(text).hex == hex)
        let pieces = SHA256()
        for byte in text.utf8 { pieces.update([byte]) }
        #expect(pieces.finish().hex == hex)
    }

    @Test("HMAC-SHA-256 answers the codes of RFC 4231")
    func codes() {
        let first = HMAC(key: [UInt8](repeating: 0x0B, count: 20)).code("Hi There")
        #expect(first.hex == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let second = HMAC(key: Array("Jefe".utf8)).code("what do ya want for nothing?")
        #expect(second.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = HMAC(key: [UInt8](repeating: 0xAA, count: 131))
            .code("Test Using Larger Than Block-Size Key - Hash Key First")
        #expect(long.hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("base64url writes what RFC 4648 says, and reads it back", arguments: 0..<67)
    func roundTrip(count: Int) {
        let bytes = randomBytes(count)
        let text = Base64URL.encode(bytes)
        #expect(Base64URL.decode(text) == bytes)
        #expect(!text.contains("="))
    }

    @Test(
        "base64url refuses every text that is not the one of its bytes",
        arguments: [
            "A", "AB", "AAB", "AA==", "AA=", "A+", "A/", "AA AA", "AAAAA", "AA\n", "Zm9vYmF", "é", "AA\0A",
        ]
    )
    func notCanonical(text: String) { #expect(Base64URL.decode(text) == nil) }

    @Test("two bytes have exactly one text of three characters")
    func oneText() {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var accepted = 0
        for first in letters {
            for second in letters where Base64URL.decode([first, second]) != nil { accepted += 1 }
        }
        #expect(accepted == 256)
    }

    @Test("hex reads either case and refuses the rest")
    func hex() {
        #expect(Hex.decode("00fFa9") == [0, 255, 0xA9])
        #expect(Hex.encode([0, 255, 0xA9]) == "00ffa9")
        for bad in ["0", "0g", "zz", " 0", "０0"] { #expect(Hex.decode(bad) == nil) }
    }

    @Test("a secret shows itself nowhere")
    func secrets() throws {
        let secret = try #require(Secret(hex: String(repeating: "5a", count: 32)))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(Optional(secret) as Any)",
        ] {
            #expect(!text.contains("5a") && !text.contains("90"))
        }
        #expect(Secret(hex: "5a") == nil)
        #expect(secret.derived(for: "a") != secret.derived(for: "b"))
    }

    @Test("texts of secrets are compared whole")
    func comparison() {
        #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2]))
        #expect(equalInConstantTime([], []))
    }
}
