-- What version 12 of a file has: whose a draft is, what was forgotten, and the time zone of the day that a
-- kept cap is of.
CREATE TABLE own_drafts (
    who     TEXT NOT NULL DEFAULT '',
    id      BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (who, id)
);
-- The table before stays: an older program that still runs writes to it.
INSERT INTO own_drafts (id, changed, body) SELECT id, changed, body FROM drafts;
DELETE FROM drafts;

-- Hashes of pictures and videos that no task names since a person had them forgotten: each machine removes its own copies.
CREATE TABLE forgotten (sha256 TEXT PRIMARY KEY);

-- A store whose roles were made before: they may use it at once.
DO $$ BEGIN
    IF to_regrole('reeltop_reader') IS NOT NULL AND to_regrole('reeltop_writer') IS NOT NULL THEN
        GRANT SELECT ON own_drafts, forgotten TO reeltop_reader;
        GRANT INSERT, UPDATE, DELETE ON own_drafts, forgotten TO reeltop_writer;
    END IF;
END $$;

ALTER TABLE caps ADD COLUMN zone BIGINT;                -- seconds east of UTC; none: each machine's own
