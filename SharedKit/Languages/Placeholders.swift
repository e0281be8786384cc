/// Names in braces within a text: the innermost, so that one may stand in what another encloses.
enum Placeholders {
    /// The text with every placeholder that has a value replaced by it; values are not looked into.
    static func fill(_ text: String, _ value: (Substring) -> String?) -> String {
        var filled = ""
        var done = text.startIndex
        each(in: text) { whole, name in
            guard let value = value(name) else { return }
            filled += text[done..<whole.lowerBound]
            filled += value
            done = whole.upperBound
        }
        return done == text.startIndex ? text : filled + text[done...]
    }

    /// The names, in order.
    static func names(in text: String) -> [Substring] {
        var names: [Substring] = []
        each(in: text) { names.append($1) }
        return names
    }

    private static func each(in text: String, _ body: (Range<String.Index>, Substring) -> Void) {
        let bytes = text.utf8
        var open: String.Index?
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "{"): open = index
            case UInt8(ascii: "}"):
                guard let start = open else { continue }
                open = nil
                body(start..<bytes.index(after: index), text[bytes.index(after: start)..<index])
            default: break
            }
        }
    }
}
