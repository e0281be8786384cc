package import Contracts
package import SystemKit

/// One record of a document's log.
///
/// In the file: length (4), CRC-32C of the rest (4), kind (1), sequence (8), milliseconds (8), length of the
/// author (1), author, payload; numbers little-endian.
package struct LogRecord: Equatable, Sendable {
    /// What a record says.
    package enum Content: Equatable, Sendable {
        /// A Yjs update.
        case update([UInt8])
        /// Somebody named a version: its sequence and its name.
        case name(Int, String)
    }

    /// Its number: from 1 on for updates; names carry the number of the update before them.
    package let sequence: Int
    /// When it was taken in.
    package let at: Timestamp
    /// Who sent it; `UserID.zero` is the service itself.
    package let author: UserID
    /// What it says.
    package let content: Content

    private static let headBytes = 8
    private static let fixedBytes = 18

    /// A record.
    package init(sequence: Int, at: Timestamp, author: UserID, _ content: Content) {
        self.sequence = sequence
        self.at = at
        self.author = author
        self.content = content
    }

    /// The update, nil for other records.
    package var update: [UInt8]? {
        guard case .update(let update) = content else { return nil }
        return update
    }

    /// Appends the record's bytes in the log.
    package func encode(to log: inout [UInt8]) {
        let start = log.count
        log.append(contentsOf: [UInt8](repeating: 0, count: Self.headBytes))
        log.append(kind)
        LittleEndian.append(UInt64(sequence), 8, to: &log)
        LittleEndian.append(UInt64(bitPattern: at.milliseconds), 8, to: &log)
        log.append(UInt8(author.text.utf8.count))
        log += author.text.utf8
        switch content {
        case .update(let update): log += update
        case .name(let version, let name):
            LittleEndian.append(UInt64(version), 8, to: &log)
            log += name.utf8
        }
        let body = start + Self.headBytes
        LittleEndian.put(UInt64(log.count - body), 4, at: start, in: &log)
        LittleEndian.put(UInt64(Checksum.of(log[body...])), 4, at: start + 4, in: &log)
    }

    private var kind: UInt8 {
        switch content {
        case .update: 1
        case .name: 2
        }
    }

    /// Reads the record that begins at `position` and moves behind it; nil when no whole record is there.
    package static func read(_ log: [UInt8], at position: inout Int) -> LogRecord? {
        let body = position + headBytes
        guard position >= 0, body <= log.count else { return nil }
        let length = Int(LittleEndian.read(log, position, 4))
        guard length >= fixedBytes, length <= log.count - body,
            Checksum.of(log[body..<body + length]) == UInt32(LittleEndian.read(log, position + 4, 4)),
            let record = LogRecord(log, body..<body + length)
        else { return nil }
        position = body + length
        return record
    }

    private init?(_ log: [UInt8], _ body: Range<Int>) {
        let start = body.lowerBound
        let authorEnd = start + Self.fixedBytes + Int(log[start + 17])
        guard authorEnd <= body.upperBound,
            let author = Self.author(log[(start + Self.fixedBytes)..<authorEnd]),
            let sequence = Int(exactly: LittleEndian.read(log, start + 1, 8))
        else { return nil }
        self.author = author
        self.sequence = sequence
        at = Timestamp(milliseconds: Int64(bitPattern: LittleEndian.read(log, start + 9, 8)))
        let payload = log[authorEnd..<body.upperBound]
        switch log[start] {
        case 1: content = .update(Array(payload))
        case 2:
            guard payload.count >= 8, let version = Int(exactly: LittleEndian.read(log, authorEnd, 8)) else {
                return nil
            }
            content = .name(version, String(decoding: payload.dropFirst(8), as: UTF8.self))
        default: return nil
        }
    }

    private static func author(_ bytes: ArraySlice<UInt8>) -> UserID? {
        do throws(WireFault) {
            return try UserID(String(decoding: bytes, as: UTF8.self))
        } catch {
            return nil
        }
    }

    /// The records of a log and where the last whole one ends.
    ///
    /// A write that a crash cut off leaves half a record at the end. Damage in the middle costs the damaged
    /// records only: reading goes on at the next whole one.
    package static func readAll(_ log: [UInt8]) -> (records: [LogRecord], validBytes: Int) {
        var records: [LogRecord] = []
        var (position, end) = (0, 0)
        while position < log.count {
            if let record = read(log, at: &position) {
                records.append(record)
                end = position
            } else if let next = nextRecord(log, after: position) {
                position = next
            } else {
                break
            }
        }
        return (records, end)
    }

    /// Where the next whole record begins. A false find needs the checksum of garbage to fit: 1 in 2^32.
    private static func nextRecord(_ log: [UInt8], after position: Int) -> Int? {
        var start = position + 1
        while start + headBytes + fixedBytes <= log.count {
            var place = start
            let length = Int(LittleEndian.read(log, start, 4))
            let kind = log[start + headBytes]
            if length >= fixedBytes, kind == 1 || kind == 2, read(log, at: &place) != nil { return start }
            start += 1
        }
        return nil
    }
}
