-- Lists of servers, by what they can be filtered and sorted by. Those of an administrator have no project.

-- SQLite's function, for paths of one name. PostgreSQL refuses JSON in which any string holds U+0000.
CREATE FUNCTION json_extract(json TEXT, path TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS
    $$SELECT (replace(json, '\u0000', '\u2400')::jsonb ->> substr(path, 3)) COLLATE "C"$$;

DROP INDEX servers_of_project;
CREATE INDEX servers_of_project ON servers (project_id, deleted, created_at, id, name);
CREATE INDEX servers_of_project_by_name ON servers (project_id, deleted, name, created_at, id);
CREATE INDEX servers_of_project_by_change ON servers (project_id, updated_at, created_at, id);
CREATE INDEX servers_by_change ON servers (updated_at, created_at, id);
CREATE INDEX servers_by_age ON servers (deleted, created_at, id);
CREATE INDEX servers_by_state ON servers (vm_state, project_id, deleted, created_at, id);
CREATE INDEX servers_by_image ON servers (image_id, project_id, deleted, created_at, id);
CREATE INDEX servers_by_flavor ON servers (json_extract(flavor, '$.id'), project_id, deleted, created_at, id);
