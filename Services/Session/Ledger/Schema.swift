internal import Storage

/// The tables of the session service.
///
/// `event` is the truth. `session`, `file`, `member`, `invitation` and `run` are what the events make,
/// written in the same transaction: they are the snapshot from which a session is read again after a crash.
enum Schema {
    static let migration = Migration(
        "session-1",
        sql: """
            CREATE TABLE session (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                title TEXT NOT NULL,
                language TEXT,
                state TEXT NOT NULL,
                owner_id TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            );
            CREATE INDEX session_owner ON session (owner_id, state);
            CREATE TABLE event (
                session_id TEXT NOT NULL,
                seq INTEGER NOT NULL,
                run_id TEXT,
                run_seq INTEGER,
                data BLOB NOT NULL
            );
            CREATE UNIQUE INDEX event_order ON event (session_id, seq);
            CREATE UNIQUE INDEX event_run ON event (run_id, run_seq) WHERE run_seq IS NOT NULL;
            CREATE TABLE member (
                session_id TEXT NOT NULL,
                user_id TEXT NOT NULL,
                data BLOB NOT NULL,
                PRIMARY KEY (session_id, user_id)
            ) WITHOUT ROWID;
            CREATE INDEX member_user ON member (user_id, session_id);
            CREATE TABLE file (
                session_id TEXT NOT NULL,
                path TEXT NOT NULL,
                data BLOB NOT NULL,
                PRIMARY KEY (session_id, path)
            ) WITHOUT ROWID;
            CREATE TABLE blob (
                session_id TEXT NOT NULL,
                digest TEXT NOT NULL,
                content BLOB NOT NULL
            );
            CREATE UNIQUE INDEX blob_digest ON blob (session_id, digest);
            CREATE TABLE invitation (
                id TEXT PRIMARY KEY,
                session_id TEXT NOT NULL,
                token_hash TEXT NOT NULL UNIQUE,
                data BLOB NOT NULL
            );
            CREATE INDEX invitation_session ON invitation (session_id);
            CREATE TABLE run (
                id TEXT PRIMARY KEY,
                session_id TEXT,
                requested_by TEXT NOT NULL,
                is_final INTEGER NOT NULL DEFAULT 0,
                has_started INTEGER NOT NULL DEFAULT 0,
                execution_seq INTEGER NOT NULL DEFAULT 0,
                job_id INTEGER NOT NULL DEFAULT 0,
                spec BLOB NOT NULL,
                record BLOB NOT NULL
            );
            CREATE INDEX run_session ON run (session_id, id) WHERE session_id IS NOT NULL;
            CREATE INDEX run_active ON run (requested_by) WHERE is_final = 0;
            CREATE TABLE idempotency (
                key TEXT PRIMARY KEY,
                request TEXT NOT NULL,
                answer BLOB NOT NULL,
                expires_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE INDEX idempotency_expiry ON idempotency (expires_at);
            """)

    /// A start is noted by the executor under the run's name; only a restart of the machine can lose that.
    static let machine = Migration(
        "session-2",
        sql: """
            ALTER TABLE run DROP COLUMN has_started;
            ALTER TABLE run ADD COLUMN is_lost INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE machine (boot_id TEXT NOT NULL);
            """)
}
