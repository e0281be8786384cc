internal import Contracts

/// `tsc --pretty false`: `path(line,column): error TS2322: message`, details indented below.
enum TypeScriptParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        for line in lines {
            if line.hasPrefix("  ") {
                reading.extendLast(line)
            } else if let close = line.firstRange(of: "): ") {
                add(line[..<close.lowerBound], line[close.upperBound...], line, &reading)
            } else if line.hasPrefix("error TS") {
                let (code, message) = split(line.dropFirst(6))
                reading.add(.error, message, code: code)
            } else {
                reading.leave(line)
            }
        }
    }

    private static func add(_ place: Substring, _ said: Substring, _ line: String, _ reading: inout Reading) {
        let pieces = place.split(separator: "(")
        let numbers = (pieces.last ?? "").split(separator: ",").compactMap { Int($0) }
        guard pieces.count == 2, numbers.count == 2, let file = reading.sources.file(pieces[0]) else {
            return reading.leave(line)
        }
        let isWarning = said.hasPrefix("warning ")
        let (code, message) = split(said.drop { $0 != "T" })
        let start = file.text.offset(line: numbers[0], column: numbers[1], in: .utf16)
        reading.add(
            isWarning ? .warning : .error, message, code: code, path: file.path,
            range: file.text.word(at: start))
    }

    private static func split(_ text: Substring) -> (String?, Substring) {
        guard let colon = text.firstRange(of: ": ") else { return (nil, text) }
        return (String(text[..<colon.lowerBound]), text[colon.upperBound...])
    }
}
