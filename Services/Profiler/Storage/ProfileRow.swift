internal import Contracts
internal import GRDB

/// A profile as it is stored: what clients see, and what the recorder needs to go on.
struct ProfileRow: Sendable {
    let profile: Profile
    let owner: Identity
    let figures: ProfileFigures

    static let columns = """
        id, owner_identity, execution_id, run_id, state, created_ms, samples, memory_peak_bytes,
        memory_peak_at_us,
        cpu_us, wall_us, minor_faults, major_faults, last_event, last_at_us
        """

    init(_ row: Row) throws {
        var figures = ProfileFigures()
        figures.samples = row["samples"]
        figures.memoryPeak = row["memory_peak_bytes"]
        figures.memoryPeakAt = row["memory_peak_at_us"]
        figures.cpu = row["cpu_us"]
        figures.wall = row["wall_us"]
        figures.minorFaults = row["minor_faults"]
        figures.majorFaults = row["major_faults"]
        figures.lastEvent = row["last_event"]
        figures.lastAt = row["last_at_us"]
        var profile = Profile()
        profile.id = try ProfileID(row["id"] as String)
        profile.executionID = try ExecutionID(row["execution_id"] as String)
        profile.runID = try (row["run_id"] as String?).map { try RunID($0) }
        profile.state = Profile.State(rawValue: row["state"]) ?? .incomplete
        profile.createdAt = Instant(milliseconds: row["created_ms"])
        figures.show(in: &profile)
        self.profile = profile
        self.figures = figures
        owner = try Identity.decode(Array((row["owner_identity"] as String).utf8), unknownFields: .skip)
    }
}

extension ProfileFigures {
    /// Puts the figures where clients read them.
    func show(in profile: inout Profile) {
        profile.samples = samples
        profile.memoryPeakBytes = memoryPeak
        profile.memoryPeakAtMicroseconds = memoryPeakAt
        profile.cpuMicroseconds = cpu
        profile.wallMicroseconds = wall
        profile.minorFaults = minorFaults
        profile.majorFaults = majorFaults
    }
}

/// The schema of `profiler.sqlite`.
enum ProfileSchema {
    static let first = """
        CREATE TABLE profile (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, owner_identity TEXT NOT NULL,
            execution_id TEXT NOT NULL,
            run_id TEXT, idempotency_key TEXT, state TEXT NOT NULL, created_ms INTEGER NOT NULL,
            samples INTEGER NOT NULL DEFAULT 0, memory_peak_bytes INTEGER NOT NULL DEFAULT 0,
            memory_peak_at_us INTEGER NOT NULL DEFAULT 0, cpu_us INTEGER NOT NULL DEFAULT 0,
            wall_us INTEGER NOT NULL DEFAULT 0, minor_faults INTEGER NOT NULL DEFAULT 0,
            major_faults INTEGER NOT NULL DEFAULT 0, last_event INTEGER NOT NULL DEFAULT 0,
            last_at_us INTEGER NOT NULL DEFAULT -1, stored_samples INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0, UNIQUE (owner, execution_id)) STRICT;
        CREATE INDEX profile_of_owner ON profile (owner, id);
        CREATE INDEX profile_recording ON profile (id) WHERE state = 'recording';
        CREATE UNIQUE INDEX profile_key ON profile (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE TABLE chunk (
            profile_id TEXT NOT NULL REFERENCES profile (id) ON DELETE CASCADE, first_at_us INTEGER NOT NULL,
            last_at_us INTEGER NOT NULL, samples INTEGER NOT NULL, columns BLOB NOT NULL,
            PRIMARY KEY (profile_id, first_at_us)) STRICT, WITHOUT ROWID;
        """
}
