-- The addresses that users have signed in from, where strangers' failures do not count against them. An address is an
-- IPv4 address, or the first 64 bits of an IPv6 one in hex. There is no reference to users, because a node of the
-- previous version deletes users without regard to this table.

CREATE TABLE known_addresses (
    user_id TEXT NOT NULL,
    address TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (user_id, address)
);
