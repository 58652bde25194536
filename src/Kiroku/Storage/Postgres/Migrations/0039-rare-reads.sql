-- SQLite's function, for paths of one name to an array of texts. PostgreSQL refuses JSON in which any string holds
-- U+0000.
CREATE FUNCTION json_each(json TEXT, path TEXT) RETURNS TABLE (value TEXT) LANGUAGE SQL IMMUTABLE AS
    $$SELECT text COLLATE "C"
    FROM jsonb_array_elements_text(replace(json, '\u0000', '\u2400')::jsonb -> substr(path, 3)) AS text$$;

-- Servers whose disk lies on another host, that can go back to a former disk, or that are rescued from another image.
-- Few are, so these indexes hold few rows, and most saves touch none of them.
CREATE INDEX servers_of_disk_elsewhere ON servers (disk_host)
    WHERE deleted = 0 AND disk_host IS NOT NULL AND disk_host IS DISTINCT FROM host;
CREATE INDEX servers_of_former_host ON servers (former_host) WHERE deleted = 0 AND former_host IS NOT NULL;
CREATE INDEX servers_of_rescue_image ON servers (rescue_image_id) WHERE deleted = 0 AND rescue_image_id IS NOT NULL;

DROP INDEX servers_of_other_host;
CREATE INDEX servers_of_other_host ON servers (other_host) WHERE deleted = 0 AND other_host IS NOT NULL;

-- With one column alone SQLite prefers the index of all that are not deleted.
DROP INDEX servers_of_host;
CREATE INDEX servers_of_host ON servers (host, deleted) WHERE deleted = 0;
