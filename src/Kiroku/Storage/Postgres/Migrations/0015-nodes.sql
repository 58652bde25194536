-- Several processes on one store: the nodes, the capacity of their hosts, the places of servers' disks, and servers'
-- claims.

CREATE TABLE nodes (
    name                TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number              BIGINT NOT NULL UNIQUE,
    folder              TEXT COLLATE "C" NOT NULL,
    silo                TEXT COLLATE "C",
    roles               TEXT COLLATE "C" NOT NULL,
    zone                TEXT COLLATE "C" NOT NULL,
    address             TEXT COLLATE "C" NOT NULL,
    version             TEXT COLLATE "C" NOT NULL,
    draining            BIGINT NOT NULL DEFAULT 0,
    hypervisor_kind     TEXT COLLATE "C",
    hypervisor_version  TEXT COLLATE "C",
    vcpus               BIGINT NOT NULL DEFAULT 0,
    memory_mib          BIGINT NOT NULL DEFAULT 0,
    disk_bytes          BIGINT NOT NULL DEFAULT 0,
    disk_free_bytes     BIGINT NOT NULL DEFAULT 0,
    connected           BIGINT NOT NULL DEFAULT 0,
    started_at          TEXT COLLATE "C" NOT NULL,
    seen_at             TEXT COLLATE "C" NOT NULL
);

-- A server's claim on a second host while it moves or may move back.
ALTER TABLE servers ADD COLUMN other_host TEXT COLLATE "C";
ALTER TABLE servers ADD COLUMN other_vcpus BIGINT NOT NULL DEFAULT 0;
ALTER TABLE servers ADD COLUMN other_memory_mib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE servers ADD COLUMN other_disk_gib BIGINT NOT NULL DEFAULT 0;
CREATE INDEX servers_of_other_host ON servers (other_host) WHERE deleted = 0;

-- The hosts of a server's disk and of the disk that it can go back to.
ALTER TABLE servers ADD COLUMN disk_host TEXT COLLATE "C";
ALTER TABLE servers ADD COLUMN former_host TEXT COLLATE "C";
UPDATE servers SET
    disk_host = COALESCE(host, (SELECT e.host FROM action_events e WHERE e.host IS NOT NULL ORDER BY e.id DESC LIMIT 1))
WHERE generation IS NOT NULL;
UPDATE servers SET former_host = host WHERE former_generation IS NOT NULL;

-- Volumes that no row names but that are not deleted until somebody has looked at them.
CREATE TABLE kept_volumes (
    host        TEXT COLLATE "C" NOT NULL,
    volume      TEXT COLLATE "C" NOT NULL,
    server_id   TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    since       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (host, volume)
);

-- The node that holds an image's bytes; null if they are in a folder that all nodes share.
ALTER TABLE images ADD COLUMN node TEXT COLLATE "C";

-- The number of removals from a server's record, and of changes that affect tokens. Cached data is valid until they
-- change.
ALTER TABLE servers ADD COLUMN removals BIGINT NOT NULL DEFAULT 0;
CREATE TABLE identity_changes (single BIGINT NOT NULL PRIMARY KEY CHECK (single = 1), changes BIGINT NOT NULL);
INSERT INTO identity_changes (single, changes) VALUES (1, 0);
