-- Money has a currency, and is counted in millionths of it.
ALTER TABLE tasks ADD COLUMN currency TEXT NOT NULL DEFAULT 'PTC';
ALTER TABLE tasks ADD COLUMN cost_source TEXT;           -- list, records, config or typed; none where the price is not known
UPDATE tasks SET cost = cost * 1000, cost_source = iif(adopted, NULL, 'list');

ALTER TABLE ledger ADD COLUMN currency TEXT NOT NULL DEFAULT 'PTC';
DROP TRIGGER ledger_keeps_its_lines;
UPDATE ledger SET amount = amount * 1000;
CREATE TRIGGER ledger_keeps_its_lines BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- Failed here, and not by the service's word: until now that was what a failure charged for certain was.
ALTER TABLE tasks ADD COLUMN may_still_come INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET may_still_come = 1 WHERE state = 'failed' AND charged = 'yes' AND task_id IS NOT NULL;

-- Pictures that were handed to the gateway, which gave them a public address.
CREATE TABLE uploads (
    profile TEXT NOT NULL,                               -- the account that paid for it
    sha256  TEXT NOT NULL,                               -- of the picture's content
    url     TEXT NOT NULL,
    at      INTEGER NOT NULL,                            -- milliseconds
    PRIMARY KEY (profile, sha256)
) STRICT;
