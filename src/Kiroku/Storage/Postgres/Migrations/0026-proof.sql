-- The process that has recorded that it seals its calls. Null, or another process than the row's, means a node of an
-- earlier version.

ALTER TABLE nodes ADD COLUMN sealing_silo TEXT COLLATE "C";

-- The authority with which nodes sign their certificates if their settings name none. Whoever can read it can join.
CREATE TABLE node_authority (
    single       BIGINT NOT NULL PRIMARY KEY CHECK (single = 1),
    certificate  TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL
);
