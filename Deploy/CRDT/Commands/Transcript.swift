import ArgumentParser
import CRDTCore

/// `crdt transcript`: does what a file says with documents and prints a digest of the answers of each case,
/// so that another build of the engine can be compared on any input, bad ones included.
struct Transcript: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a transcript of calls and prints a digest of each case's answers.",
        usage: "crdt transcript calls.bin")

    @Argument(help: "Calls, as Tests/Fuzz/webassembly.mjs writes them.") var file: String

    func run() throws {
        try Ending.naming {
            let bytes = try GzipFile.read(file)
            var run = TranscriptRun()
            var offset = 0
            while offset < bytes.count {
                guard let call = TranscriptCall(bytes, at: &offset) else {
                    throw BadFile(path: file, problem: "the call at byte \(offset) is cut or unknown")
                }
                run.perform(call)
            }
            run.endCase()
            Console.say(run.digests.joined(separator: "\n"))
        }
    }
}

/// One call: what, two numbers, and bytes.
struct TranscriptCall {
    enum Kind: UInt8 {
        case base, new, apply, observe, diff, vector, text, replace, anchor, resolve, merge, track, close
        case undo, redo
    }

    let kind: Kind
    let first: Int
    let second: Int
    let bytes: [UInt8]

    /// Reads (kind, two 32-bit little-endian numbers, 32-bit length, bytes); nil when that is cut.
    init?(_ file: [UInt8], at offset: inout Int) {
        guard offset + 13 <= file.count, let kind = Kind(rawValue: file[offset]) else { return nil }
        self.kind = kind
        first = Int(Self.word(file, offset + 1))
        second = Int(Self.word(file, offset + 5))
        let count = Int(Self.word(file, offset + 9))
        guard count >= 0, count <= file.count - offset - 13 else { return nil }
        bytes = Array(file[offset + 13..<offset + 13 + count])
        offset += 13 + count
    }

    /// The bytes as (32-bit length, update) one behind the other.
    var updates: [[UInt8]] {
        var updates: [[UInt8]] = []
        var offset = 0
        while offset + 4 <= bytes.count {
            let end = min(offset + 4 + Int(Self.word(bytes, offset)), bytes.count)
            updates.append(Array(bytes[offset + 4..<end]))
            offset = end
        }
        return updates
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> Int32 {
        Int32(truncatingIfNeeded: bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) })
    }
}
