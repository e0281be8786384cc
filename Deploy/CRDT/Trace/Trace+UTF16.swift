extension Trace {
    /// The client id of the golden logs, a 32-bit one as Yjs 13 draws them.
    static let client: UInt64 = 3_000_000_007

    /// The trace with its positions in UTF-16.
    /// - Throws: `BadFile` for a position behind the end, or for a concurrent trace beyond U+FFFF.
    func inUTF16(_ path: String) throws(BadFile) -> Trace {
        guard hasSurrogates else { return self }
        guard !isConcurrent else {
            throw BadFile(path: path, problem: "concurrent and with characters beyond U+FFFF: not supported")
        }
        var converted = self
        var text = CodePoints(startContent)
        for index in patches.indices {
            guard let patch = text.convert(patches[index], text: self.text) else {
                throw BadFile(path: path, problem: "patch \(index) lies behind the end of the text")
            }
            converted.patches[index] = patch
        }
        return converted
    }
}
