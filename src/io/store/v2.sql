-- Which attempts the program made by itself, as [retry] in the config allows it.

ALTER TABLE tasks ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0;
