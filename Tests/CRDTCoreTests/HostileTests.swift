import CRDTCore
import Testing

@Suite("hostile input") struct HostileTests {
    /// `1` block, `1` struct, a client, a clock.
    private static let head: [UInt8] = [1, 1, 9, 0]

    @Test(
        "is refused with the right fault",
        arguments: [
            ([], UpdateFault.truncated), ([0], .truncated), ([0, 0, 0], .malformed), ([5, 0], .truncated),
            ([1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 9, 0], .truncated),
            ([1, 1, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 2, 0], .clockOverflow),
            ([1, 1, 9, 0xFD, 0xFF, 0xFF, 0xFF, 0x0F, 0, 9, 0], .clockOverflow),
            (head + [0, 0, 0], .malformed), (head + [11, 1, 0], .malformed),
            (head + [4, 1, 1, 0x74, 0, 0], .malformed), (head + [4, 2, 1, 0x74, 1, 0x61, 0], .malformed),
            (head + [4, 1, 1, 0x74, 9, 0x61, 0], .truncated), (head + [7, 1, 1, 0x74, 7, 0], .malformed),
            (head + [0x84, 9, 0, 1, 0x61, 0], .malformed), (head + [8, 1, 1, 0x74, 1, 99, 0], .malformed),
            ([0, 1, 9, 1, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .clockOverflow),
            ([0, 1, 9, 0x80, 0x80, 0x80, 0x80, 8, 0], .truncated),
        ]
    )
    func faults(update: [UInt8], fault: UpdateFault) {
        var document = Document(client: 1)
        #expect(throws: fault) { try document.take(update) }
        #expect(throws: fault) { try UpdateTool.merge([update]) }
    }

    @Test("values may be nested to the limit and no deeper")
    func depth() throws {
        let shallow = HostileTests.head + [8, 1, 1, 0x74, 1] + [UInt8](repeating: 117, count: 1)
        for (levels, fits) in [(Limits.anyDepth, true), (Limits.anyDepth + 1, false), (1_000_000, false)] {
            let nested = (1..<levels).flatMap { _ in [1, 117] as [UInt8] }
            let update = shallow + nested + [0, 0]
            var document = Document(client: 1)
            if fits {
                _ = try document.take(update)
            } else {
                #expect(throws: UpdateFault.tooDeep) { try document.take(update) }
            }
        }
    }

    @Test("a hundred thousand clients are taken, more are not")
    func manyClients() throws {
        for (count, fits) in [(Limits.clients, true), (Limits.clients + 1, false)] {
            var update = varUint(UInt64(count))
            for client in 0..<count { update += [1] + varUint(UInt64(client)) + [0, 4, 1, 1, 0x74, 1, 0x61] }
            update.append(0)
            var document = Document(client: 1)
            if fits {
                _ = try document.take(update)
                let units = document.utf16Count(document.root(named: "t"))
                #expect(units == count)
            } else {
                #expect(throws: UpdateFault.tooManyClients) { try document.take(update) }
            }
        }
    }

    @Test("clients that come one after the other have the same limit, and the state stays readable")
    func clientsOneByOne() throws {
        var update = varUint(UInt64(Limits.clients - 1))
        for client in 1..<Limits.clients { update += [1] + varUint(UInt64(client)) + [0, 0, 1] }
        update.append(0)
        var document = Document(client: 1)
        _ = try document.take(update)
        _ = try document.take([1, 1] + varUint(200_000) + [0, 0, 1, 0])
        let before = document.encode()
        #expect(throws: UpdateFault.tooManyClients) {
            try document.take([1, 1] + varUint(200_001) + [0, 0, 1, 0])
        }
        let after = document.encode()
        #expect(after == before)
        _ = try document.take([1, 1] + varUint(200_000) + [5, 0, 1, 0])
        let (waits, state) = (document.hasPending, document.encode())
        #expect(waits)
        try UpdateTool.validate(state.span)
    }

    @Test("clocks that were written twice, for two lists, stay where they came first")
    func sameClocksElsewhere() throws {
        var document = Document(client: 1)
        _ = try document.take([1, 1, 9, 0, 4, 1, 1, 0x74, 3, 0x61, 0x62, 0x63, 0])
        let (text, other) = (document.root(named: "t"), document.root(named: "o"))
        _ = try document.insert([0x31].span, at: 0, in: other)
        _ = try document.insert([0x32].span, at: 3, in: text)
        _ = try document.take([1, 1, 9, 0, 4, 1, 1, 0x6F, 5, 0x61, 0x62, 0x63, 0x64, 0x65, 0])
        _ = try document.insert([0x33].span, at: 4, in: text)
        _ = try document.insert([0x34].span, at: 1, in: other)
        let (first, second) = (document.text(text), document.text(other))
        #expect(first.count == 7 && second == [0x31, 0x34])
        var reloaded = Document(client: 2)
        let state = document.encode()
        _ = try reloaded.take(state)
        let again = reloaded.text(reloaded.root(named: "t"))
        #expect(again == first)
    }

    @Test("what waits is bounded, and kept over a state")
    func pending() throws {
        var document = Document(client: 1)
        document.pendingLimit = 10_000
        var refused = 0
        for clock in UInt64(1)...500 {
            let update = [1, 1, 9] + varUint(clock * 2) + [4, 1, 1, 0x74, 1, 0x61, 0]
            do { _ = try document.take(update) } catch UpdateFault.tooMuchPending { refused += 1 }
        }
        #expect(refused > 300)
        #expect(document.pendingBytes <= 10_000)
        var copy = Document(client: 2)
        let outcome = try copy.take(document.encode())
        #expect(outcome.isPending)
        let states = [document.encode(), copy.encode()]
        #expect(states[0] == states[1])
    }

    @Test("broken UTF-8 and cut surrogate pairs become replacement characters")
    func replacement() throws {
        var document = Document(client: 1)
        let broken: [UInt8] = [4, 1, 1, 0x74, 5, 0x61, 0xED, 0xA0, 0x80, 0x62, 0]
        _ = try document.take(HostileTests.head + broken)
        #expect(text(of: &document) == Array("a\u{FFFD}\u{FFFD}\u{FFFD}b".utf8))
        let pair = [1, 1, 8, 0, 4, 1, 1, 0x75, 4] + Array("😀".utf8) + [0]
        _ = try document.take(pair)
        _ = try document.take([0, 1, 8, 1, 1, 1])
        #expect(document.text(document.root(named: "u")) == Array("\u{FFFD}".utf8))
    }

    @Test("a bad update leaves no trace, a good one never traps", arguments: GoldenSession.all)
    func mutations(name: String) throws {
        let session = try GoldenSession.named(name)
        var random = SeededNumbers(seed: 99)
        for _ in 0..<20 {
            var document = Document(client: 1, keepsDeleted: Bool.random(using: &random))
            let root = document.root(named: "t")
            if Bool.random(using: &random) { _ = document.lineCount(root) }
            for update in session.order.shuffled(using: &random) {
                let bytes = Bool.random(using: &random) ? update.bytes : mutated(update.bytes, &random)
                let before = document.encode()
                do {
                    _ = try document.take(bytes)
                } catch {
                    let after = document.encode()
                    #expect(after == before)
                }
            }
            let total = document.utf8Count(root)
            #expect(document.text(root).count == total)
            let state = document.encode()
            var copy = Document(client: 2)
            _ = try copy.take(state)
            #expect(text(of: &copy) == (document.text(root)))
        }
    }

    @Test(
        "a damaged snapshot is refused, or loads as the update that it stands for",
        arguments: GoldenSession.all)
    func snapshots(name: String) throws {
        let session = try GoldenSession.named(name)
        var random = SeededNumbers(seed: 98)
        for round in 0..<100 {
            var document = Document(client: 1)
            // Some updates are missing, so that others wait.
            for update in session.order where round % 2 == 0 || Int.random(in: 0..<9, using: &random) > 0 {
                _ = try document.take(update.bytes)
            }
            let snapshot = round < 2 ? document.snapshot() : mutated(document.snapshot(), &random)
            var loaded: [UInt8]?
            do { loaded = try Document(client: 2, snapshot: snapshot.span).encode() } catch { loaded = nil }
            var applied: [UInt8]?
            do {
                let update = try UpdateTool.update(fromColumns: snapshot.span)
                var copy = Document(client: 2)
                _ = try copy.take(update)
                applied = copy.encode()
            } catch {
                applied = nil
            }
            #expect(loaded == applied)
        }
    }

    private func mutated(_ bytes: [UInt8], _ random: inout SeededNumbers) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard let index = bytes.indices.randomElement(using: &random) else { return bytes }
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes[index] = UInt8.random(in: 0..<8, using: &random)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + 2))
            }
        }
        return bytes
    }

    private func varUint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varUint(value >> 7)
    }
}
