-- How much of the schema a process must know to work here. A migration that removes something that the previous
-- version still uses raises this to its own number. All others leave it, so that the previous version may run beside
-- the new one.

CREATE TABLE compatibility (single BIGINT NOT NULL PRIMARY KEY CHECK (single = 1), oldest_schema BIGINT NOT NULL);
INSERT INTO compatibility (single, oldest_schema) VALUES (1, 17);
