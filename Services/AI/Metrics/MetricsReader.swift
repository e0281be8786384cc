internal import Contracts

/// Counts lines, functions, branches and depth of a source in any described language.
enum MetricsReader {
    static func metrics(of file: SourceFile, in language: Language) -> FileMetrics {
        let code = CodeText(file.content, language.syntax)
        let branches = BranchCounter(language.syntax.branches)
        let blocks: BlockReader.Result =
            switch language.syntax.blocks {
            case .braces: BlockReader.braces(code, language.syntax)
            case .indentation: BlockReader.indentation(code, language.syntax)
            case .end: BlockReader.words(code, language.syntax)
            }
        let longest = blocks.functions.max { $0.count < $1.count }
        return .with {
            $0.path = file.path
            $0.language = language.id
            $0.lines = code.kinds.count
            $0.codeLines = code.kinds.count { $0 == .code }
            $0.commentLines = code.kinds.count { $0 == .comment }
            $0.blankLines = code.kinds.count { $0 == .blank }
            $0.functions = blocks.functions.count
            $0.longestFunctionLines = longest?.count ?? 0
            $0.longestFunctionStart = longest.map { $0.lowerBound + 1 }
            $0.complexity =
                max(1, blocks.functions.count) + code.lines.reduce(0) { $0 + branches.count(in: $1) }
            $0.nesting = blocks.depth
        }
    }
}

/// Words of a line of code.
enum Words {
    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }

    static func of(_ line: some Collection<UInt8>) -> [String] {
        line.split { !isWord($0) }.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Counts what adds a path through a function.
struct BranchCounter {
    private let words: Set<String>
    private let operators: [[UInt8]]

    init(_ branches: [String]) {
        words = Set(branches.filter { $0.utf8.allSatisfy(Words.isWord) })
        operators = branches.filter { !$0.utf8.allSatisfy(Words.isWord) }.map { Array($0.utf8) }
            .sorted { $0.count > $1.count }
    }

    func count(in line: [UInt8]) -> Int {
        var count = words.isEmpty ? 0 : Words.of(line).count { words.contains($0) }
        var offset = 0
        while offset < line.count {
            guard let match = operators.first(where: { isHere($0, line, offset) }) else {
                offset += 1
                continue
            }
            count += 1
            offset += match.count
        }
        return count
    }

    /// A lone `?` is a choice only between blanks; otherwise it belongs to a type or an optional chain.
    private func isHere(_ wanted: [UInt8], _ line: [UInt8], _ offset: Int) -> Bool {
        guard line.count - offset >= wanted.count, line[offset..<offset + wanted.count].elementsEqual(wanted)
        else {
            return false
        }
        guard wanted == [UInt8(ascii: "?")] else { return true }
        let isAfterBlank = offset > 0 && line[offset - 1] == 0x20
        let isBeforeBlank = offset + 1 < line.count && line[offset + 1] == 0x20
        return isAfterBlank && isBeforeBlank
    }
}
