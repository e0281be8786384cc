internal import Contracts

/// A source whose comments and strings are blanked, so that what is left is code; lines keep their numbers.
struct CodeText {
    enum LineKind {
        case blank, comment, code
    }

    /// The code of each line, as long as the line.
    private(set) var lines: [[UInt8]] = []
    private(set) var kinds: [LineKind] = []
    /// Whether the line begins inside a string, so that its indentation means nothing.
    private(set) var beginsInString: [Bool] = []

    private let source: [UInt8]
    private let lineComments: [[UInt8]]
    private let blockComments: [(open: [UInt8], close: [UInt8])]
    private let strings: [[UInt8]]
    private var offset = 0
    private var line: [UInt8] = []
    private var hasComment = false
    private var isInString = false
    private var lineBeginsInString = false

    init(_ text: String, _ syntax: LanguageSyntax) {
        source = Array(text.utf8)
        lineComments = syntax.lineComments.map { Array($0.utf8) }
        let marks = syntax.blockComments.map { Array($0.utf8) }
        blockComments = stride(from: 0, to: marks.count - 1, by: 2).map { (marks[$0], marks[$0 + 1]) }
        strings = syntax.strings.map { Array($0.utf8) }.sorted { $0.count > $1.count }
        scan()
    }

    private mutating func scan() {
        while offset < source.count {
            if let comment = blockComments.first(where: { isHere($0.open) && isBlockStart($0.open) }) {
                skipBlock(comment.close)
            } else if lineComments.contains(where: { isHere($0) }) {
                skipLineComment()
            } else if let quote = strings.first(where: { isHere($0) }) {
                skipString(quote)
            } else {
                take()
            }
        }
        if !line.isEmpty || hasComment { endLine() }
    }

    private func isHere(_ mark: [UInt8]) -> Bool {
        source.count - offset >= mark.count && source[offset..<offset + mark.count].elementsEqual(mark)
    }

    /// Marks made of letters (`=begin`) only count at the start of a line.
    private func isBlockStart(_ mark: [UInt8]) -> Bool {
        mark.first != UInt8(ascii: "=") || offset == 0 || source[offset - 1] == UInt8(ascii: "\n")
    }

    private mutating func take() {
        let byte = source[offset]
        offset += 1
        if byte == UInt8(ascii: "\n") { endLine() } else { line.append(byte) }
    }

    private mutating func blank(_ count: Int, asString: Bool) {
        for _ in 0..<count where offset < source.count {
            if source[offset] == UInt8(ascii: "\n") {
                offset += 1
                endLine()
            } else {
                // A string is code that says nothing; a comment is not even that.
                line.append(asString ? UInt8(ascii: "\"") : UInt8(ascii: " "))
                offset += 1
            }
            if !asString { hasComment = true }
        }
    }

    private mutating func skipBlock(_ close: [UInt8]) {
        repeat { blank(1, asString: false) } while offset < source.count && !isHere(close)
        blank(close.count, asString: false)
        if offset < source.count, source[offset] != UInt8(ascii: "\n") { hasComment = true }
    }

    private mutating func skipLineComment() {
        while offset < source.count, source[offset] != UInt8(ascii: "\n") { blank(1, asString: false) }
    }

    /// Strings of one quote end with the line when nobody closed them; longer quotes and backquotes go on.
    private mutating func skipString(_ quote: [UInt8]) {
        let spansLines = quote.count > 1 || quote == [UInt8(ascii: "`")]
        blank(quote.count, asString: true)
        isInString = true
        defer { isInString = false }
        while offset < source.count, !isHere(quote) {
            if source[offset] == UInt8(ascii: "\n"), !spansLines { return }
            blank(source[offset] == UInt8(ascii: "\\") ? 2 : 1, asString: true)
        }
        blank(quote.count, asString: true)
    }

    private mutating func endLine() {
        let hasCode = line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        kinds.append(hasCode ? .code : hasComment ? .comment : .blank)
        lines.append(line)
        beginsInString.append(lineBeginsInString)
        lineBeginsInString = isInString
        line = []
        hasComment = false
    }
}
