package import Contracts

/// Compares a program's output with what is expected of it.
package struct OutputComparison: Sendable {
    private let checker: Checker

    /// By a checker.
    package init(_ checker: Checker) { self.checker = checker }

    /// The first place that is not as expected, or nil.
    /// - Complexity: O(bytes).
    package func difference(_ found: [UInt8], _ expected: [UInt8]) -> Difference? {
        switch checker.kind {
        case .exact: found == expected ? nil : firstByte(found, expected)
        case .lines: first(Self.lines(found), Self.lines(expected)) { $0.elementsEqual($1) }
        case .tokens: first(Self.words(found), Self.words(expected)) { $0.elementsEqual($1) }
        case .floats: first(Self.words(found), Self.words(expected), isClose)
        }
    }

    private func firstByte(_ found: [UInt8], _ expected: [UInt8]) -> Difference {
        let place = zip(found, expected).prefix { $0 == $1 }.count
        let line = found[..<place].count { $0 == UInt8(ascii: "\n") }
        return Difference(
            place: line + 1, expected: Self.line(of: expected, at: place),
            found: Self.line(of: found, at: place))
    }

    private static func line(of text: [UInt8], at place: Int) -> String? {
        guard place < text.count else { return nil }
        let start = text[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return shown(text[start...].prefix { $0 != UInt8(ascii: "\n") })
    }

    private func first(
        _ found: [ArraySlice<UInt8>], _ expected: [ArraySlice<UInt8>],
        _ isSame: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Bool
    ) -> Difference? {
        let same = zip(found, expected).prefix { isSame($0, $1) }.count
        if same == found.count && same == expected.count { return nil }
        return Difference(
            place: same + 1, expected: same < expected.count ? Self.shown(expected[same]) : nil,
            found: same < found.count ? Self.shown(found[same]) : nil)
    }

    private func isClose(_ found: ArraySlice<UInt8>, _ expected: ArraySlice<UInt8>) -> Bool {
        if found.elementsEqual(expected) { return true }
        guard let value = Double(String(decoding: found, as: UTF8.self)),
            let wanted = Double(String(decoding: expected, as: UTF8.self))
        else { return false }
        if value == wanted { return true }
        let off = abs(value - wanted)
        return off.isFinite
            && (off <= checker.absoluteTolerance || off <= checker.relativeTolerance * abs(wanted))
    }

    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { line in
                line.prefix((line.lastIndex { !isBlank($0) } ?? line.startIndex - 1) + 1 - line.startIndex)
            }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split { isBlank($0) || $0 == UInt8(ascii: "\n") }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0B || byte == 0x0C
    }

    private static func shown(_ text: ArraySlice<UInt8>) -> String {
        let start = String(decoding: text.prefix(Limits.shownBytes), as: UTF8.self)
        return text.count > Limits.shownBytes ? "\(start)…" : start
    }
}
