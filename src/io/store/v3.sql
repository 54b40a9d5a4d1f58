-- Several drafts instead of one.
CREATE TABLE drafts (
    id      INTEGER PRIMARY KEY,                    -- when it was begun (milliseconds)
    changed INTEGER NOT NULL,                       -- when it was last typed in (milliseconds)
    body    TEXT NOT NULL                           -- JSON
) STRICT;

INSERT INTO drafts SELECT 1, 0, value FROM meta WHERE name = 'draft';
DELETE FROM meta WHERE name = 'draft';
