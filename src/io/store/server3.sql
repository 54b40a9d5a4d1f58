-- What version 11 of a file has: how many tasks are archived, without reading all of them.
CREATE INDEX tasks_archived ON tasks (archived_at) WHERE archived_at IS NOT NULL;
