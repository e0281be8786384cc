private import Glibc
package import SystemKit

/// A blocking TCP connection that sends exactly the bytes it is told and shows exactly what comes back.
///
/// It blocks its thread, at most `timeout` for each read: use it through `RawSocket.exchange`, which does so
/// on a thread of its own.
package struct RawSocket: ~Copyable {
    private let descriptor: FD

    private init(_ descriptor: consuming FD) { self.descriptor = descriptor }

    /// Connects to a port on 127.0.0.1.
    /// - Throws: `SystemFailure`.
    package static func connected(port: Int, timeoutSeconds: Int = 120) throws(SystemFailure) -> RawSocket {
        let descriptor = FD(owning: try check("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
        let number = descriptor.number
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try check("connect") {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(number, $0, length) }
            }
        }
        return RawSocket(descriptor)
    }

    /// Sends bytes as they are.
    package func send(_ text: String) throws(SystemFailure) { try send(Array(text.utf8)) }

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) throws(SystemFailure) {
        var start = 0
        while start < bytes.count {
            start += try check("send") {
                bytes.withUnsafeBytes {
                    Glibc.send(
                        descriptor.number, $0.baseAddress! + start, bytes.count - start, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// The next bytes, at most `count`; nothing at the end.
    /// - Throws: `SystemFailure` with `EAGAIN` when nothing comes in time.
    package func read(_ count: Int = 65_536) throws(SystemFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try check("recv") { recv(descriptor.number, &bytes, count, 0) }
        return Array(bytes.prefix(got))
    }

    /// Everything up to the end of the connection, as text.
    package func readToEnd() throws(SystemFailure) -> String {
        var all: [UInt8] = []
        while true {
            let piece = try read()
            if piece.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += piece
        }
    }

    /// Reads until the text holds `mark`, or the connection ends.
    package func read(until mark: String) throws(SystemFailure) -> String {
        var all: [UInt8] = []
        while true {
            let text = String(decoding: all, as: UTF8.self)
            if text.contains(mark) { return text }
            let piece = try read()
            if piece.isEmpty { return text }
            all += piece
        }
    }

    /// Says that nothing more will be sent.
    package func endSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    /// Connects, and runs `body` on a thread of its own, since it blocks.
    package static func exchange<Result: Sendable>(
        port: Int, _ body: @escaping @Sendable (borrowing RawSocket) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { done in
            do {
                _ = try DedicatedThread(named: "raw-socket") {
                    done.resume(with: Swift.Result { try body(try RawSocket.connected(port: port)) })
                }
            } catch {
                done.resume(throwing: error)
            }
        }
    }
}
