-- Security groups that a project has made or changed, and their rules. A project without a row has the group default as
-- its networks have it, and nothing filters its servers; from its first row on it has its group default here, too. Which
-- of them a server is in stands in its labels.

CREATE TABLE security_groups (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX security_groups_by_project ON security_groups (project_id);

CREATE TABLE security_group_rules (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    group_id TEXT COLLATE "C" NOT NULL REFERENCES security_groups (id),
    direction TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    protocol TEXT COLLATE "C",
    first_port BIGINT,
    last_port BIGINT,
    remote TEXT COLLATE "C",
    description TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX security_group_rules_by_group ON security_group_rules (group_id);
