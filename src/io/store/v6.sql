-- Why and what are kept as facts, and the words are made for whoever reads. What older versions kept stays in their words.
UPDATE tasks SET error_text = json_array(
    coalesce(phase ->> '$.error.code', phase ->> '$.trouble.code', phase ->> '$.put_back.error.code', ''),
    json_object('said', json_object('what', error_text))
) WHERE error_text IS NOT NULL;

ALTER TABLE tasks RENAME COLUMN error_text TO error; -- JSON: the code, and the reason without its advice
ALTER TABLE events ADD COLUMN what TEXT;             -- JSON; none in a line of an older version, whose words are in text
