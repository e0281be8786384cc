import CRDTCore

/// One random session of the peer's clients and of ours, and everything that must be equal at its end.
struct FuzzSession {
    private static let client: UInt64 = 1_234_567
    private let peer: Peer
    private let strict: Bool
    private var dice: Dice
    private let ours: Typist
    /// Every update, causes before effects.
    private var updates: [[UInt8]] = []
    private(set) var tally = FuzzTally()

    /// `strict`: the peer's bytes are compared, not only what they mean.
    init(_ peer: Peer, seed: UInt64, strict: Bool) {
        self.peer = peer
        self.strict = strict
        dice = Dice(seed: seed)
        ours = Typist(client: Self.client)
    }

    mutating func run(seed: UInt64) throws -> FuzzTally {
        let flavours = ["", "f", "u", "d", "fu", "fud"]
        let flavour = flavours[dice.roll(flavours.count)]
        tally.seed = seed
        tally.flavour = flavour
        _ = try peer.ask("start", [Array(String(seed).utf8), Array(flavour.utf8)])
        for _ in 0..<2 + dice.roll(4) { try round() }
        try conclude()
        tally.updates = updates.count
        return tally
    }

    /// We type, the peer's clients type with what we typed, and we take in some of it in some order.
    private mutating func round() throws {
        let typed = ours.type(dice.roll(6), &dice)
        let steps = Array(String(4 + dice.roll(30)).utf8)
        let answered = try peer.ask("step", [steps] + typed)
        updates += typed + answered
        ours.inbox += answered
        if dice.roll(4) > 0 { try ours.takeIn(&dice) }
    }

    private mutating func conclude() throws {
        let half = dice.roll(updates.count + 1)
        var answer = try peer.ask("finish", [Array(String(half).utf8)] + updates)[...]
        guard let truth = FuzzTruth(&answer) else { throw PeerFailure(problem: "answers are not understood") }
        updates += truth.late
        ours.inbox += truth.late
        try ours.takeEverything(&dice)
        tally.check(truth.converged, "the peers converge")
        let server = try replayed(truth)
        try compare(server, truth, half: half)
        try permute(truth)
        try merge(truth)
        try verify(server)
        damage(server)
    }

    /// A document that got everything in order; its emitted updates must be the peer's.
    private mutating func replayed(_ truth: FuzzTruth) throws -> Replica {
        let server = Replica(client: 77)
        for (index, update) in updates.enumerated() {
            let emitted = try server.applyEncoding(update)
            guard strict, index < truth.emitted.count else { continue }
            tally.check(isSame(emitted, truth.emitted[index]), "emitted update \(index)")
        }
        return server
    }

    private mutating func compare(_ server: Replica, _ truth: FuzzTruth, half: Int) throws {
        tally.check(server.text == truth.text, "text")
        tally.check(ours.replica.text == truth.text, "text of our client")
        tally.check(server.stateVector == truth.stateVector || !strict, "state vector")
        tally.check(
            FuzzTruth.vector(server.stateVector) == FuzzTruth.vector(truth.stateVector), "state vector")
        tally.check(server.isSettled && ours.replica.isSettled, "nothing pending")
        tally.check(
            isSame(server.full, truth.full) || !strict, "full state", ours: server.full, theirs: truth.full,
            order: updates)
        let normal = try normalised(truth.full)
        let meant = try normalised(server.full)
        tally.check(
            isSame(meant, normal), "meaning of the full state", ours: meant, theirs: normal, order: updates)
        tally.check(isSame(try normalised(ours.replica.full), normal), "meaning of our client's state")
        let diff = try server.full(since: truth.halfVector)
        tally.check(
            isSame(diff, truth.diff) || !strict, "diff", ours: diff, theirs: truth.diff, order: updates)
        let start = Replica(client: 78)
        for update in updates[..<half] { _ = try start.apply(update) }
        let cut = try UpdateTool.diff(server.full.span, since: truth.halfVector.span)
        for update in [diff, truth.diff, cut] {
            _ = try start.apply(update)
            tally.check(isSame(try normalised(start.full), normal), "state plus diff")
        }
        let restored = try Replica(snapshot: server.snapshot).full
        let again = try normalised(restored)
        tally.check(
            isSame(again, meant), "own snapshot", ours: restored, theirs: server.full, order: updates)
        tally.check(
            try FuzzTruth.vector(UpdateTool.stateVector(of: server.full.span))
                == FuzzTruth.vector(truth.stateVector), "state vector of an update")
    }

    private mutating func permute(_ truth: FuzzTruth) throws {
        let normal = try normalised(truth.full)
        for round in 0..<3 {
            let order = dice.shuffled(updates, duplicates: round > 0)
            let replica = Replica(client: 79)
            for update in order { _ = try replica.apply(update) }
            tally.check(replica.text == truth.text, "text after a permutation")
            tally.check(replica.isSettled, "nothing pending after a permutation")
            tally.check(isSame(try normalised(replica.full), normal), "state after a permutation")
            if round == 0 && strict, let theirs = try peer.ask("permute", order).first {
                tally.check(
                    isSame(replica.full, theirs), "bytes after a permutation", ours: replica.full,
                    theirs: theirs, order: order)
            }
        }
    }

    private mutating func merge(_ truth: FuzzTruth) throws {
        let normal = try normalised(truth.full)
        let merged = try UpdateTool.merge(updates)
        tally.check(
            isSame(merged, truth.merged) || !strict, "merged updates", ours: merged, theirs: truth.merged,
            order: updates)
        tally.check(isSame(try normalised(merged), normal), "meaning of merged updates")
        let joined = try UpdateTool.merge(dice.shuffled(updates, duplicates: true), joiningRuns: true)
        tally.check(isSame(try normalised(joined), normal), "meaning of joined updates")
        let cut = dice.roll(updates.count + 1)
        let halves = [
            try UpdateTool.merge(Array(updates[cut...])), try UpdateTool.merge(Array(updates[..<cut])),
        ]
        tally.check(isSame(try normalised(UpdateTool.merge(halves)), normal), "merged halves")
        let replica = Replica(client: 80)
        for half in halves { _ = try replica.apply(half) }
        tally.check(isSame(try normalised(replica.full), normal), "halves applied, the later first")
    }

    /// The peer reads what we write.
    private mutating func verify(_ server: Replica) throws {
        let joined = try UpdateTool.merge(updates, joiningRuns: true)
        let written = [server.full, ours.replica.full, joined, try normalised(server.full)]
        for (index, answer) in try peer.ask("verify", written).enumerated() {
            let detail = String(decoding: answer, as: UTF8.self)
            tally.check(answer.first == UInt8(ascii: "1"), "the peer reads our state \(index): \(detail)")
        }
    }

    /// A damaged update is refused and leaves no trace, or it is an update.
    private mutating func damage(_ server: Replica) {
        for _ in 0..<4 {
            var update = updates.isEmpty ? [0, 0] : updates[dice.roll(updates.count)]
            if dice.roll(3) == 0 { update.removeLast(1 + dice.roll(update.count)) }
            if !update.isEmpty { update[dice.roll(update.count)] ^= UInt8(1 << dice.roll(8)) }
            let before = server.full
            do {
                _ = try server.apply(update)
            } catch {
                tally.check(server.full == before, "a refused update leaves no trace")
            }
        }
    }

    private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        if one == other { return true }
        guard let left = UpdateShape(one), let right = UpdateShape(other) else { return false }
        return left == right
    }

    /// What one load and one save makes of it: everything joined that can be.
    private func normalised(_ update: [UInt8]) throws -> [UInt8] {
        let replica = Replica(client: 81)
        _ = try replica.apply(update)
        return replica.full
    }
}
