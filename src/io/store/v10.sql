-- Who did it, where several people share a store: the name that a person's config gives. None in what an older version wrote.
ALTER TABLE tasks ADD COLUMN who TEXT;                   -- who queued it
ALTER TABLE events ADD COLUMN who TEXT;                  -- whose program wrote it
ALTER TABLE ledger ADD COLUMN who TEXT;                  -- likewise
ALTER TABLE raises ADD COLUMN person TEXT;               -- who raised it; `who` is the program
ALTER TABLE tasks ADD COLUMN host TEXT;                  -- the machine that the file was saved on

-- Caps that hold for everybody on the store, whatever a config says.
CREATE TABLE caps (
    currency     TEXT PRIMARY KEY,
    per_day      INTEGER,                                -- millionths; none for no cap
    per_day_each INTEGER,                                -- the same for one person
    who          TEXT NOT NULL,                          -- the person who set them
    at           INTEGER NOT NULL                        -- milliseconds
) STRICT;
