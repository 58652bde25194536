-- Flavors that administrators make, for everyone or for chosen projects, with further attributes as JSON.

ALTER TABLE flavors ADD COLUMN is_public INTEGER NOT NULL DEFAULT 1;
ALTER TABLE flavors ADD COLUMN rxtx_factor REAL NOT NULL DEFAULT 1.0;
ALTER TABLE flavors ADD COLUMN extra_specs TEXT NOT NULL DEFAULT '{}';
ALTER TABLE flavors ADD COLUMN created_at TEXT NOT NULL DEFAULT '2026-01-01T00:00:00.000000';

CREATE TABLE flavor_access (
    flavor_id   TEXT NOT NULL REFERENCES flavors(id),
    project_id  TEXT NOT NULL,
    PRIMARY KEY (flavor_id, project_id)
);
