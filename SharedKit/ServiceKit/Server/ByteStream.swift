package import NIOCore
private import SystemKit

/// Bytes on their way from an event loop to one reader, with back-pressure: `demand` is called when the
/// reader has made room again.
package final class ByteStream: AsyncSequence, Sendable {
    /// A piece of the stream, never empty.
    package typealias Element = ByteBuffer

    private struct State {
        var pieces = CircularBuffer<ByteBuffer>()
        var waitingBytes = 0
        var reader: CheckedContinuation<ByteBuffer?, any Error>?
        var end: Result<Void, any Error>?
        var isPaused = false
    }

    private let state = Locked(State())
    private let demand: @Sendable () -> Void

    /// An empty stream.
    /// - Parameter demand: called from any thread when more bytes are welcome after `push` said stop.
    package init(demand: @escaping @Sendable () -> Void) {
        self.demand = demand
    }

    /// Hands a piece over; false says to stop reading until `demand` is called.
    package func push(_ piece: ByteBuffer) -> Bool {
        let (reader, goesOn) = state.withLock {
            state -> (CheckedContinuation<ByteBuffer?, any Error>?, Bool) in
            if state.end != nil { return (nil, true) }
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            state.pieces.append(piece)
            state.waitingBytes += piece.readableBytes
            // A pause ends by `demand` alone: whoever was told to stop waits for it, even with room again.
            if state.waitingBytes >= Limits.streamBytes { state.isPaused = true }
            return (nil, !state.isPaused)
        }
        reader?.resume(returning: piece)
        return goesOn
    }

    /// Ends the stream behind what was pushed; nil is the regular end. Only the first end counts.
    package func finish(_ error: (any Error)? = nil) {
        let reader = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
            defer { state.reader = nil }
            return state.reader
        }
        guard let reader else { return }
        if let error { reader.resume(throwing: error) } else { reader.resume(returning: nil) }
    }

    /// The next piece, or nil behind the last; one reader at a time.
    package func next() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in take(continuation) }
        } onCancel: {
            finish(CancellationError())
        }
    }

    private enum Step: Sendable {
        case piece(ByteBuffer, wakes: Bool)
        case end(Result<Void, any Error>)
        case wait
    }

    private func take(_ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        let step = state.withLock { state -> Step in
            if let piece = state.pieces.popFirst() {
                state.waitingBytes -= piece.readableBytes
                let wakes = state.isPaused && state.waitingBytes < Limits.streamBytes / 2
                if wakes { state.isPaused = false }
                return .piece(piece, wakes: wakes)
            }
            if let end = state.end { return .end(end) }
            precondition(state.reader == nil, "a byte stream has one reader at a time")
            state.reader = continuation
            return .wait
        }
        switch step {
        case .piece(let piece, let wakes):
            continuation.resume(returning: piece)
            if wakes { demand() }
        case .end(let end): continuation.resume(with: end.map { nil })
        case .wait: break
        }
    }

    /// Everything up to the end as one buffer.
    /// - Throws: `BodyTooLarge` beyond `limit` bytes, and what ended the stream early.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        var all = ByteBuffer()
        while var piece = try await next() {
            if all.readableBytes + piece.readableBytes > limit { throw BodyTooLarge(limit: limit) }
            if all.readableBytes == 0 { all = piece } else { all.writeBuffer(&piece) }
        }
        return all
    }

    /// The reader's side as an asynchronous sequence.
    package func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// Reads a stream piece by piece.
    package struct Iterator: AsyncIteratorProtocol {
        let stream: ByteStream

        /// The next piece, or nil behind the last.
        package mutating func next() async throws -> ByteBuffer? { try await stream.next() }
    }
}

/// A body that is longer than allowed.
package struct BodyTooLarge: Error, Equatable {
    /// The bytes that would have been fine.
    package let limit: Int
}

/// The other side closed the connection in the middle of something.
package struct ConnectionClosed: Error, Equatable {
    /// A connection that ended early.
    package init() {}
}
