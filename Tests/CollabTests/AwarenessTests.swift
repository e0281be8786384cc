import CollabService
import Contracts
import TestSupport
import Testing

@Suite("Awareness", .tags(.small))
struct AwarenessTests {
    private func update(_ client: UInt8, _ clock: UInt8, _ state: String) -> ArraySlice<UInt8> {
        precondition(state.utf8.count < 128)
        return ([1, client, clock, UInt8(state.utf8.count)] + Array(state.utf8))[...]
    }

    private let ada: Identity
    private let eve: Identity

    init() throws {
        ada = try .tester("Ada")
        eve = try .tester("Eve")
    }

    private func told(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    @Test("keeps to the owner's word, drops what everybody repeats, and lets a client come back")
    func ownership() throws {
        var room = Awareness()
        try room.apply(update(9, 1, "[1]"), from: 1, ada)
        #expect(room.takeNews() == Array(update(9, 1, "[1]")))
        try room.apply(update(9, 1, "[1]"), from: 1, ada)
        try room.apply(update(9, 1, "[1]"), from: 2, eve)
        try room.apply(update(9, 5, "null"), from: 2, eve)
        try room.apply(update(9, 6, "[6]"), from: 2, eve)
        #expect(!room.hasNews)
        try room.apply(update(9, 2, "[2]"), from: 1, ada)
        try room.apply(update(9, 3, "[3]"), from: 1, ada)
        #expect(room.takeNews() == Array(update(9, 3, "[3]")), "the latest wins")
        #expect(room.clients(of: 1) == [9])
        room.leave(1)
        #expect(room.takeNews() == Array(update(9, 3, "null")), "a ghost is gone, its clock unchanged")
        #expect(room.all == nil)
        try room.apply(update(9, 3, "[3]"), from: 3, ada)
        #expect(room.takeNews() == Array(update(9, 4, "[3]")), "who comes back gets a new clock")
    }

    @Test("the first word of a client counts with any clock")
    func firstWord() throws {
        var room = Awareness()
        try room.apply(update(7, 0, "[]"), from: 1, ada)
        #expect(room.takeNews() == Array(update(7, 0, "[]")))
        try room.apply(update(8, 3, "null"), from: 1, ada)
        #expect(!room.hasNews)
    }

    @Test("nobody is who they say, but who they are")
    func identity() throws {
        var room = Awareness()
        try room.apply(update(1, 1, #"{"user":{"name":"Root","color":"red"},"cursor":3}"#), from: 1, ada)
        let news = told(room.takeNews())
        #expect(news.contains(#""name":"Ada""#) && news.contains(ada.userID.text))
        #expect(news.contains(#""color":"red""#) && news.contains(#""cursor":3"#) && !news.contains("Root"))
        try room.apply(update(2, 1, "{}"), from: 2, eve)
        #expect(told(room.takeNews()).contains(#""name":"Eve""#))
        try room.apply(update(3, 1, #"{"user":"#), from: 2, eve)
        #expect(!room.hasNews, "what is no JSON is told to nobody")
    }

    @Test("too many ids, too large a state, and what is cut short end the connection")
    func limits() throws {
        var room = Awareness()
        for client in UInt8(20)...23 { try room.apply(update(client, 1, "[]"), from: 3, ada) }
        #expect(throws: ProtocolFault.self) { try room.apply(update(24, 1, "[]"), from: 3, ada) }
        let huge = [UInt8](repeating: 0x20, count: 20_000)
        #expect(throws: ProtocolFault.self) {
            try room.apply([1, 30, 1, 0xA0, 0x9C, 1][...] + huge[...], from: 4, ada)
        }
        let whole = update(31, 1, #"{"a":1}"#)
        for count in 0..<whole.count {
            #expect(throws: ProtocolFault.self) { try room.apply(whole.prefix(count), from: 5, ada) }
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
