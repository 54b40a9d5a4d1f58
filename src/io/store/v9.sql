-- What the day's cap was raised by, each for the day on which it was raised. Lines of money: none is changed or lost.
CREATE TABLE raises (
    at       INTEGER NOT NULL,                           -- milliseconds
    who      TEXT NOT NULL,                              -- the program, such as `dashboard 812`
    amount   INTEGER NOT NULL,                           -- millionths of the currency
    currency TEXT NOT NULL,
    PRIMARY KEY (at, who)
) STRICT;

CREATE TRIGGER raises_keep_their_lines BEFORE UPDATE ON raises
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER raises_lose_no_lines BEFORE DELETE ON raises
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- What was charged for a task beside its price and counts as spent: uploads, second charges. In millionths.
ALTER TABLE tasks ADD COLUMN besides INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET besides = uploaded,
    phase = json_set(phase, '$.uploads', printf('%d.%06d', uploaded / 1000000, uploaded % 1000000)) FROM
    (SELECT task, sum(amount) AS uploaded FROM ledger WHERE event = 'upload' GROUP BY task)
WHERE key = task;

-- What an account's balance was, each time it was another one than before.
CREATE TABLE balances (
    profile TEXT NOT NULL,
    at      INTEGER NOT NULL,                            -- milliseconds
    amount  INTEGER NOT NULL,                            -- millionths
    PRIMARY KEY (profile, at)
) STRICT;

-- A program sends for every profile whose key it has; one that sends nothing now has a line with profile ''.
DROP TABLE senders;
CREATE TABLE senders (                              -- running programs that send whatever is queued
    owner   TEXT NOT NULL,                          -- as in claims; one that has ended counts for nothing
    name    TEXT NOT NULL,
    profile TEXT NOT NULL,
    PRIMARY KEY (owner, profile)
) STRICT;
