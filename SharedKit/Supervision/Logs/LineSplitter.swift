/// Cuts a stream of bytes into lines of bounded length.
package struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private var isSkipping = false
    private let limit: Int

    /// Lines longer than `limit` bytes lose their end.
    package init(limit: Int = SupervisionLimits.logLineBytes) {
        precondition(limit > 0, "a line has room for something")
        self.limit = limit
    }

    /// The lines completed by `bytes`, without their line ends.
    package mutating func take(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(rest)
                rest = []
                isSkipping = false
            } else if rest.count < limit {
                rest.append(byte)
            } else {
                isSkipping = true
            }
        }
        return lines
    }

    /// What came after the last line end, at the end of the stream.
    package mutating func finish() -> [UInt8]? {
        defer { rest = [] }
        return rest.isEmpty ? nil : rest
    }
}
