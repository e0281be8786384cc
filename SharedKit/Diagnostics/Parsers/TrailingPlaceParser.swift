internal import Contracts

/// Tools that name the place behind the message: php (`… in path on line n`) and perl (`… at path line n,
/// near "…"`).
enum TrailingPlaceParser {
    static func parse(_ lines: [String], _ format: DiagnosticsFormat, _ reading: inout Reading) {
        for line in lines {
            let isTaken = format == .php ? addPHP(line, &reading) : addPerl(line, &reading)
            if !isTaken && !isSummary(line, format) { reading.leave(line) }
        }
    }

    private static func addPHP(_ line: String, _ reading: inout Reading) -> Bool {
        let line = line.hasPrefix("PHP ") ? line.dropFirst(4).drop { $0 == " " } : line[...]
        guard let colon = line.firstRange(of: ": "), let on = line.ranges(of: " on line ").last,
            let place = line[..<on.lowerBound].ranges(of: " in ").last,
            let number = Int(line[on.upperBound...].prefix { $0.isNumber }),
            let file = reading.sources.file(line[place.upperBound..<on.lowerBound])
        else { return false }
        let kind = String(line[..<colon.lowerBound])
        let message = line[colon.upperBound..<place.lowerBound].trimmed
        let isError = kind.hasSuffix("error")
        reading.add(
            isError ? .error : .warning, message, code: kind, path: file.path,
            range: NamedPlace.range(in: message, file.text, line: number))
        return true
    }

    private static func addPerl(_ line: String, _ reading: inout Reading) -> Bool {
        for at in line.ranges(of: " at ").reversed() {
            guard let word = line[at.upperBound...].firstRange(of: " line "),
                let file = reading.sources.file(line[at.upperBound..<word.lowerBound])
            else { continue }
            let digits = line[word.upperBound...].prefix { $0.isNumber }
            guard let number = Int(digits) else { continue }
            let behind = line[digits.endIndex...].prefix { $0 != "\n" }
            let near = behind.hasPrefix(", near ") ? String(behind) : ""
            let message = line[..<at.lowerBound] + (near.hasSuffix(".") ? near.dropLast() : near[...])
            reading.add(
                isPerlError(message) ? .error : .warning, message, path: file.path,
                range: NamedPlace.range(in: message, file.text, line: number))
            return true
        }
        return false
    }

    /// Perl marks neither; warnings of the compile phase are few and begin with known words.
    private static func isPerlError(_ message: some StringProtocol) -> Bool {
        let warnings = [
            "Useless use", "Name \"", "Use of ", "Scalar value", "\"my\" variable", "\"our\" variable",
            "Subroutine ",
            "Found = in", "Possible ", "Statement unlikely", "Unquoted string", "Deep recursion", "Applying ",
            "Prototype mismatch", "Odd number", "Reference found", "Hexadecimal", "Integer overflow",
            "Misplaced _",
            "Parentheses missing", "Quantifier unexpected", "Redundant ", "Unused ", "Variable \"",
        ]
        return !warnings.contains { message.hasPrefix($0) } || message.contains("is not imported")
    }

    private static func isSummary(_ line: String, _ format: DiagnosticsFormat) -> Bool {
        line.hasPrefix("Errors parsing ") || line.hasPrefix("No syntax errors")
            || line.hasSuffix("had compilation errors.")
            || line.hasSuffix(" syntax OK") || line.hasPrefix("Execution of ")
            || line.hasPrefix("BEGIN failed")
    }
}
