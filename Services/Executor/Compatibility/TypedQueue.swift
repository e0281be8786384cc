internal import ServiceKit
internal import SystemKit

/// What a client has typed and the program has not read: bounded by reading no more from the client.
final class TypedQueue: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isOver = false
        var isReadingPaused = false
        var reader: CheckedContinuation<[UInt8]?, Never>?
    }

    private let connection: WebSocketConnection
    private let state = Locked(State())

    init(of connection: WebSocketConnection) { self.connection = connection }

    func add(_ bytes: [UInt8]) {
        let (reader, mustPause) = state.withLock { state -> (CheckedContinuation<[UInt8]?, Never>?, Bool) in
            if let reader = state.reader.take() { return (reader, false) }
            if !state.isOver { state.bytes += bytes }
            guard state.bytes.count > Limits.typedBytes, !state.isReadingPaused else { return (nil, false) }
            state.isReadingPaused = true
            return (nil, true)
        }
        reader?.resume(returning: bytes)
        if mustPause { connection.takeMore(false) }
    }

    /// Nobody reads any more.
    func end() {
        let reader = state.withLock { state in
            state.isOver = true
            state.bytes = []
            return state.reader.take()
        }
        reader?.resume(returning: nil)
        readOn()
    }

    /// What came since the last call; waits until there is something, nil at the end.
    func next() async -> [UInt8]? {
        let bytes: [UInt8]? = await withCheckedContinuation { reader in
            let (bytes, isReady): ([UInt8]?, Bool) = state.withLock { state in
                if state.isOver { return (nil, true) }
                guard !state.bytes.isEmpty else {
                    state.reader = reader
                    return (nil, false)
                }
                defer { state.bytes = [] }
                return (state.bytes, true)
            }
            if isReady { reader.resume(returning: bytes) }
        }
        readOn()
        return bytes
    }

    private func readOn() {
        let wasPaused = state.withLock { state in
            defer { state.isReadingPaused = false }
            return state.isReadingPaused
        }
        if wasPaused { connection.takeMore(true) }
    }
}
