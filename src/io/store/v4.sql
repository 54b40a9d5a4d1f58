-- The batch that each program is just queueing: its rows are on disk, and the program does not yet know that they are.
CREATE TABLE unconfirmed (
    owner TEXT PRIMARY KEY,                         -- as in claims
    first INTEGER NOT NULL,                         -- keys, both included
    last  INTEGER NOT NULL
) STRICT;
