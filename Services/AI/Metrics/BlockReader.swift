internal import Contracts

/// Finds functions and the depth of blocks.
enum BlockReader {
    struct Result {
        /// Lines of each function, from 0.
        var functions: [Range<Int>] = []
        /// The deepest nesting of blocks.
        var depth = 0
    }

    /// Blocks between braces. What stands before a brace tells whether it opens a function.
    static func braces(_ code: CodeText, _ syntax: LanguageSyntax) -> Result {
        var result = Result()
        var header: [UInt8] = []
        var headerLine = 0
        var open: [Int?] = []
        for (number, line) in code.lines.enumerated() {
            for byte in line {
                switch byte {
                case UInt8(ascii: "{"):
                    open.append(isFunction(header, syntax) ? headerLine : nil)
                    result.depth = max(result.depth, open.count)
                    header = []
                case UInt8(ascii: "}"):
                    if let start = open.popLast() ?? nil { result.functions.append(start..<number + 1) }
                    header = []
                case UInt8(ascii: ";"): header = []
                default:
                    if header.isEmpty {
                        if byte == 0x20 || byte == 0x09 { continue }
                        headerLine = number
                    }
                    header.append(byte)
                }
            }
            if !header.isEmpty { header.append(0x20) }
        }
        return result
    }

    private static func isFunction(_ header: [UInt8], _ syntax: LanguageSyntax) -> Bool {
        let words = Words.of(header)
        let text = String(decoding: header, as: UTF8.self)
        if syntax.functions.contains(where: { mark in
            mark.utf8.allSatisfy(Words.isWord) ? words.contains(mark) : text.contains(mark)
        }) {
            return true
        }
        guard syntax.hasUnmarkedFunctions, text.contains("("), text.contains(")"), !text.contains("=") else {
            return false
        }
        return words.first.map { !control.contains($0) } ?? false
    }

    /// Words that begin a block with parentheses that is no function.
    private static let control: Set = [
        "if", "else", "for", "while", "switch", "catch", "do", "try", "synchronized", "foreach", "elseif", "with",
        "using", "namespace", "class", "struct", "enum", "union", "interface", "extern", "return", "new", "case",
        "default", "finally", "record", "export",
    ]

    /// Blocks by indentation; a function ends before the next code that stands no deeper than its head.
    static func indentation(_ code: CodeText, _ syntax: LanguageSyntax) -> Result {
        var result = Result()
        var levels = [0]
        var open: [(indent: Int, start: Int)] = []
        var lastCode = 0
        for (number, line) in code.lines.enumerated() where code.kinds[number] == .code {
            let indent = line.prefix { $0 == 0x20 || $0 == 0x09 }.reduce(0) { $0 + ($1 == 0x09 ? 8 : 1) }
            while let last = levels.last, indent < last { levels.removeLast() }
            if let last = levels.last, indent > last { levels.append(indent) }
            result.depth = max(result.depth, levels.count - 1)
            while let function = open.last, indent <= function.indent {
                result.functions.append(function.start..<lastCode + 1)
                open.removeLast()
            }
            if Words.of(line).prefix(2).contains(where: { syntax.functions.contains($0) }) { open.append((indent, number)) }
            lastCode = number
        }
        for function in open.reversed() { result.functions.append(function.start..<lastCode + 1) }
        return result
    }
}
