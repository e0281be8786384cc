package import Contracts
package import Credentials
package import SystemKit

/// The keys of this install: one signs, the next one is published already, previous ones still verify.
package final class KeyRing: Sendable {
    private struct Held {
        var stored: StoredKey
        let key: SigningKey
    }

    private struct State {
        var held: [Held]
        let root: Secret
    }

    private let state: Locked<State>
    private let path: String
    /// The public halves, for verifying our own tokens.
    package let directory = KeyDirectory()

    /// Reads the keys at `path`, or makes them on the first start.
    /// - Throws: `SystemFailure`; `WireFaults` when the file is damaged.
    package init(path: String, now: Timestamp) throws {
        self.path = path
        let file = try KeyFile.read(path) ?? Self.first(now)
        state = Locked(
            State(held: file.signing.compactMap(Self.held), root: Secret(Hex.decode(file.root) ?? []))
        )
        try save()
    }

    /// The key that signs now.
    package var current: SigningKey {
        let key = state.withLock { state in state.held.first { $0.stored.part == .current }?.key }
        guard let key else { preconditionFailure("the ring always has a current key") }
        return key
    }

    /// A secret for one purpose that is not in the database.
    package func secret(for purpose: String) -> Secret { state.withLock { $0.root }.derived(for: purpose) }

    /// The public keys, current first.
    package var published: JSONWebKeySet {
        let order: [StoredKey.Part] = [.current, .next, .previous]
        let held = state.withLock { $0.held }
        return JSONWebKeySet(
            keys: order.flatMap { part in
                held.filter { $0.stored.part == part }.map(\.key.verificationKey.jsonWebKey)
            }
        )
    }

    /// Makes the next key the current one; the current one verifies for another day.
    /// - Throws: `SystemFailure` when the keys cannot be saved; then nothing has changed.
    package func rotate(now: Timestamp) throws(SystemFailure) {
        let before = state.withLock { $0.held }
        state.withLock { state in
            for index in state.held.indices {
                switch state.held[index].stored.part {
                case .next: state.held[index].stored.part = .current
                case .current: state.held[index].stored.part = .previous
                case .previous: continue
                }
                state.held[index].stored.since = Int(now.milliseconds)
            }
            state.held.append(Self.make(.next, now))
        }
        do throws(SystemFailure) {
            try save()
        } catch {
            state.withLock { $0.held = before }
            throw error
        }
    }

    /// Forgets keys whose tokens are all gone, and rotates when it is time.
    /// - Returns: whether the keys were rotated.
    /// - Throws: `SystemFailure` when the keys cannot be saved.
    package func tidy(now: Timestamp) throws(SystemFailure) -> Bool {
        let isDue = state.withLock { state in
            state.held.removeAll {
                $0.stored.part == .previous
                    && now.milliseconds - Int64($0.stored.since) > Limits.retiredKeyMilliseconds
            }
            return state.held.contains {
                $0.stored.part == .current
                    && now.milliseconds - Int64($0.stored.since) > Limits.keyMilliseconds
            }
        }
        if isDue { try rotate(now: now) } else { try save() }
        return isDue
    }

    private func save() throws(SystemFailure) {
        let file = state.withLock { state in
            var file = KeyFile()
            file.signing = state.held.map(\.stored)
            file.root = Hex.encode(state.root.bytes)
            return file
        }
        try file.write(path)
        directory.replace(with: published)
    }

    private static func first(_ now: Timestamp) -> KeyFile {
        var file = KeyFile()
        file.signing = [make(.current, now).stored, make(.next, now).stored]
        file.root = Hex.encode(Secret.random().bytes)
        return file
    }

    private static func make(_ part: StoredKey.Part, _ now: Timestamp) -> Held {
        let key = SigningKey()
        var stored = StoredKey()
        stored.part = part
        stored.seed = Hex.encode(key.seed.bytes)
        stored.since = Int(now.milliseconds)
        return Held(stored: stored, key: key)
    }

    private static func held(_ stored: StoredKey) -> Held? {
        Hex.decode(stored.seed).map { Held(stored: stored, key: SigningKey(seed: Secret($0))) }
    }
}
