package import NIOCore

/// Where an answer's body is written, piece by piece; each write waits until the socket has taken it.
package struct BodyWriter: Sendable {
    private let connection: NIOLoopBound<ConnectionHandler>

    init(_ connection: NIOLoopBound<ConnectionHandler>) {
        self.connection = connection
    }

    /// Writes one piece.
    /// - Throws: `ConnectionClosed` or a channel error when the reader is gone.
    package func write(_ piece: ByteBuffer) async throws {
        try Task.checkCancellation()
        let promise = connection.eventLoop.makePromise(of: Void.self)
        connection.eventLoop.run { connection.value.writePiece(piece, promise) }
        try await promise.futureResult.get()
    }

    /// Writes one piece.
    /// - Throws: `ConnectionClosed` or a channel error when the reader is gone.
    package func write(_ bytes: [UInt8]) async throws {
        try await write(ByteBuffer(bytes: bytes))
    }

    /// Sends a whole answer.
    func send(_ response: ServerResponse) async {
        let loop = connection.eventLoop
        switch response.body {
        case .none, .bytes: loop.run { connection.value.finish(response) }
        case .upgrade(let install): loop.execute { connection.value.upgrade(response, install) }
        case .tunnel(let body): await tunnel(response, body)
        case .stream(let body):
            do {
                loop.run { _ = connection.value.writeHead(response, length: nil) }
                try await body(self)
                loop.run { connection.value.finishBody() }
            } catch {
                // The head is out, so the only way to say that the body is incomplete is to break off; the
                // responder has logged the reason.
                loop.execute { connection.value.breakOff() }
            }
        }
    }

    private func tunnel(
        _ response: ServerResponse, _ body: @Sendable (RawConnection) async throws -> Void
    ) async {
        let promise = connection.eventLoop.makePromise(of: RawConnection.self)
        connection.eventLoop.execute {
            connection.value.upgrade(response) { channel in
                promise.completeWith(Result { try RawConnection.install(on: channel) })
            }
            promise.fail(ConnectionClosed())
        }
        do {
            let raw = try await promise.futureResult.get()
            defer { raw.close() }
            try await body(raw)
        } catch {
            // The tunnel is closed already; whoever ran it has said why.
            return
        }
    }
}
