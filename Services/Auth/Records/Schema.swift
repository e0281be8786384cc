internal import Storage

/// The tables of the auth service.
enum Schema {
    static let migrations = [
        Migration(
            "auth-1",
            sql: """
                CREATE TABLE account (
                    id TEXT PRIMARY KEY, login TEXT UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,
                    scopes TEXT NOT NULL, password TEXT, created_ms INTEGER NOT NULL
                ) WITHOUT ROWID;
                CREATE TABLE sign_in (
                    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
                    counter INTEGER NOT NULL, created_ms INTEGER NOT NULL, rotated_ms INTEGER NOT NULL,
                    expires_ms INTEGER NOT NULL, client TEXT NOT NULL, address TEXT NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX sign_in_of_user ON sign_in (user_id);
                CREATE INDEX sign_in_expiry ON sign_in (expires_ms);
                CREATE TABLE personal_token (
                    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
                    digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hint TEXT NOT NULL, scopes TEXT NOT NULL,
                    created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, used_ms INTEGER
                ) WITHOUT ROWID;
                CREATE INDEX personal_token_of_user ON personal_token (user_id);
                CREATE TABLE revocation (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT, sign_in_id TEXT, token_id TEXT,
                    at_ms INTEGER NOT NULL
                );
                CREATE TABLE audit (
                    sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, user_id TEXT,
                    address TEXT NOT NULL, detail TEXT NOT NULL, chain TEXT NOT NULL
                );
                CREATE INDEX audit_of_user ON audit (user_id, sequence);
                CREATE TRIGGER audit_stays BEFORE DELETE ON audit
                    BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
                CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
                    BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
                """
        ),
        Migration(
            "auth-2",
            sql: """
                CREATE TABLE delay (
                    key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_ms INTEGER NOT NULL,
                    until_ms INTEGER NOT NULL
                ) WITHOUT ROWID;
                """
        ),
    ]
}
