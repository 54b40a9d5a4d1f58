-- What version 10 of a file has: who did it, where a file is, and the caps that hold for everybody on the store.

ALTER TABLE tasks ADD COLUMN who TEXT;
ALTER TABLE events ADD COLUMN who TEXT;
ALTER TABLE ledger ADD COLUMN who TEXT;
ALTER TABLE raises ADD COLUMN person TEXT;
ALTER TABLE tasks ADD COLUMN host TEXT;

CREATE TABLE caps (
    currency     TEXT PRIMARY KEY,
    per_day      BIGINT,
    per_day_each BIGINT,
    who          TEXT NOT NULL,
    at           BIGINT NOT NULL
);

-- Once caps are kept here, today's is raised only by those who may set them: the keepers.
CREATE FUNCTION raises_are_a_keepers() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT 1 FROM caps WHERE currency = NEW.currency) AND NOT has_table_privilege(current_user, 'caps', 'UPDATE') THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a keeper raises a cap that is kept in the store';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER raises_are_a_keepers BEFORE INSERT ON raises
FOR EACH ROW EXECUTE FUNCTION raises_are_a_keepers();

-- The profiles that a program asks its service for, as a list in JSON: who shares an account's poll budget.
ALTER TABLE programs ADD COLUMN asks TEXT NOT NULL DEFAULT '[]';

-- Which key a profile's machines use, to warn of two accounts under one name: never the key, which cannot be had from this.
CREATE TABLE keys (
    profile     TEXT PRIMARY KEY,
    salt        TEXT NOT NULL,                      -- random
    fingerprint TEXT NOT NULL,                      -- 64 bits of SHA-256 over salt and key
    who         TEXT NOT NULL,                      -- whose program put it down
    host        TEXT NOT NULL,
    at          BIGINT NOT NULL                     -- by the server's clock
);
