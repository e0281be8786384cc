internal import Contracts
internal import SystemKit

/// Versions out of a log: one for each stretch of one person's editing, one for each name.
enum VersionList {
    /// Oldest first.
    static func versions(_ records: [LogRecord]) -> [DocumentVersion] {
        var versions: [DocumentVersion] = []
        var open: DocumentVersion?
        for record in records {
            switch record.content {
            case .update(let update):
                if let stretch = open, !goesOn(stretch, record) {
                    versions.append(stretch)
                    open = nil
                }
                open = extended(open, record, update.count)
            case .name(let sequence, let name):
                if let stretch = open { versions.append(stretch) }
                open = nil
                versions.append(named(sequence, name, record))
            }
        }
        if let open { versions.append(open) }
        return versions
    }

    private static func author(of record: LogRecord) -> UserID? {
        record.author == .zero ? nil : record.author
    }

    private static func goesOn(_ stretch: DocumentVersion, _ record: LogRecord) -> Bool {
        stretch.userID == author(of: record)
            && Int64(record.at.milliseconds) - Int64(stretch.at.milliseconds) < Limits.stretchMilliseconds
    }

    private static func extended(
        _ stretch: DocumentVersion?, _ record: LogRecord, _ bytes: Int
    ) -> DocumentVersion {
        var version = stretch ?? DocumentVersion()
        version.sequence = record.sequence
        version.at = Instant(milliseconds: record.at.milliseconds)
        version.userID = author(of: record)
        version.updates += 1
        version.bytes += bytes
        return version
    }

    private static func named(_ sequence: Int, _ name: String, _ record: LogRecord) -> DocumentVersion {
        .with {
            $0.sequence = sequence
            $0.at = Instant(milliseconds: record.at.milliseconds)
            $0.userID = author(of: record)
            // Only names that were checked get into the log.
            do throws(WireFault) { $0.name = try DisplayName(name) } catch { $0.name = nil }
        }
    }
}
