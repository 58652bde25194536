-- Groups of servers that hosts are chosen for by one policy. A server is in one group at most: it names it.

CREATE TABLE server_groups (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    policy TEXT NOT NULL,
    max_server_per_host INTEGER,
    created_at TEXT NOT NULL
);
CREATE INDEX server_groups_by_project ON server_groups (project_id);

ALTER TABLE servers ADD COLUMN server_group_id TEXT REFERENCES server_groups (id);
CREATE INDEX servers_of_group ON servers (server_group_id) WHERE server_group_id IS NOT NULL;
