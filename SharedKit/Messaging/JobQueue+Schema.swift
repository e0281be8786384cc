package import Storage

extension JobQueue {
    /// The tables of all job queues of one database.
    package static let migration = Migration(
        "messaging-job-1",
        sql: """
            CREATE TABLE job (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                queue TEXT NOT NULL,
                kind TEXT NOT NULL,
                arguments BLOB NOT NULL,
                priority INTEGER NOT NULL,
                state TEXT NOT NULL
                    CHECK (state IN ('available', 'executing', 'completed', 'cancelled', 'dead')),
                run_at INTEGER NOT NULL,
                attempt INTEGER NOT NULL DEFAULT 0,
                max_attempts INTEGER NOT NULL,
                crashes INTEGER NOT NULL DEFAULT 0,
                lease_owner TEXT,
                lease_until INTEGER,
                fence INTEGER NOT NULL DEFAULT 0,
                heartbeat_at INTEGER,
                cancel_requested INTEGER NOT NULL DEFAULT 0,
                unique_key TEXT,
                error TEXT,
                trace_parent TEXT,
                created_at INTEGER NOT NULL,
                finished_at INTEGER
            );
            CREATE UNIQUE INDEX job_unique ON job (queue, unique_key)
                WHERE unique_key IS NOT NULL AND state IN ('available', 'executing');
            CREATE INDEX job_due ON job (queue, priority, run_at, id) WHERE state = 'available';
            CREATE INDEX job_leased ON job (queue, lease_until) WHERE state = 'executing';
            CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
            """)
}
