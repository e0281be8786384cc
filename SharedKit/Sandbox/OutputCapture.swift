/// Keeps the first bytes of a stream and counts the rest.
struct OutputCapture {
    private(set) var captured = CapturedOutput()
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes what was read; returns the part that fits below the limit.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let fitting = Array(bytes.prefix(limit - captured.bytes.count))
        captured.bytes += fitting
        captured.totalBytes += bytes.count
        if fitting.count < bytes.count { captured.isTruncated = true }
        return fitting
    }
}
