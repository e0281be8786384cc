internal import Contracts

/// What linkers say: they know symbols and objects, seldom lines, so the symbol is looked up in the sources.
enum LinkerParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        for line in lines {
            if let symbol = symbol(in: line, behind: "undefined reference to ") {
                report("undefined reference to '\(symbol)'", symbol, line, &reading)
            } else if let symbol = symbol(in: line, behind: "multiple definition of ") {
                report("multiple definition of '\(symbol)'", symbol, line, &reading)
            } else if let symbol = symbol(in: line, behind: "undefined symbol: ") {
                report("undefined symbol '\(symbol)'", symbol, line, &reading)
            } else {
                reading.leave(line)
            }
        }
    }

    private static func symbol(in line: String, behind words: String) -> String? {
        guard let match = line.firstRange(of: words) else { return nil }
        let rest = line[match.upperBound...].drop { "`'\"".contains($0) }
        let symbol = rest.prefix { !"`'\"".contains($0) }
        return symbol.isEmpty ? nil : String(symbol)
    }

    private static func report(_ message: String, _ symbol: String, _ line: String, _ reading: inout Reading)
    {
        let word =
            symbol.split { $0 == "(" || $0 == ":" || $0 == " " }.first { !$0.isEmpty }.map(String.init)
            ?? symbol
        let place = reading.sources.firstPlace(of: word)
        reading.add(.error, message, path: place?.path, range: place?.range, tool: "ld")
    }
}
