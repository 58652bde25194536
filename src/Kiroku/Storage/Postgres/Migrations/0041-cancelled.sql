-- Whether an action that runs can still be cancelled, and who asked for that and when (microseconds since 1970). Actions
-- that were begun before this cannot be: nobody noted how far they are.

ALTER TABLE records ADD COLUMN cancelable SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN cancelled BIGINT;
ALTER TABLE records ADD COLUMN cancelled_by BYTEA;

-- Nodes of the version before do not write these.
UPDATE compatibility SET oldest_schema = 41;
