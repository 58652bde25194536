-- Ids and times are text: a UUID in lower case, YYYY-MM-DDTHH:MM:SS.ffffff in UTC.

CREATE TABLE projects (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    enabled     INTEGER NOT NULL DEFAULT 1,
    valid_after TEXT NOT NULL
);

CREATE TABLE users (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    password_hash   TEXT NOT NULL,
    enabled         INTEGER NOT NULL DEFAULT 1,
    valid_after     TEXT NOT NULL
);

CREATE TABLE role_assignments (
    user_id     TEXT NOT NULL REFERENCES users(id),
    project_id  TEXT NOT NULL REFERENCES projects(id),
    role        TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id, role)
);

CREATE TABLE revoked_tokens (
    audit_id    TEXT NOT NULL PRIMARY KEY,
    expires_at  TEXT NOT NULL
);

CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

CREATE TABLE flavors (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    vcpus       INTEGER NOT NULL,
    memory_mib  INTEGER NOT NULL,
    disk_gib    INTEGER NOT NULL,
    description TEXT
);

INSERT INTO flavors (id, name, vcpus, memory_mib, disk_gib) VALUES
    ('42', 'm1.nano',   1, 128,  1),
    ('84', 'm1.micro',  2, 192,  2),
    ('1',  'm1.tiny',   1, 512,  1),
    ('2',  'm1.small',  1, 2048, 20),
    ('3',  'm1.medium', 2, 4096, 40);

CREATE TABLE images (
    id                  TEXT NOT NULL PRIMARY KEY,
    name                TEXT,
    owner               TEXT NOT NULL,
    visibility          TEXT NOT NULL,
    status              TEXT NOT NULL,
    disk_format         TEXT,
    container_format    TEXT,
    size                BIGINT,
    virtual_size        BIGINT,
    checksum            TEXT,
    os_hash_value       TEXT,
    min_disk            INTEGER NOT NULL DEFAULT 0,
    min_ram             INTEGER NOT NULL DEFAULT 0,
    protected           INTEGER NOT NULL DEFAULT 0,
    os_hidden           INTEGER NOT NULL DEFAULT 0,
    tags                TEXT NOT NULL DEFAULT '[]',
    properties          TEXT NOT NULL DEFAULT '{}',
    created_at          TEXT NOT NULL,
    updated_at          TEXT NOT NULL
);

CREATE INDEX images_by_age ON images (created_at, id);
CREATE INDEX images_by_name ON images (name);

CREATE TABLE servers (
    id                  TEXT NOT NULL PRIMARY KEY,
    name                TEXT NOT NULL,
    description         TEXT,
    project_id          TEXT NOT NULL,
    user_id             TEXT NOT NULL,
    image_id            TEXT NOT NULL,
    flavor              TEXT NOT NULL,
    former_flavor       TEXT,
    metadata            TEXT NOT NULL DEFAULT '{}',
    vm_state            TEXT NOT NULL,
    task_state          TEXT,
    power_state         INTEGER NOT NULL DEFAULT 0,
    former_vm_state     TEXT,
    progress            INTEGER NOT NULL DEFAULT 0,
    host                TEXT,
    claimed_vcpus       INTEGER NOT NULL DEFAULT 0,
    claimed_memory_mib  INTEGER NOT NULL DEFAULT 0,
    claimed_disk_gib    INTEGER NOT NULL DEFAULT 0,
    generation          INTEGER,
    former_generation   INTEGER,
    fault_message       TEXT,
    fault_details       TEXT,
    fault_created       TEXT,
    running_action      TEXT,
    epoch               INTEGER NOT NULL DEFAULT 0,
    created_at          TEXT NOT NULL,
    updated_at          TEXT NOT NULL,
    launched_at         TEXT,
    terminated_at       TEXT,
    deleted             INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX servers_of_project ON servers (project_id, deleted, created_at, id);
CREATE INDEX servers_of_host ON servers (host) WHERE deleted = 0;
CREATE INDEX servers_running ON servers (running_action) WHERE running_action IS NOT NULL;

CREATE TABLE actions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id   TEXT NOT NULL REFERENCES servers(id),
    request_id  TEXT NOT NULL,
    action      TEXT NOT NULL,
    arguments   TEXT,
    user_id     TEXT,
    project_id  TEXT,
    start_time  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    finish_time TEXT,
    outcome     TEXT NOT NULL,
    message     TEXT,
    resting     INTEGER NOT NULL DEFAULT 0,
    failing     INTEGER NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX actions_of_server_by_request ON actions (server_id, request_id);
CREATE INDEX actions_of_server ON actions (server_id, id);
CREATE INDEX actions_of_server_by_change ON actions (server_id, updated_at);

CREATE TABLE action_events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    action_id   INTEGER NOT NULL REFERENCES actions(id),
    event       TEXT NOT NULL,
    attempt     INTEGER NOT NULL,
    start_time  TEXT NOT NULL,
    finish_time TEXT,
    result      TEXT,
    host        TEXT,
    details     TEXT,
    traceback   TEXT
);

CREATE INDEX action_events_of_action ON action_events (action_id, id);
