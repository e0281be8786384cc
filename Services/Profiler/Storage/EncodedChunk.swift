internal import Contracts

/// A chunk on its way into the database.
struct EncodedChunk: Sendable {
    let firstAt: Int
    let lastAt: Int
    let samples: Int
    let bytes: [UInt8]

    /// The chunk's samples as bytes; nil when it is empty.
    init?(_ chunk: inout SampleChunk) {
        guard chunk.count > 0 else { return nil }
        firstAt = chunk.firstAt
        lastAt = chunk.lastAt
        samples = chunk.count
        bytes = Array(chunk.encode())
    }

    /// All of `samples` in as many chunks as it takes.
    static func all(_ samples: [UsageSample]) -> [EncodedChunk] {
        var chunk = SampleChunk(capacity: Limits.chunkSamples)
        var encoded: [EncodedChunk] = []
        for sample in samples {
            chunk.append(sample)
            if chunk.isFull {
                if let full = EncodedChunk(&chunk) { encoded.append(full) }
                chunk.removeAll()
            }
        }
        if let rest = EncodedChunk(&chunk) { encoded.append(rest) }
        return encoded
    }
}
