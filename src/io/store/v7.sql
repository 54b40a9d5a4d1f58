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
