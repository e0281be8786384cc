private import Contracts
private import Glibc
private import SystemKit

/// Takes orders over a Unix socket that only its owner may use: one JSON line in, one out, more news until
/// the end when the fleet goes down.
package final class ControlServer {
    private var listener: ListeningSocket?
    private let path: String
    private var connections: [CInt: LineSplitter] = [:]
    private var loop: EventLoop?

    /// Listens at `path`.
    package init(path: String) throws {
        self.path = path
        listener = try ListeningSocket.unix(path)
    }

    /// Gives each order to `take`, which replies once or several times; true with the last reply.
    package func serve(
        on loop: EventLoop,
        _ take: @escaping (ControlRequest, @escaping (ControlReply, Bool) -> Void) -> Void
    ) {
        self.loop = loop
        guard let number = listener?.number else { return }
        loop.watch(number) { [unowned self] in
            let connection = accept(number, nil, nil)
            guard connection >= 0 else { return }
            connections[connection] = LineSplitter()
            loop.watch(connection) { [unowned self] in read(connection, take) }
        }
    }

    /// Ends all conversations and removes the socket.
    package func close() {
        for connection in connections.keys { hangUp(connection) }
        if let listener { loop?.forget(listener.number) }
        listener = nil
        removeIfPresent(path)
    }

    private func read(
        _ connection: CInt,
        _ take: @escaping (ControlRequest, @escaping (ControlReply, Bool) -> Void) -> Void
    ) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(connection, &chunk, chunk.count)
        guard count > 0, let lines = connections[connection]?.take(chunk[..<count]) else {
            return hangUp(connection)
        }
        for line in lines {
            guard
                let request = ignoring(
                    "a line that is no order ends the talk", { try ControlRequest.decode(line) })
            else { return hangUp(connection) }
            take(request) { [weak self] reply, isLast in
                self?.say(reply, to: connection)
                if isLast { self?.hangUp(connection) }
            }
        }
    }

    private func say(_ reply: ControlReply, to connection: CInt) {
        guard connections[connection] != nil else { return }
        let line = reply.encode() + [UInt8(ascii: "\n")]
        let sent = send(connection, line, line.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        if sent != line.count { hangUp(connection) }
    }

    private func hangUp(_ connection: CInt) {
        guard connections.removeValue(forKey: connection) != nil else { return }
        loop?.forget(connection)
        Glibc.close(connection)
    }
}
