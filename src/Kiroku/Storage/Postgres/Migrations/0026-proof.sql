-- Who of the nodes proves what it asks of others: the process, as it says itself. Null, or another than the row's: one of a version before.

ALTER TABLE nodes ADD COLUMN sealing_silo TEXT COLLATE "C";

-- What nodes without certificates in their settings sign their own with. Who can read it can join.
CREATE TABLE node_authority (
    single       BIGINT NOT NULL PRIMARY KEY CHECK (single = 1),
    certificate  TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL
);
