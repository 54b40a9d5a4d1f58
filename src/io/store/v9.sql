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
