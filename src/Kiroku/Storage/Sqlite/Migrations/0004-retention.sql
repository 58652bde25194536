-- Retention walks through the living servers and through the deleted ones.

CREATE INDEX servers_by_deletion ON servers (deleted, id);
