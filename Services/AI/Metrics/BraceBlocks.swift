internal import Contracts

/// Reads blocks between braces, line by line.
struct BraceBlocks {
    private(set) var result = BlockReader.Result()
    private let syntax: LanguageSyntax
    /// The code since the last brace, semicolon or finished line, and where it began.
    private var header: [UInt8] = []
    private var headerLine = 0
    private var parentheses = 0
    /// For each open brace, where its function began, or nil when it is none.
    private var open: [Int?] = []

    init(_ syntax: LanguageSyntax) { self.syntax = syntax }

    mutating func read(_ line: [UInt8], _ number: Int) {
        if hasFunctionMark(line) { header = [] }
        if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "#") { return }
        for byte in line { take(byte, number) }
        endLine()
    }

    private mutating func take(_ byte: UInt8, _ number: Int) {
        switch byte {
        case UInt8(ascii: "{"):
            open.append(isFunction ? headerLine : nil)
            result.depth = max(result.depth, open.count)
            startHeader()
        case UInt8(ascii: "}"):
            if let start = open.popLast() ?? nil { result.functions.append(start..<number + 1) }
            startHeader()
        case UInt8(ascii: ";") where parentheses <= 0: startHeader()
        case 0x20, 0x09, 0x0D: if !header.isEmpty { header.append(0x20) }
        default:
            if header.isEmpty { headerLine = number }
            if byte == UInt8(ascii: "(") { parentheses += 1 }
            if byte == UInt8(ascii: ")") { parentheses -= 1 }
            header.append(byte)
        }
    }

    private mutating func startHeader() {
        header = []
        parentheses = 0
    }

    /// A header goes on over lines inside parentheses, behind them, and once it is known to be a function's.
    private mutating func endLine() {
        let last = header.last { $0 != 0x20 }
        if parentheses > 0 || last == UInt8(ascii: ")") || hasFunctionMark(header) {
            if !header.isEmpty { header.append(0x20) }
        } else {
            startHeader()
        }
    }

    private func hasFunctionMark(_ text: [UInt8]) -> Bool {
        if syntax.functions.isEmpty { return false }
        let words = Words.of(text)
        return syntax.functions.contains { mark in
            mark.utf8.allSatisfy(Words.isWord)
                ? words.contains(mark) : String(decoding: text, as: UTF8.self).contains(mark)
        }
    }

    private var isFunction: Bool {
        if hasFunctionMark(header) { return true }
        guard syntax.hasUnmarkedFunctions, header.contains(UInt8(ascii: "(")),
            header.contains(UInt8(ascii: ")")),
            !header.contains(UInt8(ascii: "="))
        else { return false }
        return Words.of(header).first.map { !Self.control.contains($0) } ?? false
    }

    /// Words that begin a block with parentheses that is no function.
    private static let control: Set = [
        "if", "else", "for", "while", "switch", "catch", "do", "try", "synchronized", "foreach", "elseif",
        "with",
        "using", "namespace", "class", "struct", "enum", "union", "interface", "extern", "return", "new",
        "case",
        "default", "finally", "record", "export",
    ]
}
