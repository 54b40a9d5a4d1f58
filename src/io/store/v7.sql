-- The number under which the gateway keeps a call: what its records, support and refunds go by.
ALTER TABLE tasks ADD COLUMN request_id TEXT;            -- of the submission
ALTER TABLE events ADD COLUMN request_id TEXT;           -- of the answer behind an entry
