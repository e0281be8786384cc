import CRDTCore

/// The script: which operation, where and with what follow from the seed alone; `crdt_wasm.cjs` has its twin.
///
/// Everything the engine answers goes to `stream`: a byte for success or the fault, then the bytes.
struct ScriptRun {
    private static let words = ["a", "bc", "héé", "😀", "日本", "x😀y", "\n", "some longer text "]
        .map { Array($0.utf8) }
    private static let longestText = 20_000
    private static let deliveredAtOnce = 20

    private var state: UInt32
    private let replicas = [Replica(client: 7), Replica(client: 9_007_199_254_740_990)]
    private var queues: [[[UInt8]]] = [[], []]
    private var operation = 0
    private(set) var stream: [UInt8] = []

    init(seed: UInt32) { state = seed }

    /// xorshift32: easy to write alike in JavaScript.
    private mutating func random(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return Int(state % UInt32(bound))
    }

    mutating func step() {
        let who = random(2)
        operation += 1
        let length = replicas[who].length
        let kind = random(16)
        let start = random(length + 1)
        let end = min(length, start + random(8))
        let word = Self.words[random(Self.words.count)]
        if operation % 4096 == 0 { return inspect(who) }
        if length > Self.longestText { return edit(who, start..<length, []) }
        switch kind {
        case 0...7: edit(who, start..<start, word)
        case 8: edit(who, length..<length, word)
        case 9...12: edit(who, start..<end, [])
        case 13, 14: edit(who, start..<end, word)
        default: deliver(to: who)
        }
    }

    /// Replaces `range` by `word`, with the plainest call that does it.
    private mutating func edit(_ who: Int, _ range: Range<Int>, _ word: [UInt8]) {
        do throws(EditFault) {
            let replica = replicas[who]
            let update =
                if word.isEmpty {
                    try replica.delete(range)
                } else if range.isEmpty {
                    try replica.insert(word, at: range.lowerBound)
                } else {
                    try replica.replace(range, with: word)
                }
            stream.append(0)
            stream += update
            if !update.isEmpty { queues[1 - who].append(update) }
        } catch {
            stream.append(error == .splitsCharacter ? 2 : 1)
        }
    }

    private mutating func deliver(to who: Int) {
        let count = min(queues[who].count, Self.deliveredAtOnce)
        for update in queues[who][..<count] { apply(update, to: who) }
        queues[who].removeFirst(count)
    }

    private mutating func apply(_ update: [UInt8], to who: Int) {
        do {
            stream += try replicas[who].applyEncoding(update)
        } catch {
            stream.append(0xFF)
        }
    }

    /// What only now and then is asked for, because it costs as much as the document is long.
    private mutating func inspect(_ who: Int) {
        stream += replicas[who].stateVector
        do {
            stream += try replicas[1 - who].full(since: replicas[who].stateVector)
        } catch {
            stream.append(0xFF)
        }
    }

    /// Delivers what is queued and adds the final states.
    mutating func finish() {
        for who in 0...1 { while !queues[who].isEmpty { deliver(to: who) } }
        for replica in replicas {
            stream += replica.text
            stream += replica.full
        }
    }
}
