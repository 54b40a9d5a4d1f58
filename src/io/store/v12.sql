-- Whose a draft is, where several people share a store: the name that a person's config gives; '' in what an older version
-- wrote, and in a file, which is one person's.
CREATE TABLE own_drafts (
    who     TEXT NOT NULL DEFAULT '',
    id      INTEGER NOT NULL,                       -- when it was begun (milliseconds)
    changed INTEGER NOT NULL,                       -- when it was last typed in (milliseconds)
    body    TEXT NOT NULL,                          -- JSON
    PRIMARY KEY (who, id)
) STRICT;

-- The table before stays: an older program that still runs writes to it.
INSERT INTO own_drafts (id, changed, body) SELECT id, changed, body FROM drafts;
DELETE FROM drafts;

-- The time zone of the day that a kept cap is of: so many seconds east of UTC. None: each machine's own.
ALTER TABLE caps ADD COLUMN zone INTEGER;
