internal import Contracts
internal import Foundation
internal import GRDB

/// The chunks of the profiles.
enum SampleTable {
    static func add(_ chunk: EncodedChunk, to id: ProfileID, _ database: Database) throws {
        try insert(chunk, id, database)
        try database.cachedStatement(
            sql: "UPDATE profile SET stored_samples = stored_samples + ?, bytes = bytes + ? WHERE id = ?"
        ).execute(arguments: [chunk.samples, chunk.bytes.count, id.text])
        let stored = try Int.fetchOne(
            database.cachedStatement(sql: "SELECT stored_samples FROM profile WHERE id = ?"),
            arguments: [id.text])
        if stored ?? 0 > Limits.samplesPerProfile { try thin(id, database) }
    }

    private static func insert(_ chunk: EncodedChunk, _ id: ProfileID, _ database: Database) throws {
        // A chunk that was stored before a crash may come again behind it.
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [id.text, chunk.firstAt, chunk.lastAt, chunk.samples, Data(chunk.bytes)])
    }

    /// Rewrites a profile with half as many samples, evenly over its time.
    private static func thin(_ id: ProfileID, _ database: Database) throws {
        let fewer = Thinning.thin(try samples(of: id, after: -1, database), to: Limits.samplesPerProfile / 2)
        try database.execute(sql: "DELETE FROM chunk WHERE profile_id = ?", arguments: [id.text])
        let chunks = EncodedChunk.all(fewer)
        for chunk in chunks { try insert(chunk, id, database) }
        try database.execute(
            sql: "UPDATE profile SET stored_samples = ?, bytes = ? WHERE id = ?",
            arguments: [fewer.count, chunks.reduce(0) { $0 + $1.bytes.count }, id.text])
    }

    static func samples(of id: ProfileID, after at: Int, _ database: Database) throws -> [UsageSample] {
        var samples: [UsageSample] = []
        let rows = try Data.fetchCursor(
            database,
            sql: "SELECT columns FROM chunk WHERE profile_id = ? AND last_at_us > ? ORDER BY first_at_us",
            arguments: [id.text, at])
        while let bytes = try rows.next() {
            try bytes.withUnsafeBytes {
                try SampleChunk.decode($0, atMost: Limits.chunkSamples, into: &samples)
            }
        }
        return Array(samples.drop { $0.atMicroseconds <= at })
    }
}
