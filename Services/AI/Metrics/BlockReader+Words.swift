internal import Contracts

extension BlockReader {
    /// Blocks that words open and `end`, `fi`, `done`, `esac`, `until` or a brace close (Ruby, Lua, shell).
    ///
    /// A word opens a block at the start of a statement only, for `x if y` opens none; `do`, `then`,
    /// `function`
    /// and `{` open one anywhere, but a loop's head and its `do` are one block.
    static func words(_ code: CodeText, _ syntax: LanguageSyntax) -> Result {
        var reader = WordBlocks(openers: Set(syntax.openers), functions: Set(syntax.functions))
        for (number, line) in code.lines.enumerated() where code.kinds[number] == .code {
            reader.read(line, number)
        }
        return reader.result
    }
}

private struct WordBlocks {
    let openers: Set<String>
    let functions: Set<String>
    var result = BlockReader.Result()
    private var open: [Int?] = []

    private static let closers: Set = ["end", "fi", "done", "esac", "}", "until"]
    private static let anywhere: Set = ["do", "then", "function", "{"]
    private static let loops: Set = ["while", "until", "for"]

    init(openers: Set<String>, functions: Set<String>) {
        self.openers = openers
        self.functions = functions
    }

    mutating func read(_ line: [UInt8], _ number: Int) {
        let tokens = Self.tokens(line)
        let isShellFunction = line.contains(UInt8(ascii: "(")) && tokens.last == "{"
        for (index, token) in tokens.enumerated() {
            if Self.closers.contains(token),
                !openers.contains(token) || index > 0 || token == "until" && openers.contains("repeat")
            {
                if let start = open.popLast() ?? nil { result.functions.append(start..<number + 1) }
            } else if opens(token, index, tokens) {
                let isFunction =
                    functions.contains(token)
                    || token == "{" && (isShellFunction || tokens.contains("function"))
                open.append(isFunction ? number : nil)
                result.depth = max(result.depth, open.count)
            }
        }
    }

    private func opens(_ token: String, _ index: Int, _ tokens: [String]) -> Bool {
        guard openers.contains(token) || functions.contains(token) && openers.contains(token) else {
            return false
        }
        if index == 0 { return true }
        guard Self.anywhere.contains(token) else { return false }
        let first = tokens[0]
        if token == "do", Self.loops.contains(first), openers.contains(first) { return false }
        if token != "then" { return true }
        // `elseif … then` goes on with the block of its `if`.
        let condition = tokens[..<index].last { ["if", "elseif", "elif"].contains($0) }
        return condition != "elseif" && condition != "elif"
    }

    /// Words and braces that stand alone.
    private static func tokens(_ line: [UInt8]) -> [String] {
        line.split { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ";") }.flatMap { piece -> [String] in
            if piece.elementsEqual([UInt8(ascii: "{")]) { return ["{"] }
            if piece.elementsEqual([UInt8(ascii: "}")]) { return ["}"] }
            return Words.of(piece)
        }
    }
}
