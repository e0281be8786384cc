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
        var blocks = BraceBlocks(syntax)
        for (number, line) in code.lines.enumerated() { blocks.read(line, number) }
        return blocks.result
    }

    /// Blocks by indentation; a function ends before the next code that stands no deeper than its head.
    static func indentation(_ code: CodeText, _ syntax: LanguageSyntax) -> Result {
        var result = Result()
        var levels = [0]
        var open: [(indent: Int, start: Int)] = []
        var lastCode = 0
        for (number, line) in code.lines.enumerated()
        where code.kinds[number] == .code && !code.beginsInString[number] {
            let indent = line.prefix { $0 == 0x20 || $0 == 0x09 }.reduce(0) { $0 + ($1 == 0x09 ? 8 : 1) }
            while let last = levels.last, indent < last { levels.removeLast() }
            if let last = levels.last, indent > last { levels.append(indent) }
            result.depth = max(result.depth, levels.count - 1)
            while let function = open.last, indent <= function.indent {
                result.functions.append(function.start..<lastCode + 1)
                open.removeLast()
            }
            if Words.of(line).prefix(2).contains(where: { syntax.functions.contains($0) }) {
                open.append((indent, number))
            }
            lastCode = number
        }
        for function in open.reversed() { result.functions.append(function.start..<lastCode + 1) }
        return result
    }
}
