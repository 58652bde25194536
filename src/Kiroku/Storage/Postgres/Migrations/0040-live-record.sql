-- The record over all servers: whose server an action was about, and the indexes of its lists.

-- The project of the action's server as the columns of ids hold it, where that is not the caller's project_id: an
-- administrator of another project acts on it, or the service itself.
ALTER TABLE records ADD COLUMN owner BYTEA;

-- The id of a project as these rows hold it.
CREATE FUNCTION project_key(id TEXT) RETURNS BYTEA LANGUAGE SQL IMMUTABLE AS $$
    SELECT CASE WHEN id ~ '^[0-9a-f]{32}$' THEN decode(id, 'hex')
        WHEN octet_length(id) = 15 THEN '\xFFFF'::bytea || convert_to(id, 'UTF8')
        ELSE '\xFF'::bytea || convert_to(id, 'UTF8') END
$$;

-- A trigger, so that no statement can forget it, nor a node of the version before.
CREATE FUNCTION records_owner() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    SELECT NULLIF(project_key(project_id), new.project_id) INTO new.owner
    FROM servers WHERE id = encode(new.server, 'hex')::uuid::text;
    RETURN new;
END
$$;

CREATE TRIGGER records_owner BEFORE INSERT ON records
FOR EACH ROW WHEN (new.owner IS NULL) EXECUTE FUNCTION records_owner();

UPDATE records SET owner = project_key(s.project_id) FROM servers s
WHERE records.server = server_key(s.id) AND project_key(s.project_id) IS DISTINCT FROM records.project_id;

CREATE INDEX records_of_project ON records (coalesce(owner, project_id), id);
CREATE INDEX records_running ON records (id) WHERE outcome = 0;
CREATE INDEX records_failed ON records (id) WHERE outcome > 2;
CREATE INDEX records_failed_of_project ON records (coalesce(owner, project_id), id) WHERE outcome > 2;

-- A request is found by its id alone: it may have begun actions of many servers.
DROP INDEX records_by_request;
CREATE UNIQUE INDEX records_by_request ON records (request, server);
