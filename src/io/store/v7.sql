-- The number under which the gateway keeps a call: what its records, support and refunds go by.
ALTER TABLE tasks ADD COLUMN request_id TEXT;            -- of the submission
ALTER TABLE events ADD COLUMN request_id TEXT;           -- of the answer behind an entry

-- Where the service posts about an attempt, and what it last posted.
CREATE TABLE callbacks (
    path TEXT PRIMARY KEY,                          -- nobody can guess it
    task INTEGER NOT NULL UNIQUE REFERENCES tasks (key) ON DELETE CASCADE,
    seq  INTEGER UNIQUE,                            -- one sequence for all posts: what came since n is seq > n
    id   TEXT                                       -- the service's id of the task, by its last post
) STRICT;

-- Failures that a person has put away, and what one confirmation queued together.
ALTER TABLE tasks ADD COLUMN put_away_at INTEGER;    -- milliseconds; none while it is open, retried or no failure
ALTER TABLE tasks ADD COLUMN batch INTEGER;          -- the key of the first task that was queued with it; none for that one itself
-- The tasks of one transaction have one time.
UPDATE tasks SET batch = first FROM
    (SELECT created_at AS made, profile AS account, min(key) AS first FROM tasks GROUP BY created_at, profile)
WHERE created_at = made AND profile = account AND key > first;

-- Tasks of several stores are told apart by where they were first queued; and old ones leave the table.
ALTER TABLE tasks ADD COLUMN origin TEXT;            -- of an imported one: store/key/created_at; none where this store made it
ALTER TABLE tasks ADD COLUMN archived_at INTEGER;    -- milliseconds; none while it is in the table
CREATE UNIQUE INDEX tasks_origin ON tasks (origin) WHERE origin IS NOT NULL;
INSERT INTO meta (name, value) VALUES ('store', lower(hex(randomblob(8))));
