-- How much of the schema a process must know to work here. A migration that takes away what processes of the version before
-- still use raises it to its own number; all others leave it, so that those may run on beside the new ones.

CREATE TABLE compatibility (single BIGINT NOT NULL PRIMARY KEY CHECK (single = 1), oldest_schema BIGINT NOT NULL);
INSERT INTO compatibility (single, oldest_schema) VALUES (1, 17);
