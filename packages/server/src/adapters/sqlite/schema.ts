import { VALUE_COLUMNS } from '../stored-row.ts';

/**
 * The tables of the two SQLite files. A migration is never changed once released: a new one is added below.
 * `AUTOINCREMENT` because a ref is never given twice, not even after its row was dropped.
 */

export const HISTORY_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE drones (
    drone_ref INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    drone_id TEXT NOT NULL,
    UNIQUE (tenant, drone_id)
  ) STRICT;

  CREATE TABLE sessions (
    session_ref INTEGER PRIMARY KEY AUTOINCREMENT,
    drone_ref INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    session_key TEXT NOT NULL,
    used_ms INTEGER NOT NULL,
    UNIQUE (drone_ref, session_id)
  ) STRICT;
  CREATE INDEX sessions_by_key ON sessions (session_key);
  CREATE INDEX sessions_by_use ON sessions (used_ms);

  CREATE TABLE profiles (
    profile_ref INTEGER PRIMARY KEY AUTOINCREMENT,
    json TEXT NOT NULL UNIQUE,
    used_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX profiles_by_use ON profiles (used_ms);

  CREATE TABLE telemetry (
    session_ref INTEGER NOT NULL,
    place INTEGER NOT NULL,
    drone_ref INTEGER NOT NULL,
    time_us INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    profile_ref INTEGER NOT NULL,
    rest TEXT,
    verbatim INTEGER NOT NULL,
    ${VALUE_COLUMNS.map((name) => `${name} REAL`).join(',\n    ')}
  ) STRICT;
  CREATE UNIQUE INDEX telemetry_identity ON telemetry (session_ref, place);
  CREATE INDEX telemetry_by_time ON telemetry (drone_ref, time_us, place);

  CREATE TABLE anomalies (
    anomaly_ref INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    anomaly_id TEXT NOT NULL,
    drone_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    time_us INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    anomaly_type TEXT NOT NULL,
    severity TEXT NOT NULL,
    source TEXT NOT NULL,
    data TEXT NOT NULL,
    acknowledged_by TEXT,
    acknowledged_ms INTEGER,
    note TEXT,
    UNIQUE (tenant, anomaly_id)
  ) STRICT;
  CREATE INDEX anomalies_by_time ON anomalies (tenant, time_us);
  CREATE INDEX anomalies_by_drone ON anomalies (tenant, drone_id, time_us);

  CREATE TABLE positions (
    journal_id TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE records (
    record_ref INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    drone_id TEXT,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms INTEGER,
    data TEXT NOT NULL,
    UNIQUE (tenant, kind, id)
  ) STRICT;
  CREATE INDEX records_by_time ON records (tenant, kind, created_ms);
  CREATE INDEX records_by_end ON records (ended_ms);
  `,
];

export const CONTROL_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    permissions TEXT NOT NULL,
    drone_id TEXT,
    hash TEXT NOT NULL,
    prefix TEXT NOT NULL,
    rate_per_minute REAL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    last_used_ms INTEGER
  ) STRICT;

  CREATE TABLE revoked_tokens (
    jti TEXT PRIMARY KEY,
    expires_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE revision (number INTEGER NOT NULL) STRICT;
  INSERT INTO revision VALUES (0);

  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    entry TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_tenant ON audit (tenant, number);
  CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
  CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
  `,
];
