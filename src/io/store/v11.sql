-- How many tasks are archived, which each start asks, without reading all of them.
CREATE INDEX tasks_archived ON tasks (archived_at) WHERE archived_at IS NOT NULL;
