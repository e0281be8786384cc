private import Contracts
private import Glibc
private import SystemKit

/// Talks to the supervisor of a fleet.
package enum ControlClient {
    /// Sends an order and gives the first reply; nil when no supervisor answers at `path`.
    /// - Parameter untilEnd: waits until the supervisor hangs up, which it does last of all.
    /// - Throws: `FleetFault` with the supervisor's refusal.
    package static func ask(
        _ request: ControlRequest,
        at path: String,
        untilEnd: Bool = false
    ) throws -> ControlReply? {
        guard
            let connection = ignoring(
                "without a supervisor there is no socket", { try connectUnix(path).release() })
        else { return nil }
        let socket = FD(owning: connection)
        try limitWait(socket.number, seconds: untilEnd ? 150 : 60)
        try socket.write(request.encode() + [UInt8(ascii: "\n")])
        var splitter = LineSplitter(limit: 1 << 20)
        var first: ControlReply?
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while first == nil || untilEnd {
            let number = socket.number
            let count = try check("read") { read(number, &chunk, chunk.count) }
            guard count > 0 else { break }
            for line in splitter.take(chunk[..<count]) where first == nil {
                first = try ControlReply.decode(line)
            }
        }
        if let refusal = first?.refusal { throw FleetFault(refusal) }
        return first
    }

    /// Reading fails with EAGAIN when the supervisor says nothing for so long.
    private static func limitWait(_ number: CInt, seconds: Int) throws(SystemFailure) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        try check("setsockopt") { setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, size) }
    }
}
