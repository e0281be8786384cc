internal import Glibc
internal import SystemKit

/// Bytes on their way into a program's standard input, and who waits for room.
struct PendingInput {
    enum Limits {
        /// A writer waits while more than this is on its way.
        static let comfortableBytes = 64 << 10
    }

    private var bytes: [UInt8] = []
    private var sent = 0
    private(set) var isClosing = false
    private(set) var isBroken = false
    private var writers: [CheckedContinuation<Bool, Never>] = []

    var isEmpty: Bool { sent == bytes.count }
    var isComfortable: Bool { bytes.count - sent <= Limits.comfortableBytes }
    /// Nothing will follow: the descriptor may be closed.
    var isDone: Bool { isBroken || (isClosing && isEmpty) }

    mutating func append(_ more: [UInt8]) { bytes += more }
    mutating func close() { isClosing = true }
    mutating func wait(_ writer: CheckedContinuation<Bool, Never>) { writers.append(writer) }

    /// Writes until the pipe is full or everything is sent.
    mutating func send(to number: CInt) {
        while !isEmpty && !isBroken {
            let count = bytes.withUnsafeBytes {
                Glibc.write(number, $0.baseAddress! + sent, bytes.count - sent)
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                isBroken = true
            }
        }
        if isEmpty {
            bytes.removeAll(keepingCapacity: bytes.count <= Limits.comfortableBytes)
            sent = 0
        }
        if isComfortable || isBroken { releaseWriters() }
    }

    /// Nobody reads any more.
    mutating func breakOff() {
        isBroken = true
        releaseWriters()
    }

    private mutating func releaseWriters() {
        for writer in writers { writer.resume(returning: !isBroken) }
        writers.removeAll()
    }
}
