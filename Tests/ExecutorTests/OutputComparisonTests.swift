import Contracts
import ExecutorService
import Testing

@Suite struct OutputComparisonTests {
    private func compare(_ kind: Checker.Kind, _ found: String, _ expected: String) -> Difference? {
        let checker = Checker.with {
            $0.kind = kind
            ($0.absoluteTolerance, $0.relativeTolerance) = (1e-3, 1e-2)
        }
        return OutputComparison(checker).difference(Array(found.utf8), Array(expected.utf8))
    }

    @Test(
        "takes what the checker says is the same",
        arguments: [
            (.exact, "", ""), (.exact, "a\n", "a\n"), (.lines, "a \t\r\nb\n\n\n", "a\nb"),
            (.lines, "", "\n \n"),
            (.lines, " a", " a\n"), (.tokens, " a\n\tb ", "a b"), (.tokens, "", " \n"),
            (.floats, "1.0005 x", "1 x"), (.floats, "101", "100"), (.floats, "-0", "0"),
            (.floats, "1e3", "1000"),
            (.floats, "nan inf", "nan inf"), (.floats, "0.0009", "0"),
        ] as [(Checker.Kind, String, String)])
    func same(_ kind: Checker.Kind, _ found: String, _ expected: String) {
        #expect(compare(kind, found, expected) == nil)
    }

    @Test(
        "tells the first place that differs",
        arguments: [
            (.exact, "a\nb\n", "a\nc\n", 2, "c", "b"), (.exact, "a", "a\n", 1, "a", nil),
            (.lines, "a\nb", "a\nc", 2, "c", "b"), (.lines, "a", "a\nb", 2, "b", nil),
            (.lines, "a\n\nb", "a\nb", 2, "b", ""), (.lines, "a\nb", "a", 2, nil, "b"),
            (.lines, " a", "a", 1, "a", " a"),
            (.tokens, "a  b c", "a b d", 3, "d", "c"), (.tokens, "ab", "a b", 1, "a", "ab"),
            (.floats, "1.1", "1", 1, "1", "1.1"), (.floats, "x", "1", 1, "1", "x"),
            (.floats, "inf", "1", 1, "1", "inf"),
            (.floats, "nan", "1", 1, "1", "nan"), (.floats, "1", "", 1, nil, "1"),
        ] as [(Checker.Kind, String, String, Int, String?, String?)])
    func different(
        _ kind: Checker.Kind, _ found: String, _ expected: String, _ place: Int, _ wanted: String?,
        _ got: String?
    ) {
        let difference = compare(kind, found, expected)
        #expect(difference?.place == place)
        if kind != .exact { #expect(difference?.expected == wanted && difference?.found == got) }
    }

    @Test("a long line is shown shortened, and bytes that are no text do no harm")
    func long() {
        let difference = compare(.lines, String(repeating: "x", count: 5000), "y")
        #expect((difference?.found?.utf8.count ?? 0) < 300)
        let bytes: [UInt8] = [0xFF, 0xFE, 0]
        #expect(OutputComparison(Checker()).difference(bytes, Array("a".utf8))?.place == 1)
        #expect(OutputComparison(Checker()).difference(bytes, bytes) == nil)
    }
}
