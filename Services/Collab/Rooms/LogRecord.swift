package import Contracts
package import SystemKit

/// One record of a document's log: length, checksum, time, author, update; numbers little-endian.
package struct LogRecord: Equatable, Sendable {
    /// When it was taken in.
    package let at: Timestamp
    /// Who sent it.
    package let author: UserID
    /// The Yjs update.
    package let update: [UInt8]

    private static let headBytes = 8

    /// The record's bytes in the log.
    package var encoded: [UInt8] {
        let author = Array(author.text.utf8)
        let body =
            Self.little(UInt64(bitPattern: at.milliseconds), 8) + [UInt8(author.count)] + author + update
        return Self.little(UInt64(body.count), 4) + Self.little(UInt64(Checksum.of(body)), 4) + body
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The records of a log and how many of its bytes they fill; what follows is a write that a crash cut
    /// off.
    package static func read(_ log: [UInt8]) -> (records: [LogRecord], validBytes: Int) {
        var records: [LogRecord] = []
        var position = 0
        while position + headBytes <= log.count {
            let length = Int(number(log[position..<position + 4]))
            let start = position + headBytes
            guard length <= log.count - start else { break }
            let body = log[start..<start + length]
            guard Checksum.of(body) == UInt32(number(log[position + 4..<start])), let record = LogRecord(body)
            else {
                break
            }
            records.append(record)
            position = start + length
        }
        return (records, position)
    }

    /// A record.
    package init(at: Timestamp, author: UserID, update: [UInt8]) {
        self.at = at
        self.author = author
        self.update = update
    }

    private init?(_ body: ArraySlice<UInt8>) {
        guard body.count >= 9 else { return nil }
        let start = body.startIndex
        let authorEnd = start + 9 + Int(body[start + 8])
        guard authorEnd <= body.endIndex else { return nil }
        do throws(WireFault) {
            author = try UserID(String(decoding: body[(start + 9)..<authorEnd], as: UTF8.self))
        } catch {
            return nil
        }
        at = Timestamp(milliseconds: Int64(bitPattern: Self.number(body[start..<start + 8])))
        update = Array(body[authorEnd...])
    }
}
