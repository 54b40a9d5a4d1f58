-- The roles of a shared store: a reader sees, a writer also submits and settles, a keeper also sets the budget that holds for
-- everybody (`reeltop store budget`) and raises it. Run it in the database of the store, as the
-- user who ran `reeltop store init`; then: GRANT reeltop_writer TO ann;
-- The API key is never in the database. The ledger can be added to, never changed.

DO $$ BEGIN
    CREATE ROLE reeltop_reader NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN
    CREATE ROLE reeltop_writer NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

DO $$ BEGIN
    CREATE ROLE reeltop_keeper NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

GRANT SELECT ON meta, tasks, events, ledger, sends, drafts, unconfirmed, stops, accounts, senders, callbacks, uploads,
    raises, balances, commits, programs, keys, caps TO reeltop_reader;

GRANT reeltop_reader TO reeltop_writer;
GRANT INSERT, UPDATE ON meta, tasks, accounts, callbacks, keys TO reeltop_writer;
GRANT INSERT, UPDATE ON events TO reeltop_writer;
GRANT INSERT ON ledger, raises TO reeltop_writer;
GRANT INSERT, UPDATE, DELETE ON sends, drafts, unconfirmed, stops, senders, uploads, balances, commits, programs TO reeltop_writer;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE tasks_key_seq, events_id_seq, ledger_id_seq TO reeltop_writer;

GRANT reeltop_writer TO reeltop_keeper;
GRANT INSERT, UPDATE, DELETE ON caps TO reeltop_keeper;
