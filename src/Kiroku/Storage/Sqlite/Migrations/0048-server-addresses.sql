-- By which addresses a server's card is known, of its networks and its own (MAC): one server among all is found by one
-- of them. Triggers keep the rows, as they keep the sums. Deleted servers have none.

CREATE TABLE server_addresses (
    address    TEXT NOT NULL,
    server_id  TEXT NOT NULL,
    PRIMARY KEY (address, server_id)
);

INSERT INTO server_addresses (address, server_id)
SELECT DISTINCT text.value, servers.id
FROM servers, json_each(servers.addresses) AS card, json_each(card.value) AS text
WHERE servers.deleted = 0 AND text.key IN ('address', 'mac') AND text.value IS NOT NULL;

CREATE TRIGGER servers_addresses_insert AFTER INSERT ON servers WHEN new.deleted = 0 AND new.addresses <> '[]'
BEGIN
    INSERT INTO server_addresses (address, server_id)
    SELECT DISTINCT text.value, new.id FROM json_each(new.addresses) AS card, json_each(card.value) AS text
    WHERE text.key IN ('address', 'mac') AND text.value IS NOT NULL;
END;

CREATE TRIGGER servers_addresses_update AFTER UPDATE OF deleted, addresses ON servers
WHEN (old.deleted, old.addresses) IS NOT (new.deleted, new.addresses)
BEGIN
    DELETE FROM server_addresses WHERE server_id = old.id AND address IN (
        SELECT text.value FROM json_each(old.addresses) AS card, json_each(card.value) AS text);
    INSERT INTO server_addresses (address, server_id)
    SELECT DISTINCT text.value, new.id FROM json_each(new.addresses) AS card, json_each(card.value) AS text
    WHERE new.deleted = 0 AND text.key IN ('address', 'mac') AND text.value IS NOT NULL;
END;

CREATE TRIGGER servers_addresses_delete AFTER DELETE ON servers WHEN old.deleted = 0 AND old.addresses <> '[]'
BEGIN
    DELETE FROM server_addresses WHERE server_id = old.id AND address IN (
        SELECT text.value FROM json_each(old.addresses) AS card, json_each(card.value) AS text);
END;

-- Pages by id: ports, and the servers of a report of usage.
CREATE INDEX servers_of_project_by_id ON servers (project_id, deleted, id);
CREATE INDEX servers_by_end ON servers (terminated_at, project_id, launched_at, id) WHERE terminated_at IS NOT NULL;
