-- Several processes on one store: the nodes, the capacity of their hosts, the places of servers' disks, and servers'
-- claims.

CREATE TABLE nodes (
    name                TEXT NOT NULL PRIMARY KEY,
    number              INTEGER NOT NULL UNIQUE,
    folder              TEXT NOT NULL,
    silo                TEXT,
    roles               TEXT NOT NULL,
    zone                TEXT NOT NULL,
    address             TEXT NOT NULL,
    version             TEXT NOT NULL,
    draining            INTEGER NOT NULL DEFAULT 0,
    hypervisor_kind     TEXT,
    hypervisor_version  TEXT,
    vcpus               INTEGER NOT NULL DEFAULT 0,
    memory_mib          INTEGER NOT NULL DEFAULT 0,
    disk_bytes          INTEGER NOT NULL DEFAULT 0,
    disk_free_bytes     INTEGER NOT NULL DEFAULT 0,
    connected           INTEGER NOT NULL DEFAULT 0,
    started_at          TEXT NOT NULL,
    seen_at             TEXT NOT NULL
);

-- A server's claim on a second host while it moves or may move back.
ALTER TABLE servers ADD COLUMN other_host TEXT;
ALTER TABLE servers ADD COLUMN other_vcpus INTEGER NOT NULL DEFAULT 0;
ALTER TABLE servers ADD COLUMN other_memory_mib INTEGER NOT NULL DEFAULT 0;
ALTER TABLE servers ADD COLUMN other_disk_gib INTEGER NOT NULL DEFAULT 0;
CREATE INDEX servers_of_other_host ON servers (other_host) WHERE deleted = 0;

-- The hosts of a server's disk and of the disk that it can go back to.
ALTER TABLE servers ADD COLUMN disk_host TEXT;
ALTER TABLE servers ADD COLUMN former_host TEXT;
UPDATE servers SET
    disk_host = COALESCE(host, (SELECT e.host FROM action_events e WHERE e.host IS NOT NULL ORDER BY e.id DESC LIMIT 1))
WHERE generation IS NOT NULL;
UPDATE servers SET former_host = host WHERE former_generation IS NOT NULL;

-- Volumes that no row names but that are not deleted until somebody has looked at them.
CREATE TABLE kept_volumes (
    host        TEXT NOT NULL,
    volume      TEXT NOT NULL,
    server_id   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    since       TEXT NOT NULL,
    PRIMARY KEY (host, volume)
);

-- The node that holds an image's bytes; null if they are in a folder that all nodes share.
ALTER TABLE images ADD COLUMN node TEXT;

-- The number of removals from a server's record, and of changes that affect tokens. Cached data is valid until they
-- change.
ALTER TABLE servers ADD COLUMN removals INTEGER NOT NULL DEFAULT 0;
CREATE TABLE identity_changes (single INTEGER NOT NULL PRIMARY KEY CHECK (single = 1), changes BIGINT NOT NULL);
INSERT INTO identity_changes (single, changes) VALUES (1, 0);
