-- What belongs to the account, or to all programs on this store, rather than to one of them.
CREATE TABLE stops (
    kind    TEXT NOT NULL,                          -- pause (of the whole store, profile '') or halt (of one account)
    profile TEXT NOT NULL,
    who     TEXT NOT NULL,                          -- such as 'watch 812'
    at      INTEGER NOT NULL,
    why     TEXT,                                   -- JSON; none for a pause
    PRIMARY KEY (kind, profile)
) STRICT;

CREATE TABLE accounts (
    profile    TEXT PRIMARY KEY,
    not_before INTEGER NOT NULL,                    -- the service asked to send nothing before this
    body       TEXT NOT NULL                        -- JSON: this and what came to nothing in a row
) STRICT;

CREATE TABLE senders (                              -- running programs that send whatever is queued
    owner   TEXT PRIMARY KEY,                       -- as in claims; one that has ended counts for nothing
    name    TEXT NOT NULL,
    profile TEXT NOT NULL
) STRICT;
