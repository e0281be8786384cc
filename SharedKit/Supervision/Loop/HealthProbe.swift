private import Glibc
private import SystemKit

/// One question to a service over its Unix socket: `GET /readyz` or `/livez`, answered by a status code.
///
/// The supervisor holds the listening socket, so the question can be put before the service has started: it
/// waits in the queue and is answered the moment the service serves.
package final class HealthProbe {
    private let loop: EventLoop
    private let answer: (Int?) -> Void
    private var connection: CInt?
    private var timer: EventLoop.Timer?
    private var received: [UInt8] = []

    /// Asks now. `answer` is called once: with the status code, or nil when there is none in time.
    package init(
        _ path: String,
        socket: String,
        loop: EventLoop,
        timeout: Duration,
        answer: @escaping (Int?) -> Void
    ) {
        self.loop = loop
        self.answer = answer
        timer = loop.after(timeout) { [weak self] in self?.finish(nil) }
        do throws(SystemFailure) {
            let descriptor = try connectUnix(socket, isBlocking: false)
            let question = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            try descriptor.write(Array(question.utf8))
            connection = descriptor.release()
            if let connection { loop.watch(connection) { [weak self] in self?.read() } }
        } catch {
            loop.after(.zero) { [weak self] in self?.finish(nil) }
        }
    }

    deinit { cancel() }

    /// Stops waiting; `answer` is not called any more.
    package func cancel() {
        loop.cancel(timer)
        timer = nil
        if let connection {
            loop.forget(connection)
            close(connection)
        }
        connection = nil
    }

    private func finish(_ status: Int?) {
        guard timer != nil else { return }
        cancel()
        answer(status)
    }

    private func read() {
        guard let connection else { return }
        var chunk = [UInt8](repeating: 0, count: 512)
        let count = Glibc.read(connection, &chunk, chunk.count)
        guard count > 0 else { return finish(nil) }
        received.append(contentsOf: chunk[..<count])
        if let line = received.firstIndex(of: UInt8(ascii: "\r")) { finish(Self.status(received[..<line])) }
    }

    /// The code in `HTTP/1.1 200 OK`.
    private static func status(_ line: ArraySlice<UInt8>) -> Int? {
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count >= 2, words[0].starts(with: Array("HTTP/1.".utf8)) else { return nil }
        return Int(String(decoding: words[1], as: UTF8.self))
    }
}
