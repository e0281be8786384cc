import Contracts
import Testing

/// Every refined type: what it takes and what it refuses.
@Suite struct ValueTests {
    @Test("takes relative paths", arguments: ["a", "a/b.c", "…/ü", ".hidden", "a..b", "...", "a b", "x/.y"])
    func paths(_ text: String) throws { #expect(try SourcePath(text).text == text) }

    @Test(
        "refuses paths that lead out or cannot be shown",
        arguments: [
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "a\0b", "a\nb",
            "a\u{7F}",
            String(repeating: "a", count: 101), String(repeating: "a/", count: 8) + "a",
            Array(repeating: String(repeating: "b", count: 99), count: 3).joined(separator: "/"),
        ])
    func badPaths(_ text: String) { #expect(throws: WireFault.self) { try SourcePath(text) } }

    @Test(
        "tells the extension",
        arguments: [("a.PY", "py"), ("x/a.tar.gz", "gz"), ("Makefile", nil), ("a.", "")])
    func extensions(_ text: String, _ wanted: String?) throws {
        #expect(try SourcePath(text).fileExtension == wanted)
    }

    @Test("takes names that people have", arguments: ["Ada", "李雷", "O'Brien 3rd", "é", "👩‍💻"])
    func names(_ text: String) throws { #expect(try DisplayName(text).text == text) }

    @Test(
        "refuses names that hide something",
        arguments: ["", " a", "a ", "a\nb", "a\u{0}", "a\u{85}b", String(repeating: "x", count: 81)])
    func badNames(_ text: String) { #expect(throws: WireFault.self) { try DisplayName(text) } }

    @Test("state vectors are base64url without padding", arguments: ["", "AA", "AAE", "AB-_"])
    func stateVectors(_ text: String) throws { #expect(try StateVectorText(text).text == text) }

    @Test("refuses other state vectors", arguments: ["A", "AAAAA", "AA==", "A+", "A/", "é", "A A"])
    func badStateVectors(_ text: String) { #expect(throws: WireFault.self) { try StateVectorText(text) } }

    @Test("identifiers sort by time and keep their prefix")
    func identifiers() throws {
        let early = SessionID(milliseconds: 1_000, random: Array(repeating: 255, count: 10))
        let late = SessionID(milliseconds: 1_001, random: Array(repeating: 0, count: 10))
        #expect(early.text < late.text && early.text.hasPrefix("ses_"))
        #expect(try SessionID(early.text) == early)
    }

    @Test(
        "refuses other identifiers",
        arguments: [
            "", "ses_", "run_01JD0000000000000000000000", "ses_01JD000000000000000000000I",
            "ses_01JD00000000000000000000000",
        ])
    func badIdentifiers(_ text: String) { #expect(throws: WireFault.self) { try SessionID(text) } }

    @Test(
        "instants survive the text",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_428_000_123, "2026-11-23T10:00:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func instants(_ milliseconds: Int64, _ text: String) throws {
        #expect(Instant(milliseconds: milliseconds).text == text)
        #expect(try Instant(text).milliseconds == milliseconds)
    }

    @Test(
        "refuses other instants",
        arguments: [
            "", "2026-11-23", "2026-11-23T10:00:00", "2026-11-23T10:00:00+00:00", "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:00:00.Z",
            "2026-11-23T10:00:00.1234Z", "0000-01-01T00:00:00Z", "2026-11-23t10:00:00Z",
            "2026-1a-23T10:00:00Z",
        ])
    func badInstants(_ text: String) { #expect(throws: WireFault.self) { try Instant(text) } }

    @Test("every day of four centuries is itself")
    func calendar() throws {
        for day in stride(from: Int64(-11_000), to: 140_000, by: 1) {
            let instant = Instant(milliseconds: day * 86_400_000 + 1)
            #expect(try Instant(instant.text) == instant)
        }
    }

    @Test("languages, digests and arguments keep their form")
    func others() throws {
        #expect(throws: WireFault.self) { try LanguageID("Python") }
        #expect(throws: WireFault.self) { try LanguageID("") }
        #expect(try LanguageID("c++").text == "c++")
        #expect(throws: WireFault.self) { try Digest256(String(repeating: "A", count: 64)) }
        #expect(throws: WireFault.self) { try ProgramArgument("a\0") }
        #expect(throws: WireFault.self) { try ProgramArgument(String(repeating: "a", count: 4097)) }
    }
}
