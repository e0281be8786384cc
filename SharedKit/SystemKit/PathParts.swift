extension String {
    /// What stands between the slashes of a path, empty parts left out.
    ///
    /// A slash is a byte: with a combining mark behind it, Swift takes both for one character, which is none.
    package var pathParts: [String] { parts(omittingEmpty: true) }

    /// The same with the empty parts, which a plain path does not have.
    package var allPathParts: [String] { parts(omittingEmpty: false) }

    /// What a path names its last part in (dirname(3)): `/` for what lies there, `.` without any slash.
    package var directoryPart: String {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == utf8.startIndex ? "/" : String(self[..<slash])
    }

    private func parts(omittingEmpty isBrief: Bool) -> [String] {
        utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: isBrief).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
