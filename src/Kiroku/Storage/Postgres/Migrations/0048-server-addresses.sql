-- By which addresses a server's card is known, of its networks and its own (MAC): one server among all is found by one
-- of them. Triggers keep the rows, as they keep the sums. Deleted servers have none.

CREATE TABLE server_addresses (
    address    TEXT COLLATE "C" NOT NULL,
    server_id  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (address, server_id)
);

-- PostgreSQL refuses JSON in which any string holds U+0000.
CREATE FUNCTION addresses_in(json TEXT) RETURNS TABLE (address TEXT) LANGUAGE SQL IMMUTABLE AS $$
    SELECT DISTINCT text.value COLLATE "C"
    FROM jsonb_array_elements(replace(json, '\u0000', '\u2400')::jsonb) AS card,
        jsonb_each_text(card) AS text (key, value)
    WHERE text.key IN ('address', 'mac') AND text.value IS NOT NULL
$$;

INSERT INTO server_addresses (address, server_id)
SELECT address, id FROM servers, addresses_in(addresses) WHERE deleted = 0;

CREATE FUNCTION keep_server_addresses() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.deleted = 0 THEN
        DELETE FROM server_addresses
        WHERE server_id = OLD.id AND address IN (SELECT address FROM addresses_in(OLD.addresses));
    END IF;
    IF NEW.deleted = 0 THEN
        INSERT INTO server_addresses (address, server_id) SELECT address, NEW.id FROM addresses_in(NEW.addresses);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER servers_addresses_delete AFTER DELETE ON servers FOR EACH ROW
WHEN (OLD.deleted = 0 AND OLD.addresses <> '[]') EXECUTE FUNCTION keep_server_addresses();

CREATE TRIGGER servers_addresses_insert AFTER INSERT ON servers FOR EACH ROW
WHEN (NEW.deleted = 0 AND NEW.addresses <> '[]') EXECUTE FUNCTION keep_server_addresses();

CREATE TRIGGER servers_addresses_update AFTER UPDATE ON servers FOR EACH ROW
WHEN ((OLD.deleted, OLD.addresses) IS DISTINCT FROM (NEW.deleted, NEW.addresses))
EXECUTE FUNCTION keep_server_addresses();

-- Pages by id: ports, and the servers of a report of usage.
CREATE INDEX servers_of_project_by_id ON servers (project_id, deleted, id);
CREATE INDEX servers_by_end ON servers (terminated_at, project_id, launched_at, id) WHERE terminated_at IS NOT NULL;
