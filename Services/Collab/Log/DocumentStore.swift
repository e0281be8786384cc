internal import Contracts
private import Glibc
internal import SystemKit

/// What lies on disk of one document, as a room begins with it.
struct StoredDocument: Sendable {
    /// The newest snapshot that can be read, in the engine's columns.
    var snapshot: [UInt8]?
    /// The last update in the snapshot, 0 without one.
    var snapshotSequence = 0
    /// The records behind the snapshot, in order.
    var records: [LogRecord] = []
    /// Where the log goes on.
    var tail: LogTail?
    /// Bytes of logs and snapshots.
    var totalBytes = 0
    /// When the last update came, if it is known.
    var updatedAt: Timestamp?
    /// Who made it; zero when nobody knows, or when it was the service itself.
    var lastAuthor = UserID.zero

    /// The number of the last update.
    var sequence: Int { max(snapshotSequence, records.last?.sequence ?? 0) }
    /// Whether nothing was ever written.
    var isNew: Bool { tail == nil && snapshot == nil }
    /// Bytes of the log that the snapshot does not cover.
    var tailBytes: Int { records.reduce(0) { $0 + ($1.update?.count ?? 0) + 56 } }
}

/// The file to which a log's records are appended.
struct LogTail: Sendable {
    let path: String
    let goodBytes: Int
}

/// The directory of one document: logs and snapshots, each named after a sequence number in hex.
///
/// `<first>.log` holds the records from `first` on until the next file; `<last>.snap` is the document with
/// every update up to `last`. A new log is begun with each snapshot, and the old ones stay as long as the
/// policy keeps them: they are the history. `names` has the names of versions once more. Everything here
/// blocks, so it runs on the disk's threads only.
struct DocumentStore: Sendable {
    let directory: String
    var policy = HistoryPolicy()

    /// The files' sequence numbers, ascending.
    func files(_ suffix: String) throws(SystemFailure) -> [Int] {
        do throws(SystemFailure) {
            return try DirectoryListing.names(in: directory).compactMap { name in
                name.hasSuffix(suffix) ? Int(name.dropLast(suffix.count), radix: 16) : nil
            }.sorted()
        } catch {
            if error.errno == ENOENT { return [] }
            throw error
        }
    }

    func logPath(_ first: Int) -> String { "\(directory)/\(Self.hex(first)).log" }
    func snapshotPath(_ last: Int) -> String { "\(directory)/\(Self.hex(last)).snap" }

    private static func hex(_ number: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 16 - text.count)) + text
    }

    /// Everything that a room needs.
    /// - Throws: `SystemFailure`; `EBADMSG` when there is no way to the document's whole state.
    func load() throws(SystemFailure) -> StoredDocument {
        var stored = StoredDocument()
        let logs = try files(".log")
        if let (last, snapshot) = try newestSnapshot(upTo: Int.max) {
            stored.snapshot = snapshot
            stored.snapshotSequence = last
            stored.totalBytes += snapshot.count
        } else if let first = logs.first, first > 1 {
            throw SystemFailure(call: "snapshot", errno: EBADMSG)
        }
        for (index, first) in logs.enumerated() {
            let path = logPath(first)
            let isCovered = index + 1 < logs.count && logs[index + 1] <= stored.snapshotSequence + 1
            let isTail = index + 1 == logs.count
            if isCovered { continue }
            let log = try FileBytes.read(path, atMost: Limits.fileBytes)
            let (records, validBytes) = LogRecord.readAll(log)
            stored.totalBytes += log.count
            stored.updatedAt = records.last?.at ?? stored.updatedAt
            stored.lastAuthor = records.last { $0.update != nil }?.author ?? stored.lastAuthor
            stored.records += records.filter { $0.sequence > stored.snapshotSequence }
            // A log that the snapshot covers is finished: were it gone on with, no log would ever grow old.
            let isFinished = stored.snapshot != nil && first <= stored.sequence && stored.records.isEmpty
            if isTail, !isFinished { stored.tail = LogTail(path: path, goodBytes: validBytes) }
        }
        return stored
    }

    private func newestSnapshot(upTo sequence: Int) throws(SystemFailure) -> (Int, [UInt8])? {
        for last in try files(".snap").reversed() where last <= sequence {
            let file = try FileBytes.read(snapshotPath(last), atMost: Limits.fileBytes)
            if let snapshot = SnapshotFile.decode(file) { return (last, snapshot) }
        }
        return nil
    }

    /// Puts a snapshot beside the logs.
    /// - Throws: `SystemFailure`; the older snapshot and the logs still make the whole document then.
    func put(_ snapshot: [UInt8], through last: Int) throws(SystemFailure) {
        try Directories.make(directory, isDurable: true)
        try FileBytes.replace(snapshotPath(last), with: SnapshotFile.encode(snapshot), mode: 0o600)
    }

    /// The size of a file, 0 when it is not there.
    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The document at a version: the snapshot before it and the records from there on.
    /// - Throws: `SystemFailure`; `ENOENT` when the version is older than the history.
    func history(upTo sequence: Int) throws(SystemFailure) -> StoredDocument {
        var stored = StoredDocument()
        if let (last, snapshot) = try newestSnapshot(upTo: sequence) {
            stored.snapshot = snapshot
            stored.snapshotSequence = last
        }
        stored.records = try records(after: stored.snapshotSequence, upTo: sequence, limit: Int.max)
        let updates = stored.records.filter { $0.update != nil }
        let first = updates.first?.sequence ?? stored.snapshotSequence + 1
        let last = updates.last?.sequence ?? stored.snapshotSequence
        guard first == stored.snapshotSequence + 1, last == sequence else {
            throw SystemFailure(call: "history", errno: ENOENT)
        }
        return stored
    }

    /// Records with `after < sequence <= upTo`, at most `limit` of them, names included.
    func records(after: Int, upTo: Int, limit: Int) throws(SystemFailure) -> [LogRecord] {
        var found: [LogRecord] = []
        let logs = try files(".log")
        for (index, first) in logs.enumerated() {
            if index + 1 < logs.count, logs[index + 1] <= after + 1 { continue }
            if first > upTo || found.count >= limit { break }
            let log = try FileBytes.read(logPath(first), atMost: Limits.fileBytes)
            for record in LogRecord.readAll(log).records
            where record.sequence > after && record.sequence <= upTo && found.count < limit {
                found.append(record)
            }
        }
        return found
    }

    /// Where the oldest record that is still there begins: what is before it is known only as a whole.
    func oldest() throws(SystemFailure) -> StoredDocument {
        guard let first = try files(".log").first, first > 1 else { return StoredDocument() }
        var stored = StoredDocument()
        if let (last, snapshot) = try newestSnapshot(upTo: first - 1) {
            stored.snapshot = snapshot
            stored.snapshotSequence = last
        }
        return stored
    }

    /// The document as lists show it, without loading it.
    func summary(of name: DocumentName) throws(SystemFailure) -> LiveDocument {
        let logs = try files(".log")
        let snapshots = try files(".snap")
        var document = LiveDocument()
        document.name = name
        document.bytes =
            logs.reduce(0) { $0 + Self.size(logPath($1)) }
            + snapshots.reduce(0) { $0 + Self.size(snapshotPath($1)) }
        document.sequence = snapshots.last ?? 0
        if let last = logs.last {
            let log = try FileBytes.read(logPath(last), atMost: Limits.fileBytes)
            if let record = LogRecord.readAll(log).records.last {
                document.sequence = max(document.sequence, record.sequence)
                document.updatedAt = Instant(milliseconds: record.at.milliseconds)
            }
        }
        return document
    }

    /// The documents of a session's directory, in no order.
    static func documents(in directory: String) throws(SystemFailure) -> [DocumentName] {
        do throws(SystemFailure) {
            return try DirectoryListing.names(in: directory).compactMap { name -> DocumentName? in
                do throws(WireFault) { return try DocumentName(name) } catch { return nil }
            }
        } catch {
            if error.errno == ENOENT { return [] }
            throw error
        }
    }
}

/// A snapshot in its file: magic, checksum, the engine's columns.
enum SnapshotFile {
    private static let magic = Array("CCS1".utf8)

    static func encode(_ snapshot: [UInt8]) -> [UInt8] {
        var file = magic
        file.reserveCapacity(snapshot.count + 8)
        LittleEndian.append(UInt64(Checksum.of(snapshot[...])), 4, to: &file)
        return file + snapshot
    }

    static func decode(_ file: [UInt8]) -> [UInt8]? {
        guard file.count >= 8, file.starts(with: magic),
            Checksum.of(file[8...]) == UInt32(LittleEndian.read(file, 4, 4))
        else { return nil }
        return Array(file[8...])
    }
}
