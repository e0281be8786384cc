private import Glibc
private import SystemKit

/// One question to a service over its Unix socket: `GET /readyz` or `/livez`, answered by a status code, or
/// `/healthz`, answered in full.
///
/// The supervisor holds the listening socket, so the question can be put before the service has started: it
/// waits in the queue and is answered the moment the service serves.
package final class HealthProbe {
    private let loop: EventLoop
    private let isWhole: Bool
    private let answer: ([UInt8]?) -> Void
    private var connection: CInt?
    private var timer: EventLoop.Timer?
    private var received: [UInt8] = []

    /// Asks now. `answer` is called once: with the status code, or nil when there is none in time.
    package convenience init(
        _ path: String, socket: String, loop: EventLoop, timeout: Duration, answer: @escaping (Int?) -> Void
    ) {
        self.init(asking: path, false, socket, loop, timeout) { answer($0.flatMap(Self.status)) }
    }

    /// Asks now. `answer` is called once: with the body, whatever the status code, or nil when there is none
    /// in time.
    package convenience init(
        body path: String, socket: String, loop: EventLoop, timeout: Duration,
        answer: @escaping ([UInt8]?) -> Void
    ) {
        self.init(asking: path, true, socket, loop, timeout) { answer($0.flatMap(Self.body)) }
    }

    private init(
        asking path: String, _ isWhole: Bool, _ socket: String, _ loop: EventLoop, _ timeout: Duration,
        answer: @escaping ([UInt8]?) -> Void
    ) {
        self.loop = loop
        self.isWhole = isWhole
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

    private func finish(_ received: [UInt8]?) {
        guard timer != nil else { return }
        cancel()
        answer(received)
    }

    private func read() {
        guard let connection else { return }
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(connection, &chunk, chunk.count)
        guard count > 0 else { return finish(count == 0 && isWhole ? received : nil) }
        received.append(contentsOf: chunk[..<count])
        if received.count > Self.answerBytes { return finish(nil) }
        if !isWhole && received.contains(UInt8(ascii: "\r")) { finish(received) }
    }

    /// More than any service has to say about its parts.
    private static let answerBytes = 64 << 10

    /// What follows the head, which says that the answer ends with the connection.
    private static func body(_ answer: [UInt8]) -> [UInt8]? {
        let end = answer.indices.dropFirst(3).first { answer[$0 - 3...$0].elementsEqual([13, 10, 13, 10]) }
        return end.map { Array(answer[($0 + 1)...]) }
    }

    /// The code in `HTTP/1.1 200 OK`.
    private static func status(_ answer: [UInt8]) -> Int? {
        let words = answer.prefix { $0 != UInt8(ascii: "\r") }.split(separator: UInt8(ascii: " "))
        guard words.count >= 2, words[0].starts(with: Array("HTTP/1.".utf8)) else { return nil }
        return Int(String(decoding: words[1], as: UTF8.self))
    }
}
