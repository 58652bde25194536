-- Groups of servers that hosts are chosen for by one policy. A server is in one group at most: it names it.

CREATE TABLE server_groups (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    policy TEXT COLLATE "C" NOT NULL,
    max_server_per_host BIGINT,
    created_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX server_groups_by_project ON server_groups (project_id);

ALTER TABLE servers ADD COLUMN server_group_id TEXT COLLATE "C" REFERENCES server_groups (id);
CREATE INDEX servers_of_group ON servers (server_group_id) WHERE server_group_id IS NOT NULL;
