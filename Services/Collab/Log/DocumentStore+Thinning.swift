internal import CRDTCore
internal import Contracts
private import Glibc
internal import SystemKit

/// How old history goes: logs first, with named versions saved out of them, then versions.
extension DocumentStore {
    /// The names that were given: more than in the logs, once old ones are gone.
    private var namesPath: String { "\(directory)/names" }

    /// Lets go of what the policy does not keep.
    ///
    /// Each step leaves a whole document: a version's snapshot and the names are durable before the log goes
    /// that they came from, and the newest snapshot and what is behind it always stay.
    /// - Throws: `SystemFailure`; what is left goes another time.
    func thin(now: Timestamp) throws(SystemFailure) {
        let logs = try files(".log")
        guard let open = logs.last, let newest = try files(".snap").last else { return }
        // A log goes only when the newest snapshot covers it.
        let finished = zip(logs, logs.dropFirst()).filter { $0.1 <= newest + 1 }
        let segments = finished.map { first, next in
            HistoryPolicy.Segment(
                first: first, last: next - 1, bytes: Self.size(logPath(first)),
                newest: Self.modified(logPath(first)))
        }
        let count = policy.expired(segments, openBytes: Self.size(logPath(open)), now: now)
        let named = try namedVersions()
        for segment in segments.prefix(count) {
            for version in named where segment.first...segment.last ~= version { try saveVersion(version) }
            try check("unlink") { unlink(logPath(segment.first)) }
        }
        try thinVersions(now)
    }

    /// Keeps a name for as long as the document: the log that has it may go.
    /// - Throws: `SystemFailure`; the names are then what they were.
    func keep(_ name: LogRecord) throws(SystemFailure) {
        let names = try savedNames()
        guard !names.contains(name) else { return }
        var bytes: [UInt8] = []
        for record in names + [name] { record.encode(to: &bytes) }
        try FileBytes.replace(namesPath, with: bytes, mode: 0o600)
    }

    /// The names that were given.
    private func savedNames() throws(SystemFailure) -> [LogRecord] {
        do throws(SystemFailure) {
            return LogRecord.readAll(try FileBytes.read(namesPath, atMost: Limits.fileBytes)).records
        } catch {
            if error.errno == ENOENT { return [] }
            throw error
        }
    }

    /// The versions that have a name.
    private func namedVersions() throws(SystemFailure) -> Set<Int> {
        Set(
            try savedNames().compactMap { record in
                guard case .name(let version, _) = record.content else { return nil }
                return version
            })
    }

    /// Makes a named version a snapshot of its own, so that it outlives its log.
    private func saveVersion(_ version: Int) throws(SystemFailure) {
        if try files(".snap").contains(version) { return }
        let snapshot: [UInt8]
        do {
            snapshot = try Replay(try history(upTo: version)).snapshot()
        } catch let failure as SystemFailure {
            // What is gone already cannot be saved; everything else can be tried again.
            if failure.errno == ENOENT { return }
            throw failure
        } catch {
            throw SystemFailure(call: "snapshot", errno: EBADMSG)
        }
        try put(snapshot, through: version)
    }

    private func thinVersions(_ now: Timestamp) throws(SystemFailure) {
        let logs = try files(".log")
        let snapshots = try files(".snap")
        guard let first = logs.first, let newest = snapshots.last else { return }
        // The snapshot before the oldest log is what its records go on from.
        let base = snapshots.last { $0 < first } ?? newest
        let versions = snapshots.filter { $0 < min(base, newest) }.map { sequence in
            HistoryPolicy.Version(
                sequence: sequence, bytes: Self.size(snapshotPath(sequence)),
                at: Self.modified(snapshotPath(sequence)))
        }
        guard !policy.thinned(versions, named: [], now: now).isEmpty else { return }
        for sequence in policy.thinned(versions, named: try namedVersions(), now: now) {
            try check("unlink") { unlink(snapshotPath(sequence)) }
        }
    }

    /// The versions behind which no log lies any more, oldest first; the names among them with theirs.
    func oldVersions() throws(SystemFailure) -> [DocumentVersion] {
        let first = try files(".log").first ?? 1
        let snapshots = try files(".snap").filter { $0 < first }
        let plain = snapshots.map { sequence in
            DocumentVersion.with {
                $0.sequence = sequence
                $0.at = Instant(milliseconds: Self.modified(snapshotPath(sequence)).milliseconds)
            }
        }
        let kept = Set(snapshots)
        // A name in a log that is still there is told from there.
        let told = try records(after: 0, upTo: .max, limit: .max).filter { $0.update == nil }
        let names = try savedNames().filter { !told.contains($0) }
        let named = VersionList.versions(names).filter { $0.sequence >= first || kept.contains($0.sequence) }
        return (plain + named).sorted { ($0.sequence, $0.at) < ($1.sequence, $1.at) }
    }

    /// When a file was last changed.
    private static func modified(_ path: String) -> Timestamp {
        var status = stat()
        guard stat(path, &status) == 0 else { return Timestamp(milliseconds: 0) }
        let time = status.st_mtim
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
