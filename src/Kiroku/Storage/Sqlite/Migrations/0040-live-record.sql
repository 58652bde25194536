-- The record over all servers: whose server an action was about, and the indexes of its lists.

-- The project of the action's server as the columns of ids hold it, where that is not the caller's project_id: an
-- administrator of another project acts on it, or the service itself.
ALTER TABLE records ADD COLUMN owner BLOB;

CREATE TRIGGER records_owner AFTER INSERT ON records WHEN new.owner IS NULL
BEGIN
    UPDATE records SET owner = server.project FROM (
        SELECT CASE
            WHEN length(project_id) = 32 AND project_id NOT GLOB '*[^0-9a-f]*' THEN unhex(project_id)
            WHEN length(CAST(project_id AS BLOB)) = 15 THEN CAST(x'FFFF' || project_id AS BLOB)
            ELSE CAST(x'FF' || project_id AS BLOB) END AS project
        FROM servers, (SELECT lower(hex(new.server)) AS digits)
        WHERE id = substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-' || substr(digits, 13, 4) || '-'
            || substr(digits, 17, 4) || '-' || substr(digits, 21)) server
    WHERE records.id = new.id AND server.project IS NOT new.project_id;
END;

UPDATE records SET owner = server.project FROM (
    SELECT unhex(replace(id, '-', '')) AS server, CASE
        WHEN length(project_id) = 32 AND project_id NOT GLOB '*[^0-9a-f]*' THEN unhex(project_id)
        WHEN length(CAST(project_id AS BLOB)) = 15 THEN CAST(x'FFFF' || project_id AS BLOB)
        ELSE CAST(x'FF' || project_id AS BLOB) END AS project
    FROM servers) server
WHERE records.server = server.server AND server.project IS NOT records.project_id;

-- Rows of an index end with their id here, so that those of one key are in its order.
CREATE INDEX records_of_project ON records (coalesce(owner, project_id));
CREATE INDEX records_running ON records (id) WHERE outcome = 0;
CREATE INDEX records_failed ON records (id) WHERE outcome > 2;
CREATE INDEX records_failed_of_project ON records (coalesce(owner, project_id)) WHERE outcome > 2;
DROP INDEX records_of_server;
CREATE INDEX records_of_server ON records (server);

-- A request is found by its id alone: it may have begun actions of many servers.
DROP INDEX records_by_request;
CREATE UNIQUE INDEX records_by_request ON records (request, server);
