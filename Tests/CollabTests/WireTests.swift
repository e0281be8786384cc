import CollabService
import Contracts
import SystemKit
import TestSupport
import Testing

@Suite("What goes over the wire and into the log", .tags(.small))
struct WireTests {
    /// Made by Yjs 13.5.43: text with surrogate pairs, a map of every kind of value, nested types, formats,
    /// XML.
    static let updates = [
        "01010100040101740b68c3a96c6c6f20f09fa68900", "000101010102",
        "010101082801016d016b017601016175067d017c402000007e787701787402010200", "010101092301016d0162010900",
        "0104010a070101610187010a020400010b02696e88010b017b42a674e79c5fe40000",
        "0102010f46010004626f6c640474727565c60103010404626f6c64046e756c6c00",
        "0101011145010f097b22696d67223a317d00",
        "010101120701017803017000", "010101132800011201630177016400",
    ].map(bytes)
    static let state = bytes(
        "010f010004010174016881010002840102016c840103066f20f09fa6892801016d016b017601016175067d017c402000007e"
            + "787701787402"
            + "01022301016d01620109070101610187010a020400010b02696e88010b017b42a674e79c5fe40046010004626f6c"
            + "640474727565c60103"
            + "010404626f6c64046e756c6c45010f097b22696d67223a317d07010178030170280001120163017701640101010102"
    )

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test("updates of Yjs add up to its state vector and delete set")
    func scan() throws {
        var structs = ClockSet()
        var deletes = ClockSet()
        for update in Self.updates {
            let scan = try UpdateScan(update[...])
            structs.formUnion(scan.structs)
            deletes.formUnion(scan.deletes)
        }
        #expect(structs.stateVector == Self.bytes("010114"))
        #expect(deletes.deleteSet == Self.bytes("0101010102"))
        let whole = try UpdateScan(Self.state[...])
        #expect(whole.structs == structs)
        #expect(whole.deletes == deletes)
    }

    @Test("every update that is cut short is refused, none is misread")
    func truncation() {
        for update in Self.updates + [Self.state] {
            for count in 0..<update.count {
                #expect(throws: ProtocolFault.self) { try UpdateScan(update.prefix(count)) }
            }
            #expect(throws: ProtocolFault.self) { try UpdateScan((update + [0])[...]) }
        }
    }

    @Test("no bytes make the scan trap", arguments: 0..<8)
    func noise(seed: UInt64) {
        var random = Seeded(state: seed &* 0x9E37_79B9 &+ 1)
        for _ in 0..<4000 {
            var update = Self.state
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                update[Int.random(in: 0..<update.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            do { _ = try UpdateScan(update[...]) } catch { #expect(!error.detail.isEmpty) }
        }
    }

    @Test("clock sets agree with plain sets", arguments: 0..<8)
    func clockSets(seed: UInt64) {
        var random = Seeded(state: seed &+ 77)
        var ranges = ClockSet()
        var plain: Set<UInt64> = []
        for _ in 0..<400 {
            let start = UInt64.random(in: 0..<200, using: &random)
            let range = start..<start + UInt64.random(in: 1...9, using: &random)
            var one = ClockSet()
            one.insert(5, range)
            #expect(ranges.contains(one) == plain.isSuperset(of: range))
            ranges.insert(5, range)
            plain.formUnion(range)
            #expect(ranges.contains(one))
            let end = UInt64((0...).first { !plain.contains(UInt64($0)) } ?? 0)
            var writer: [UInt8] = [1, 5]
            writer += end < 128 ? [UInt8(end)] : [UInt8(end & 127 | 128), UInt8(end >> 7)]
            #expect(ranges.stateVector == (end == 0 ? [0] : writer))
        }
    }

    @Test("a log cut anywhere keeps every whole record before the cut")
    func tornTail() throws {
        let author = try Identity.tester().userID
        let records = Self.updates.map {
            LogRecord(at: Timestamp(milliseconds: 7), author: author, update: $0)
        }
        let log = records.flatMap(\.encoded)
        let ends = records.indices.map { records[...$0].reduce(0) { $0 + $1.encoded.count } }
        for count in 0...log.count {
            let (kept, valid) = LogRecord.read(Array(log.prefix(count)))
            let whole = ends.count { $0 <= count }
            #expect(kept == Array(records.prefix(whole)))
            #expect(valid == (whole == 0 ? 0 : ends[whole - 1]))
        }
        for position in stride(from: 0, to: log.count, by: 7) {
            var flipped = log
            flipped[position] ^= 0x10
            let whole = ends.count { $0 <= position }
            #expect(LogRecord.read(flipped).records == Array(records.prefix(whole)))
        }
    }

    @Test("awareness keeps to the owner's word, and lets a client come back")
    func awareness() throws {
        var room = Awareness()
        func update(_ client: UInt8, _ clock: UInt8, _ state: String) -> ArraySlice<UInt8> {
            ([1, client, clock, UInt8(state.utf8.count)] + Array(state.utf8))[...]
        }
        #expect(try room.apply(update(9, 1, "{}"), from: 1) == Array(update(9, 1, "{}")))
        #expect(try room.apply(update(9, 1, "{}"), from: 1) == nil)
        #expect(try room.apply(update(9, 5, "null"), from: 2) == nil)
        #expect(try room.apply(update(9, 2, "[1]"), from: 1) == Array(update(9, 2, "[1]")))
        #expect(room.clients(of: 1) == [9])
        #expect(room.leave(1) == Array(update(9, 2, "null")))
        #expect(room.all == nil)
        #expect(try room.apply(update(9, 2, "[2]"), from: 3) == Array(update(9, 3, "[2]")))
        #expect(throws: ProtocolFault.self) {
            for client in UInt8(20)...24 { _ = try room.apply(update(client, 1, "{}"), from: 3) }
        }
    }
}

/// A generator that gives the same numbers for the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
