-- What version 12 of a file has: whose a draft is, what was forgotten, and the time zone of the day that a
-- kept cap is of.
ALTER TABLE drafts ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts DROP CONSTRAINT drafts_pkey;
ALTER TABLE drafts ADD PRIMARY KEY (who, id);

-- Hashes of pictures and videos that no task names since a person had them forgotten: each machine removes its own copies.
CREATE TABLE forgotten (sha256 TEXT PRIMARY KEY);

-- A store whose roles were made before: they may use it at once.
DO $$ BEGIN
    IF to_regrole('reeltop_reader') IS NOT NULL AND to_regrole('reeltop_writer') IS NOT NULL THEN
        GRANT SELECT ON forgotten TO reeltop_reader;
        GRANT INSERT, UPDATE, DELETE ON forgotten TO reeltop_writer;
    END IF;
END $$;

ALTER TABLE caps ADD COLUMN zone BIGINT;                -- seconds east of UTC; none: each machine's own
