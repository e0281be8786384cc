/// One source file: as written, and as code only (comments and the inside of strings blanked, same columns).
struct SourceText: Sendable {
    /// The path from the root of the repository.
    let path: String
    /// The lines as written.
    let lines: [String]
    /// The same lines without comments and string contents.
    let code: [[UInt8]]

    init(path: String, bytes: [UInt8]) {
        self.path = path
        lines = Self.split(bytes).map { String(decoding: $0, as: UTF8.self) }
        code = Self.split(Blanker.blank(bytes))
    }

    /// Whether the file may do what only tests may.
    var isTest: Bool { path.hasPrefix("Tests/") }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }

    /// Line `index` (from 0) as code, without indentation.
    func trimmedCode(_ index: Int) -> String {
        let line = String(decoding: code[index], as: UTF8.self)
        return String(line.drop { $0 == " " }).trimmedEnd
    }

    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(
            Array.init
        )
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

extension String {
    /// Without blanks at the end.
    var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// Replaces comments and the inside of string literals by blanks; interpolated expressions stay code.
struct Blanker {
    private let input: [UInt8]
    private var output: [UInt8]
    private var at = 0

    static func blank(_ bytes: [UInt8]) -> [UInt8] {
        var blanker = Blanker(input: bytes, output: bytes)
        blanker.code(insideInterpolation: false)
        return blanker.output
    }

    private init(input: [UInt8], output: [UInt8]) {
        self.input = input
        self.output = output
    }

    private func sees(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { at + $0.count <= input.count && input[at..<at + $0.count].elementsEqual($0) }
    }

    private mutating func erase(_ count: Int) {
        for index in at..<min(at + count, input.count) where input[index] != UInt8(ascii: "\n") {
            output[index] = UInt8(ascii: " ")
        }
        at = min(at + count, input.count)
    }

    private mutating func code(insideInterpolation: Bool) {
        var depth = 0
        while at < input.count {
            switch input[at] {
            case UInt8(ascii: "/") where sees("//"): while at < input.count, !sees("\n") { erase(1) }
            case UInt8(ascii: "/") where sees("/*"): blockComment()
            case UInt8(ascii: "\""), UInt8(ascii: "#"): stringOrDirective()
            case UInt8(ascii: "("):
                depth += 1
                at += 1
            case UInt8(ascii: ")"):
                at += 1
                if insideInterpolation && depth == 0 { return }
                depth -= 1
            default: at += 1
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if sees("/*") { depth += 1 } else if sees("*/") { depth -= 1 }
            erase(sees("/*") || sees("*/") ? 2 : 1)
        } while depth > 0 && at < input.count
    }

    private mutating func stringOrDirective() {
        var hashes = 0
        while at + hashes < input.count, input[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
        guard at + hashes < input.count, input[at + hashes] == UInt8(ascii: "\"") else {
            at += max(1, hashes)
            return
        }
        at += hashes
        let quotes = sees("\"\"\"") ? 3 : 1
        at += quotes
        string(quotes: quotes, hashes: hashes)
    }

    private mutating func string(quotes: Int, hashes: Int) {
        while at < input.count {
            if quotes == 1 && sees("\n") { return }
            if closes(quotes: quotes, hashes: hashes) {
                at += quotes + hashes
                return
            }
            guard input[at] == UInt8(ascii: "\\"), repeats(UInt8(ascii: "#"), hashes, from: at + 1) else {
                erase(1)
                continue
            }
            erase(1 + hashes)
            guard sees("(") else {
                erase(1)
                continue
            }
            at += 1
            code(insideInterpolation: true)
        }
    }

    private func closes(quotes: Int, hashes: Int) -> Bool {
        repeats(UInt8(ascii: "\""), quotes, from: at) && repeats(UInt8(ascii: "#"), hashes, from: at + quotes)
    }

    private func repeats(_ byte: UInt8, _ count: Int, from start: Int) -> Bool {
        start + count <= input.count && input[start..<start + count].allSatisfy { $0 == byte }
    }
}
