package import SystemKit

/// How much of a document's past is kept.
///
/// Every update for `fullDays` days, as long as its logs have at most `logBytes` together. Behind that there
/// are single versions: those that somebody named for ever; of the others the last of each day for
/// `dailyDays`, then the last of each week, the oldest going first when they have more than `versionBytes`.
package struct HistoryPolicy: Sendable {
    /// A log that is finished: nothing is appended to it any more.
    package struct Segment: Sendable {
        /// The numbers of its first and last update.
        package let first, last: Int
        /// Its size.
        package let bytes: Int
        /// When its last update came.
        package let newest: Timestamp

        /// A log by what is known of its file.
        package init(first: Int, last: Int, bytes: Int, newest: Timestamp) {
            self.first = first
            self.last = last
            self.bytes = bytes
            self.newest = newest
        }
    }

    /// A snapshot behind which no log lies any more.
    package struct Version: Sendable {
        /// The number of its last update.
        package let sequence: Int
        /// Its size.
        package let bytes: Int
        /// When it was made.
        package let at: Timestamp

        /// A snapshot by what is known of its file.
        package init(sequence: Int, bytes: Int, at: Timestamp) {
            self.sequence = sequence
            self.bytes = bytes
            self.at = at
        }
    }

    private static let day: Int64 = 86_400_000
    /// Days for which every update is kept.
    package var fullDays: Int64 = 30
    /// Bytes of logs with every update.
    package var logBytes = 64 << 20
    /// Days for which a version of each day is kept; behind that, of each week.
    package var dailyDays: Int64 = 90
    /// Bytes of versions without a name.
    package var versionBytes = 64 << 20

    /// The policy unless configured.
    package init() {}

    /// How many of the finished logs, oldest first, go.
    /// - Parameter openBytes: bytes of the log that is still written to.
    package func expired(_ segments: [Segment], openBytes: Int, now: Timestamp) -> Int {
        let limit = now.milliseconds - fullDays * Self.day
        var bytes = segments.reduce(openBytes) { $0 + $1.bytes }
        var count = 0
        for segment in segments {
            guard bytes > logBytes || segment.newest.milliseconds < limit else { break }
            bytes -= segment.bytes
            count += 1
        }
        return count
    }

    /// The versions that go, of those behind which no log lies.
    package func thinned(_ versions: [Version], named: Set<Int>, now: Timestamp) -> [Int] {
        var gone: [Int] = []
        var spans: Set<Int64> = []
        var bytes = 0
        for version in versions.sorted(by: { $0.sequence > $1.sequence }) {
            if named.contains(version.sequence) { continue }
            let isFirst = spans.insert(span(of: version.at, now)).inserted
            if isFirst, bytes + version.bytes <= versionBytes {
                bytes += version.bytes
            } else {
                gone.append(version.sequence)
            }
        }
        return gone
    }

    /// The day, or behind `dailyDays` the week, of which one version stays; weeks count downwards from -1.
    private func span(of instant: Timestamp, _ now: Timestamp) -> Int64 {
        let day = instant.milliseconds / Self.day
        let age = now.milliseconds - instant.milliseconds
        return age < dailyDays * Self.day ? day : -1 - day / 7
    }
}
