/// What the peer says a session ends with.
struct FuzzTruth {
    let converged: Bool
    let text: [UInt8]
    let stateVector: [UInt8]
    let full: [UInt8]
    let halfVector: [UInt8]
    let diff: [UInt8]
    let merged: [UInt8]
    /// What the peer's clients still sent while they took in the rest.
    let late: [[UInt8]]
    /// What each update made a document emit; empty for nothing.
    let emitted: [[UInt8]]

    /// Takes the parts of a `finish` from `answer`; nil when there are too few.
    init?(_ answer: inout ArraySlice<[UInt8]>) {
        guard answer.count >= 8, let count = Int(String(decoding: answer[7], as: UTF8.self)),
            answer.count >= 8 + count
        else { return nil }
        converged = answer[0] == [UInt8(ascii: "1")]
        (text, stateVector, full) = (answer[1], answer[2], answer[3])
        (halfVector, diff, merged) = (answer[4], answer[5], answer[6])
        late = Array(answer[8..<8 + count])
        emitted = Array(answer[(8 + count)...])
    }

    /// The clocks by client, in whatever order they are written.
    static func vector(_ bytes: [UInt8]) -> [UInt64: UInt64]? {
        var offset = 0
        func number() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 63, by: 7) {
                guard offset < bytes.count else { return nil }
                offset += 1
                value |= UInt64(bytes[offset - 1] & 0x7F) << shift
                if bytes[offset - 1] < 0x80 { return value }
            }
            return nil
        }
        guard let count = number(), count <= bytes.count else { return nil }
        var clocks: [UInt64: UInt64] = [:]
        for _ in 0..<count {
            guard let client = number(), let clock = number() else { return nil }
            if clock > 0 { clocks[client] = clock }
        }
        return offset == bytes.count ? clocks : nil
    }
}

/// What was compared and what differed.
struct FuzzTally {
    var seed: UInt64 = 0
    var flavour = ""
    var updates = 0
    private(set) var comparisons = 0
    private(set) var differences: [String] = []
    /// Of the first difference in bytes: what is worth a file.
    private(set) var evidence: [(name: String, bytes: [UInt8])] = []

    mutating func check(_ holds: Bool, _ name: String) {
        comparisons += 1
        if !holds { differences.append(name) }
    }

    /// The same for bytes; those that differ are kept, with what led to them.
    mutating func check(_ holds: Bool, _ name: String, ours: [UInt8], theirs: [UInt8], order: [[UInt8]]) {
        check(holds, name)
        guard !holds, evidence.isEmpty else { return }
        evidence = [("ours", ours), ("theirs", theirs), ("log", order.framed)]
    }

    mutating func fail(_ problem: String) { differences.append(problem) }
}
