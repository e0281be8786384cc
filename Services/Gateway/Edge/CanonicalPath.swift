package import Contracts

/// Refuses targets that two programs could understand differently: routes match what everybody reads alike.
package enum CanonicalPath {
    /// The problem with a request target, or nil.
    package static func problem(with target: String) -> Problem? {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        if let rule = brokenRule(Array(path)) {
            return ambiguous(rule)
        }
        let query = target.utf8.dropFirst(path.count)
        if hasBrokenTriplet(Array(query)) {
            return Problem(.malformedRequest, "the query has a broken % triplet")
        }
        return nil
    }

    /// The problem with an encoded slash or percent sign, or nil.
    ///
    /// Only in the rest of a path (`{path*}`) they may stand: that is the name of a file, decoded once, by
    /// its service. Without a route nothing is such a rest.
    package static func problem(withEncodedSlashIn target: String, of route: Route?) -> Problem? {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let rest = route.flatMap { $0.path.hasSuffix("*}") ? $0.segments.count - 1 : nil }
        for segment in segments.prefix(rest ?? segments.count) {
            let text = String(decoding: segment, as: UTF8.self).lowercased()
            if text.contains("%2f") { return ambiguous("it contains an encoded slash") }
            if text.contains("%25") { return ambiguous("it contains an encoded percent sign") }
        }
        return nil
    }

    private static func ambiguous(_ rule: String) -> Problem {
        Problem(.malformedRequest, "the path is ambiguous: \(rule)")
    }

    private static func brokenRule(_ path: [UInt8]) -> String? {
        guard path.first == UInt8(ascii: "/") else { return "it must start with a slash" }
        if path.contains(UInt8(ascii: "\\")) { return "it contains a backslash" }
        if hasBrokenTriplet(path) { return "it has a broken % triplet" }
        if let rule = encodedRule(path) { return rule }
        for segment in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            let name = segment.prefix { $0 != UInt8(ascii: ";") }
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) {
                return "it contains a dot segment"
            }
        }
        if path.dropFirst().dropLast().contains(UInt8(ascii: "/")), hasEmptySegment(path) {
            return "it contains an empty segment"
        }
        return path.starts(with: "//".utf8) ? "it starts with two slashes" : nil
    }

    private static func hasEmptySegment(_ path: [UInt8]) -> Bool {
        zip(path, path.dropFirst()).contains { $0 == UInt8(ascii: "/") && $1 == UInt8(ascii: "/") }
    }

    /// Encoded characters that would change what the path means once decoded.
    private static func encodedRule(_ path: [UInt8]) -> String? {
        var rest = path[...]
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            switch String(decoding: path[(percent + 1)...(percent + 2)], as: UTF8.self).lowercased() {
            case "5c": return "it contains an encoded backslash"
            case "00": return "it contains an encoded NUL"
            case "2e": return "it contains an encoded dot"
            case let code where code.first == "0" || code.first == "1" || code == "7f":
                return "it contains an encoded control character"
            default: rest = path[(percent + 3)...]
            }
        }
        return nil
    }

    private static func hasBrokenTriplet(_ text: [UInt8]) -> Bool {
        text.indices.contains { index in
            guard text[index] == UInt8(ascii: "%") else { return false }
            return index + 2 >= text.count || !isHex(text[index + 1]) || !isHex(text[index + 2])
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
