-- Retention goes through existing servers and deleted ones separately.

CREATE INDEX servers_by_deletion ON servers (deleted, id);
