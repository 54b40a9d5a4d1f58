-- The store's first shape. A released migration is never edited: a change is a new file and a new number.
-- Times are milliseconds since 1970 UTC, money is thousandths of a PTC.

CREATE TABLE tasks (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    rev         INTEGER NOT NULL UNIQUE,            -- one sequence for all rows: what changed since n is rev > n
    parent      INTEGER REFERENCES tasks (key),
    attempt     INTEGER NOT NULL,
    retried     INTEGER NOT NULL DEFAULT 0,         -- a later attempt repeats this one
    adopted     INTEGER NOT NULL DEFAULT 0,         -- made elsewhere: costs nothing against the caps
    name        TEXT UNIQUE,
    profile     TEXT NOT NULL,
    state       TEXT NOT NULL,                      -- state to bytes mirror `phase`, so that a table line needs no JSON
    charged     TEXT NOT NULL,
    error_class TEXT,
    error_text  TEXT,
    status      TEXT NOT NULL,
    task_id     TEXT,
    file_id     TEXT,
    path        TEXT,
    bytes       INTEGER,
    model       TEXT NOT NULL,                      -- model to prompt mirror `request`
    resolution  TEXT NOT NULL,
    duration    INTEGER NOT NULL,
    cost        INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER,
    finished_at INTEGER,
    expires_at  INTEGER,
    dir         TEXT,
    claim_owner TEXT,
    claim_until INTEGER,
    prompt      TEXT NOT NULL,
    request     TEXT NOT NULL,
    phase       TEXT NOT NULL
) STRICT;

CREATE INDEX tasks_state ON tasks (state);
CREATE INDEX tasks_parent ON tasks (parent) WHERE parent IS NOT NULL;
CREATE INDEX tasks_task_id ON tasks (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX tasks_spent ON tasks (coalesce(sent_at, created_at));

CREATE TABLE events (
    id   INTEGER PRIMARY KEY,
    task INTEGER NOT NULL REFERENCES tasks (key),
    at   INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    raw  TEXT
) STRICT;

CREATE INDEX events_task ON events (task);

CREATE TABLE ledger (
    id     INTEGER PRIMARY KEY,
    task   INTEGER NOT NULL REFERENCES tasks (key),
    at     INTEGER NOT NULL,
    event  TEXT NOT NULL,
    amount INTEGER NOT NULL
) STRICT;

CREATE INDEX ledger_task ON ledger (task);
CREATE INDEX ledger_at ON ledger (at);

CREATE TRIGGER ledger_keeps_its_lines BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_loses_no_lines BEFORE DELETE ON ledger
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TABLE sends (                                -- submissions of the last minute, for the shared pace
    profile TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX sends_at ON sends (profile, at);

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,                         -- draft (JSON), last_seen (milliseconds)
    value TEXT NOT NULL
) STRICT;
