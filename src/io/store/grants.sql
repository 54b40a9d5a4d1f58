-- The roles of a shared store: a reader sees, a writer also submits and settles, a keeper also sets the budget that holds for
-- everybody (`reeltop store budget`) and raises it. Run it in the database of the store, as the user who ran
-- `reeltop store init`: that user needs CREATEROLE, or a superuser runs it. Then: GRANT reeltop_writer TO ann;
-- It is one statement, all or nothing, and can be run again. The API key is never in the database. The ledger can be added
-- to, never changed.

DO $$
DECLARE
    of TEXT;
BEGIN
    FOREACH of IN ARRAY ARRAY['reeltop_reader', 'reeltop_writer', 'reeltop_keeper'] LOOP
        BEGIN
            IF to_regrole(of) IS NULL THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', of);
            END IF;
        EXCEPTION WHEN duplicate_object THEN NULL; -- Another run of this made it.
        END;
    END LOOP;

    GRANT SELECT ON meta, tasks, events, ledger, sends, drafts, own_drafts, unconfirmed, stops, accounts, senders, callbacks, uploads,
        raises, balances, commits, programs, keys, caps, forgotten TO reeltop_reader;

    GRANT reeltop_reader TO reeltop_writer;
    GRANT INSERT, UPDATE ON meta, tasks, accounts, callbacks, keys TO reeltop_writer;
    GRANT INSERT, UPDATE ON events TO reeltop_writer;
    GRANT INSERT ON ledger, raises TO reeltop_writer;
    GRANT INSERT, UPDATE, DELETE ON sends, drafts, own_drafts, unconfirmed, stops, senders, uploads, balances, commits, programs,
        forgotten TO reeltop_writer;
    GRANT USAGE, SELECT, UPDATE ON SEQUENCE tasks_key_seq, events_id_seq, ledger_id_seq TO reeltop_writer;

    GRANT reeltop_writer TO reeltop_keeper;
    GRANT INSERT, UPDATE, DELETE ON caps TO reeltop_keeper;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the roles were not made: %', SQLERRM
        USING ERRCODE = 'insufficient_privilege',
            HINT = format('Run this as a superuser, or let one run first: ALTER ROLE %I CREATEROLE;', current_user);
END $$;
