-- Whether an action that runs can still be cancelled, and who asked for that and when (microseconds since 1970). Actions
-- that were begun before this cannot be: nobody noted how far they are.

ALTER TABLE records ADD COLUMN cancelable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN cancelled INTEGER;
ALTER TABLE records ADD COLUMN cancelled_by BLOB;
