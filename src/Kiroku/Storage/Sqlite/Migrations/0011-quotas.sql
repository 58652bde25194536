-- The limits that an administrator has set for a project; -1 is none. Without a row the settings apply.

CREATE TABLE quotas (
    project_id  TEXT NOT NULL,
    resource    TEXT NOT NULL,
    hard_limit  INTEGER NOT NULL,
    PRIMARY KEY (project_id, resource)
);
