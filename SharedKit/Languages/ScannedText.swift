private import Glibc

/// One piece of text that speaks for a language; `^` and `$` bind it to a line's trimmed start and end.
struct TextHint: Sendable {
    let bytes: [UInt8]
    let isAtStart: Bool
    let isAtEnd: Bool
    let weight: Int

    init(_ pattern: String, weight: Int) {
        isAtStart = pattern.hasPrefix("^")
        isAtEnd = pattern.utf8.count > 1 && pattern.hasSuffix("$")
        bytes = Array(pattern.utf8.dropFirst(isAtStart ? 1 : 0).dropLast(isAtEnd ? 1 : 0))
        self.weight = weight
    }
}

/// The beginning of a text, cut into trimmed lines.
struct ScannedText {
    let firstLine: Substring
    private let bytes: [UInt8]
    private let lines: [Range<Int>]

    init(_ content: String) {
        firstLine = content.prefix { !$0.isNewline }
        bytes = Array(content.utf8.prefix(Limits.detectionBytes))
        var lines: [Range<Int>] = []
        var start = 0
        for end in bytes.indices where bytes[end] == UInt8(ascii: "\n") {
            lines.append(start..<end)
            start = end + 1
        }
        lines.append(start..<bytes.count)
        self.lines = lines.map { [bytes] in Self.trim($0, bytes) }.filter { !$0.isEmpty }
    }

    private static func trim(_ line: Range<Int>, _ bytes: [UInt8]) -> Range<Int> {
        var (start, end) = (line.lowerBound, line.upperBound)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    /// The hint's weight for each time it is there, three times at most: one habit is not a proof.
    func score(_ hint: TextHint) -> Int {
        hint.weight * min(3, hint.isAtStart || hint.isAtEnd ? countInLines(hint) : countAnywhere(hint.bytes))
    }

    private func countInLines(_ hint: TextHint) -> Int {
        var count = 0
        for line in lines where matches(hint, line) {
            count += 1
            if count == 3 { break }
        }
        return count
    }

    private func matches(_ hint: TextHint, _ line: Range<Int>) -> Bool {
        let wanted = hint.bytes.count
        guard line.count >= wanted, !(hint.isAtStart && hint.isAtEnd && line.count != wanted) else {
            return false
        }
        let start = hint.isAtStart ? line.lowerBound : line.upperBound - wanted
        for index in 0..<wanted where bytes[start + index] != hint.bytes[index] { return false }
        return true
    }

    private func countAnywhere(_ wanted: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer { text in
            var count = 0
            var offset = 0
            while count < 3, let match = Self.find(wanted, in: text, from: offset) {
                count += 1
                offset = match + wanted.count
            }
            return count
        }
    }

    private static func find(_ wanted: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int?
    {
        guard let base = text.baseAddress, let first = wanted.first else { return nil }
        var offset = start
        let last = text.count - wanted.count
        while offset <= last, let found = memchr(base + offset, CInt(first), last - offset + 1) {
            offset = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if memcmp(base + offset, wanted, wanted.count) == 0 { return offset }
            offset += 1
        }
        return nil
    }
}
