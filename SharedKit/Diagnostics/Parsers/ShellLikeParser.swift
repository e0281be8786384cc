internal import Contracts

/// lua (`luac: path:line: message near 'token'`) and bash (`path: line n: message`).
enum ShellLikeParser {
    static func parse(_ lines: [String], _ format: DiagnosticsFormat, _ reading: inout Reading) {
        for line in lines {
            let isTaken = format == .lua ? addLua(line, &reading) : addBash(line, &reading)
            if !isTaken { reading.leave(line) }
        }
    }

    private static func addLua(_ line: String, _ reading: inout Reading) -> Bool {
        let behindProgram = line.firstRange(of: ": ").map { line[$0.upperBound...] }
        for candidate in [behindProgram, line[...]] {
            guard let located = candidate.flatMap({ LocatedLine($0) }),
                let file = reading.sources.file(located.path)
            else { continue }
            reading.add(
                .error, located.text, path: file.path,
                range: NamedPlace.range(in: located.text, file.text, line: located.line))
            return true
        }
        return false
    }

    private static func addBash(_ line: String, _ reading: inout Reading) -> Bool {
        guard let word = line.firstRange(of: ": line "),
            let file = reading.sources.file(line[..<word.lowerBound])
        else {
            return false
        }
        let digits = line[word.upperBound...].prefix { $0.isNumber }
        let rest = line[digits.endIndex...]
        guard let number = Int(digits), rest.hasPrefix(": ") else { return false }
        let message = rest.dropFirst(2)
        // The second line only repeats the source in quotes.
        if message.hasPrefix("`"), message.hasSuffix("'"), !reading.outcome.diagnostics.isEmpty {
            return true
        }
        reading.add(
            .error, message, path: file.path, range: NamedPlace.range(in: message, file.text, line: number))
        return true
    }
}
